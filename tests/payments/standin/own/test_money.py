"""Money that moves by the stand-in's clock and switches, and its own fees."""

from tests.payments.standin.balances import available, pending


def test_the_fees_are_those_of_a_european_card(charge):
    """Docs: Pricing (1.5 % + € 0.25); a stand-in has to choose one."""
    moved = charge(amount=10_000, expand=["latest_charge.balance_transaction"])
    entry = moved.latest_charge.balance_transaction
    assert (entry.fee, entry.net) == (175, 9_825)


def test_the_balance_is_the_sum_of_its_transactions(client, charge):
    """Docs: API reference, Balance; Balance Transactions."""
    before = available(client), pending(client)
    charge(amount=10_000)
    charge("pm_card_bypassPending", amount=10_000)
    assert (available(client) - before[0], pending(client) - before[1]) == (9_825, 9_825)
    listed = client.balance_transactions.list({"limit": 100}).auto_paging_iter()
    sums = {"available": 0, "pending": 0}
    for moved in listed:
        assert moved.net == moved.amount - moved.fee
        sums[moved.status] += moved.net
    assert sums == {"available": available(client), "pending": pending(client)}


def test_a_dispute_costs_twenty_euro(client, charge):
    """Docs: How disputes work (fees); a stand-in has to choose one."""
    before = available(client) + pending(client)
    charge("pm_card_createDispute", amount=10_000)
    assert available(client) + pending(client) - before == 9_825 - 10_000 - 2_000


def test_pending_money_becomes_available_with_time(client, charge, control):
    """Docs: Account balances."""
    intent = charge(expand=["latest_charge"])
    transaction_id = intent.latest_charge.balance_transaction
    assert client.balance_transactions.retrieve(transaction_id).status == "pending"
    control("clock", offset=8 * 86400)
    assert client.balance_transactions.retrieve(transaction_id).status == "available"


def test_pending_money_can_be_madeavailable(client, charge, control):
    """The stand-in's own switch."""
    charge()
    before = available(client), pending(client)
    control("make-available")
    assert (available(client), pending(client)) == (sum(before), 0)


def test_a_refund_may_fail_later_and_the_money_comes_back(client, charge, control):
    """Docs: Testing, Refunds (4000000000005126)."""
    intent = charge("pm_card_refundFail", amount=10_000)
    control("make-available")
    before = available(client)
    refund = client.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    control("clock", move=2 * 3600)
    after = client.refunds.retrieve(refund.id)
    assert (after.status, after.failure_reason) == ("failed", "expired_or_canceled_card")
    assert available(client) == before
    assert client.charges.retrieve(intent.latest_charge).amount_refunded == 0


def test_a_refund_may_be_pending_first(client, charge, control):
    """Docs: Testing, Refunds (4000000000007726)."""
    refund = client.refunds.create({"payment_intent": charge("pm_card_pendingRefund").id})
    assert refund.status == "pending"
    control("clock", move=2 * 3600)
    assert client.refunds.retrieve(refund.id).status == "succeeded"


def test_the_control_can_dispute_any_charge(client, charge, control):
    """The stand-in's own switch."""
    intent = charge()
    opened = control("dispute", charge=intent.latest_charge)
    closed = control("dispute", dispute=opened["id"], verdict="lost")
    assert (opened["status"], closed["status"]) == ("needs_response", "lost")
