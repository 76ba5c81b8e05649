"""Disputes by the stand-in's clock and switches: partial ones, late ones, their money."""

import pytest
import stripe

from tests.payments.standin.balances import available
from tests.payments.standin.conftest import fetch

DAY = 86_400


@pytest.fixture
def dispute(client, charge, control):
    """A charge of a hundred euro that is disputed by switch; the intent and the dispute."""

    def make(**how):
        intent = charge("pm_card_bypassPending", amount=10_000)
        opened = control("dispute", charge=intent.latest_charge, **how)
        return intent, client.disputes.retrieve(opened["id"])

    return make


def test_part_of_a_charge_may_be_disputed(client, dispute, control):
    """Docs: How disputes work, Disputed amount."""
    before = available(client)
    intent, opened = dispute(amount=3_000, reason="duplicate")
    assert (opened.amount, opened.reason, opened.network_reason_code) == (3_000, "duplicate", "12.6.1")
    assert available(client) - before == 9_825 - 3_000 - 2_000
    control("dispute", dispute=opened.id, verdict="lost")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.refunds.create({"payment_intent": intent.id, "amount": 7_001})
    assert caught.value.param == "amount"
    client.refunds.create({"payment_intent": intent.id})
    assert client.charges.retrieve(intent.latest_charge).amount_refunded == 7_000


def test_what_was_refunded_is_not_disputed_again_by_card(client, charge, control):
    """Docs: API reference, The Dispute object (amount)."""
    intent = charge("pm_card_bypassPending", amount=10_000)
    client.refunds.create({"payment_intent": intent.id, "amount": 4_000})
    assert control("dispute", charge=intent.latest_charge)["amount"] == 6_000


def test_the_bank_decides_whenever_it_likes(client, dispute, control):
    """The stand-in's own switch; Docs: How disputes work (fees are not given back)."""
    before = available(client)
    _, opened = dispute()
    client.disputes.update(opened.id, {"evidence": {"uncategorized_text": "Consegnato"}})
    assert client.disputes.retrieve(opened.id).status == "under_review"
    with pytest.raises(stripe.InvalidRequestError):
        client.disputes.update(opened.id, {"evidence": {"uncategorized_text": "Anzi"}})
    assert control("dispute", dispute=opened.id, verdict="won")["status"] == "won"
    assert available(client) - before == 9_825 - 2_000


def test_a_dispute_nobody_answers_is_lost(client, dispute, control):
    """Docs: Respond to disputes (the deadline)."""
    _, opened = dispute()
    control("clock", move=10 * DAY)
    after = client.disputes.retrieve(opened.id)
    assert (after.status, after.evidence_details.past_due) == ("lost", True)


def test_an_inquiry_nobody_escalates_closes_after_120_days(client, dispute, control):
    """Docs: How disputes work, Inquiries (warning_closed)."""
    _, inquiry = dispute(inquiry=True)
    control("clock", move=60 * DAY)
    assert client.disputes.retrieve(inquiry.id).status == "warning_needs_response"
    control("clock", move=62 * DAY)
    assert client.disputes.retrieve(inquiry.id).status == "warning_closed"


def test_a_full_refund_answers_an_inquiry(client, dispute):
    """Docs: How disputes work, Inquiries (issuing a full refund)."""
    intent, inquiry = dispute(inquiry=True)
    client.refunds.create({"payment_intent": intent.id})
    assert client.disputes.retrieve(inquiry.id).status == "warning_closed"


def test_a_refund_given_during_an_inquiry_fails_when_it_becomes_a_chargeback(client, dispute, control):
    """Docs: Pending refunds (disputed meanwhile); seen so in test mode by others."""
    before = available(client)
    intent, inquiry = dispute(inquiry=True)
    refund = client.refunds.create({"payment_intent": intent.id, "amount": 2_000})
    control("dispute", dispute=inquiry.id, verdict="escalated")
    after = client.refunds.retrieve(refund.id)
    assert (after.status, after.failure_reason) == ("failed", "charge_for_pending_refund_disputed")
    assert available(client) - before == 9_825 - 10_000 - 2_000


def test_evidence_has_a_length(client, dispute):
    """Docs: API reference, Update a dispute (150,000 characters)."""
    _, opened = dispute()
    with pytest.raises(stripe.InvalidRequestError):
        client.disputes.update(opened.id, {"evidence": {"uncategorized_text": "x" * 150_001}})


def test_the_balance_lists_no_transaction_of_a_dispute(client, dispute):
    """Recorded in test mode by others: the filter by source finds no dispute, though the transaction names it."""
    _, opened = dispute()
    [withdrawn] = opened.balance_transactions
    assert withdrawn.source == opened.id
    assert client.balance_transactions.list({"source": opened.id}).data == []
    found = client.balance_transactions.retrieve(withdrawn.id, {"expand": ["source"]})
    assert found.source.object == "dispute"


def test_a_refund_waits_for_money_where_live_mode_would(client, charge, control):
    """Docs: Pending refunds due to insufficient balance; API reference, The Refund object (pending_reason)."""
    intent = charge("pm_card_bypassPending", amount=10_000)
    held = available(client)
    emptied = client.payouts.create({"amount": held, "currency": "eur"})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "balance_insufficient"
    control("refunds", wait=True)
    refund = client.refunds.create({"payment_intent": intent.id})
    control("refunds", wait=False)
    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")
    assert refund.balance_transaction is None
    client.payouts.cancel(emptied.id)
    control("clock", move=3_601)
    after = client.refunds.retrieve(refund.id)
    assert (after.status, after.balance_transaction is not None) == ("succeeded", True)


def test_what_can_not_be_disputed_is_refused(client, charge, standin):
    """The stand-in's own switch."""
    refunded = charge("pm_card_bypassPending", amount=10_000)
    client.refunds.create({"payment_intent": refunded.id})
    for body in (
        f'{{"charge": "{refunded.latest_charge}"}}',
        f'{{"charge": "{refunded.latest_charge}", "reason": "whim"}}',
        f'{{"charge": "{refunded.latest_charge}", "amount": "all"}}',
        '{"dispute": "du_none", "verdict": "won"}',
    ):
        reply = fetch(f"{standin.url}/_standin/dispute", body.encode(), Content_Type="application/json")
        assert reply.status in {400, 404}, body
