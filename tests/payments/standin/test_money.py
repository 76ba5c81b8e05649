"""Fees, balance, refunds, disputes, connected accounts, transfers."""

import uuid

import pytest
import stripe

from .conftest import fetch, refusal, submit


@pytest.fixture
def account(client):
    """A connected account, its onboarding done or not."""

    def make(*, onboarded: bool = True):
        made = client.accounts.create(
            {
                "type": "express",
                "country": "IT",
                "email": "org@example.org",
                "capabilities": {"transfers": {"requested": True}},
            }
        )
        if onboarded:
            link = client.account_links.create(
                {
                    "account": made.id,
                    "type": "account_onboarding",
                    "refresh_url": "https://example.org/again",
                    "return_url": "https://example.org/back",
                }
            )
            assert submit(link.url).location == "https://example.org/back"
        return client.accounts.retrieve(made.id)

    return make


def _available(client) -> int:
    return sum(line.amount for line in client.balance.retrieve().available)


def _pending(client) -> int:
    return sum(line.amount for line in client.balance.retrieve().pending)


def test_a_charge_is_pending_less_its_fee(client, charge):
    """Docs: API reference, Balance Transactions; Pricing."""
    before = _pending(client)
    intent = charge(amount=10_000, expand=["latest_charge.balance_transaction"])
    transaction = intent.latest_charge.balance_transaction
    assert (transaction.amount, transaction.fee, transaction.net) == (10_000, 175, 9_825)
    assert (transaction.type, transaction.status) == ("charge", "pending")
    assert sum(detail.amount for detail in transaction.fee_details) == transaction.fee
    assert _pending(client) - before == 9_825


def test_pending_money_becomes_available_with_time(client, charge, control):
    """Docs: Account balances."""
    intent = charge(expand=["latest_charge"])
    transaction_id = intent.latest_charge.balance_transaction
    control("clock", offset=8 * 86400)
    assert client.balance_transactions.retrieve(transaction_id).status == "available"
    assert _pending(client) == 0


def test_pending_money_can_be_made_available(client, charge, control):
    """The stand-in's own switch."""
    charge()
    before = _available(client), _pending(client)
    control("make-available")
    assert (_available(client), _pending(client)) == (sum(before), 0)


def test_one_card_skips_the_pending_balance(client, charge):
    """Docs: Testing, Available balance (4000000000000077)."""
    before = _available(client)
    charge("pm_card_bypassPending", amount=10_000)
    assert _available(client) - before == 9_825


def test_balance_transactions_are_listed_by_their_source(client, charge):
    """Docs: API reference, List all balance transactions."""
    made = charge().latest_charge
    listed = client.balance_transactions.list({"source": made, "type": "charge"})
    assert [found.source for found in listed.data] == [made]


def test_a_refund_takes_the_gross_back_and_keeps_the_fee(client, charge):
    """Docs: Refunds (processing fees aren't returned)."""
    intent = charge("pm_card_bypassPending", amount=10_000)
    before = _available(client)
    refund = client.refunds.create(
        {"payment_intent": intent.id, "amount": 4_000, "metadata": {"refund": "1"}}
    )
    assert (refund.status, refund.amount, refund.charge) == ("succeeded", 4_000, intent.latest_charge)
    assert _available(client) - before == -4_000
    made = client.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
    assert (made.amount_refunded, made.refunded, made.refunds.data[0].id) == (4_000, False, refund.id)


def test_no_more_is_refunded_than_was_charged(client, charge):
    """Docs: API reference, Create a refund."""
    intent = charge("pm_card_bypassPending", amount=10_000)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.refunds.create({"payment_intent": intent.id, "amount": 10_001})
    assert caught.value.param == "amount"
    client.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_already_refunded"
    assert len(client.refunds.list({"payment_intent": intent.id}).data) == 1


def test_a_refund_may_fail_later_and_the_money_comes_back(client, charge, control):
    """Docs: Testing, Refunds (4000000000005126)."""
    intent = charge("pm_card_refundFail", amount=10_000)
    control("make-available")
    before = _available(client)
    refund = client.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    control("clock", move=2 * 3600)
    after = client.refunds.retrieve(refund.id)
    assert (after.status, after.failure_reason) == ("failed", "expired_or_canceled_card")
    assert _available(client) == before
    assert client.charges.retrieve(intent.latest_charge).amount_refunded == 0


def test_a_refund_may_be_pending_first(client, charge, control):
    """Docs: Testing, Refunds (4000000000007726)."""
    refund = client.refunds.create({"payment_intent": charge("pm_card_pendingRefund").id})
    assert refund.status == "pending"
    control("clock", move=2 * 3600)
    assert client.refunds.retrieve(refund.id).status == "succeeded"


def test_a_dispute_takes_the_money_and_a_fee(client, charge, control):
    """Docs: Testing, Disputes (4000000000000259); How disputes work."""
    before = _available(client) + _pending(client)
    intent = charge("pm_card_createDispute", amount=10_000)
    dispute = client.disputes.list({"payment_intent": intent.id}).data[0]
    assert (dispute.amount, dispute.status, dispute.charge) == (
        10_000,
        "needs_response",
        intent.latest_charge,
    )
    assert _available(client) + _pending(client) - before == 9_825 - 10_000 - 2_000
    assert client.charges.retrieve(intent.latest_charge).disputed is True
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_disputed"


