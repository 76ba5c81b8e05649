"""Disputes: inquiries, chargebacks, evidence, verdicts."""

import pytest
import stripe


@pytest.fixture
def disputed(client, charge, target):
    """A charge whose holder disputes it at once, and the dispute."""

    def make(token: str = "pm_card_createDispute", **more):
        intent = charge(token, amount=10_000, **more)
        listed = target.until(lambda: client.disputes.list({"payment_intent": intent.id}).data, bool)
        return intent, listed[0]

    return make


@pytest.fixture
def decided(client, target):
    """Answer with a text that decides, and wait for the verdict."""

    def answer(dispute, text: str, *statuses: str):
        client.disputes.update(dispute.id, {"evidence": {"uncategorized_text": text}, "submit": True})
        return target.until(
            lambda: client.disputes.retrieve(dispute.id), lambda found: found.status in statuses
        )

    return answer


def test_a_dispute_takes_the_money_and_a_fee(client, disputed):
    """Docs: Testing, Disputes (4000000000000259); How disputes work; Balance transaction types (adjustment)."""
    intent, dispute = disputed()
    assert (dispute.amount, dispute.status, dispute.reason) == (10_000, "needs_response", "fraudulent")
    assert (dispute.charge, dispute.is_charge_refundable) == (intent.latest_charge, False)
    [withdrawn] = dispute.balance_transactions
    assert (withdrawn.type, withdrawn.reporting_category) == ("adjustment", "dispute")
    assert (withdrawn.amount, withdrawn.source) == (-10_000, dispute.id)
    assert withdrawn.fee > 0
    assert withdrawn.net == withdrawn.amount - withdrawn.fee
    assert client.charges.retrieve(intent.latest_charge).disputed is True


def test_a_disputed_charge_is_not_refunded(client, disputed):
    """Docs: Error codes, charge_disputed; How disputes work (you can't issue a refund outside the process)."""
    intent, _ = disputed()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_disputed"


def test_a_new_dispute_has_every_field_of_evidence_and_a_day_to_answer_by(disputed):
    """Docs: API reference, The Dispute object (evidence, evidence_details)."""
    _, dispute = disputed("pm_card_createDisputeProductNotReceived")
    assert dispute.reason == "product_not_received"
    shown = dispute.to_dict()
    for name in ("access_activity_log", "receipt", "service_date", "uncategorized_text"):
        assert name in shown["evidence"]
    details = dispute.evidence_details
    assert (details.submission_count, details.past_due) == (0, False)
    assert details.due_by > dispute.created


def test_evidence_is_staged_and_then_submitted(client, disputed):
    """Docs: API reference, Update a dispute (evidence, submit)."""
    _, dispute = disputed()
    evidence = {"product_description": "A garden for the school", "service_date": "2031-03-03"}
    staged = client.disputes.update(
        dispute.id, {"evidence": evidence, "submit": False, "metadata": {"pledge": "7"}}
    )
    assert (staged.status, staged.metadata["pledge"]) == ("needs_response", "7")
    assert staged.evidence.product_description == "A garden for the school"
    assert (staged.evidence_details.has_evidence, staged.evidence_details.submission_count) == (True, 0)
    sent = client.disputes.update(dispute.id, {"submit": True})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert sent.evidence.service_date == "2031-03-03"


def test_an_unknown_kind_of_evidence_is_refused(client, disputed):
    """Docs: Error codes, parameter_unknown; API reference, Update a dispute (evidence)."""
    _, dispute = disputed()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.disputes.update(dispute.id, {"evidence": {"witness": "Ada"}})
    assert (caught.value.code, caught.value.param) == ("parameter_unknown", "evidence[witness]")


def test_a_won_dispute_gives_the_money_back_but_not_the_fee(client, disputed, decided):
    """Docs: Testing, Disputes (winning_evidence); How disputes work (fees); Reporting categories."""
    intent, dispute = disputed()
    won = decided(dispute, "winning_evidence", "won")
    back = next(moved for moved in won.balance_transactions if moved.amount > 0)
    assert (back.type, back.reporting_category) == ("adjustment", "dispute_reversal")
    assert (back.amount, back.fee, back.net) == (10_000, 0, 10_000)
    assert won.is_charge_refundable is True
    assert client.charges.retrieve(intent.latest_charge).disputed is True
    assert client.refunds.create({"payment_intent": intent.id, "amount": 100}).status == "succeeded"


def test_a_lost_dispute_moves_no_more_money(client, disputed, decided):
    """Docs: Testing, Disputes (losing_evidence); Error codes, charge_disputed."""
    intent, dispute = disputed()
    lost = decided(dispute, "losing_evidence", "lost")
    assert [moved.amount for moved in lost.balance_transactions] == [-10_000]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.refunds.create({"payment_intent": intent.id, "amount": 100})
    assert caught.value.code == "charge_disputed"


def test_a_dispute_is_accepted_and_then_closed_for_good(client, disputed):
    """Docs: API reference, Close a dispute (irreversible)."""
    _, dispute = disputed()
    assert client.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        client.disputes.close(dispute.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "too late"}})


def test_an_inquiry_moves_no_money_and_lets_a_refund_pass(client, disputed):
    """Docs: Testing, Disputes (4000000000001976); How disputes work, Inquiries."""
    intent, inquiry = disputed("pm_card_createDisputeInquiry")
    assert (inquiry.status, inquiry.is_charge_refundable) == ("warning_needs_response", True)
    assert inquiry.balance_transactions == []
    assert inquiry.payment_method_details.card.case_type == "inquiry"
    assert client.refunds.create({"payment_intent": intent.id, "amount": 100}).status == "succeeded"


def test_an_inquiry_may_become_a_chargeback(disputed, decided):
    """Docs: Testing, Disputes (escalate_inquiry_evidence)."""
    _, inquiry = disputed("pm_card_createDisputeInquiry")
    dispute = decided(inquiry, "escalate_inquiry_evidence", "needs_response")
    assert [moved.amount for moved in dispute.balance_transactions] == [-10_000]
    assert dispute.is_charge_refundable is False


def test_an_inquiry_that_is_answered_closes_without_a_chargeback(disputed, decided):
    """Docs: How disputes work, Inquiries (warning_closed); Testing, Disputes (losing_evidence)."""
    _, inquiry = disputed("pm_card_createDisputeInquiry")
    closed = decided(inquiry, "losing_evidence", "warning_closed")
    assert closed.balance_transactions == []


def test_a_charge_may_be_disputed_more_than_once(client, charge, target):
    """Docs: Testing, Disputes (multiple disputes); How disputes work, Receive multiple disputes."""
    intent = charge("pm_card_createMultipleDisputes", amount=10_000)
    listed = target.until(
        lambda: client.disputes.list({"charge": intent.latest_charge}).data, lambda found: len(found) > 1
    )
    assert {dispute.charge for dispute in listed} == {intent.latest_charge}


def test_a_dispute_tells_its_story(client, disputed, decided, target):
    """Docs: Types of events (charge.dispute.*)."""
    _, dispute = disputed()
    decided(dispute, "winning_evidence", "won")
    story = {
        f"charge.dispute.{what}"
        for what in ("created", "funds_withdrawn", "updated", "funds_reinstated", "closed")
    }

    def told() -> set[str]:
        listed = client.events.list({"type": "charge.dispute.*", "limit": 100}).data
        return {event.type for event in listed if event.data.object.id == dispute.id}

    assert target.until(told, lambda types: types == story)