@pytest.mark.parametrize(
    ("evidence", "verdict", "back"), [("winning_evidence", "won", 10_000), ("losing_evidence", "lost", 0)]
)
def test_evidence_decides_a_dispute(client, charge, evidence, verdict, back):
    """Docs: Testing, Disputes (evidence)."""
    intent = charge("pm_card_createDispute", amount=10_000)
    dispute = client.disputes.list({"payment_intent": intent.id}).data[0]
    before = _available(client)
    decided = client.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": evidence}, "submit": True}
    )
    assert decided.status == verdict
    assert _available(client) - before == back
    with pytest.raises(stripe.InvalidRequestError):
        client.disputes.close(dispute.id)


def test_an_account_can_receive_only_after_its_onboarding(client, account):
    """Docs: Connect, Onboard with account links; Account capabilities."""
    fresh = account(onboarded=False)
    assert (fresh.capabilities.transfers, fresh.details_submitted) == ("inactive", False)
    assert fresh.requirements.currently_due
    done = account()
    assert (done.capabilities.transfers, done.details_submitted, done.payouts_enabled) == (
        "active",
        True,
        True,
    )


def test_a_spent_or_old_account_link_leads_to_a_fresh_one(client, account, control):
    """Docs: API reference, Account Links (refresh_url)."""
    made = account(onboarded=False)
    params = {
        "account": made.id,
        "type": "account_onboarding",
        "refresh_url": "https://example.org/again",
        "return_url": "https://example.org/back",
    }
    used, old = client.account_links.create(params), client.account_links.create(params)
    submit(used.url)
    assert fetch(used.url).location == "https://example.org/again"
    control("clock", move=301)
    assert fetch(old.url).location == "https://example.org/again"


def test_a_transfer_moves_available_money(client, account, charge):
    """Docs: Connect, Separate charges and transfers."""
    destination, group = account(), uuid.uuid4().hex
    charge("pm_card_bypassPending", amount=10_000, transfer_group=group)
    before = _available(client)
    transfer = client.transfers.create(
        {
            "amount": 9_000,
            "currency": "eur",
            "destination": destination.id,
            "transfer_group": group,
            "metadata": {"payout": "3"},
        }
    )
    assert (transfer.amount, transfer.reversed, transfer.metadata["payout"]) == (9_000, False, "3")
    assert _available(client) - before == -9_000
    theirs = client.balance.retrieve(None, {"stripe_account": destination.id})
    assert theirs.available[0].amount == 9_000
    assert [found.id for found in client.transfers.list({"transfer_group": group}).data] == [transfer.id]


def test_a_transfer_above_the_available_balance_is_refused(client, account):
    """Docs: Error codes, balance_insufficient."""
    amount = _available(client) + 1
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.transfers.create({"amount": max(amount, 1), "currency": "eur", "destination": account().id})
    assert caught.value.code == "balance_insufficient"


def test_a_transfer_to_an_account_not_onboarded_is_refused(client, account, charge):
    """Docs: Error codes, insufficient_capabilities_for_transfer."""
    charge("pm_card_bypassPending")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.transfers.create(
            {"amount": 100, "currency": "eur", "destination": account(onboarded=False).id}
        )
    assert caught.value.code == "insufficient_capabilities_for_transfer"


def test_a_transfer_from_a_charge_waits_with_it_and_never_exceeds_it(client, account, charge):
    """Docs: Connect, Separate charges and transfers (source_transaction)."""
    destination, made = account(), charge(amount=10_000).latest_charge
    params = {"currency": "eur", "destination": destination.id, "source_transaction": made}
    client.transfers.create({**params, "amount": 9_000})
    theirs = client.balance.retrieve(None, {"stripe_account": destination.id})
    assert (theirs.available[0].amount, theirs.pending[0].amount) == (0, 9_000)
    with pytest.raises(stripe.InvalidRequestError):
        client.transfers.create({**params, "amount": 1_001})


def test_a_reversal_takes_back_what_the_account_still_holds(client, account, charge):
    """Docs: Connect, Separate charges and transfers (reverse transfers)."""
    destination = account()
    charge("pm_card_bypassPending", amount=900_000)  # more than other tests may have left owing
    transfer = client.transfers.create({"amount": 5_000, "currency": "eur", "destination": destination.id})
    before = _available(client)
    reversal = client.transfers.reversals.create(transfer.id, {"amount": 2_000})
    after = client.transfers.retrieve(transfer.id)
    assert (reversal.amount, after.amount_reversed, after.reversed) == (2_000, 2_000, False)
    assert after.reversals.data[0].id == reversal.id
    assert _available(client) - before == 2_000
    with pytest.raises(stripe.InvalidRequestError):
        client.transfers.reversals.create(transfer.id, {"amount": 3_001})


def test_the_control_can_dispute_any_charge(client, charge, control):
    """The stand-in's own switch."""
    intent = charge()
    opened = control("dispute", charge=intent.latest_charge)
    closed = control("dispute", dispute=opened["id"], verdict="lost")
    assert (opened["status"], closed["status"]) == ("needs_response", "lost")


def test_a_decline_moves_no_money(client, charge):
    """Docs: Testing, Declined payments."""
    before = _available(client) + _pending(client)
    with pytest.raises(stripe.CardError) as caught:
        charge("pm_card_chargeCustomerFail", amount=10_000)
    assert refusal(caught).code == "card_declined"
    assert _available(client) + _pending(client) == before
