"""Disputes."""

import pytest
import stripe


@pytest.fixture
def disputed(client, charge, target):
    """A charge whose holder disputes it at once, and the dispute."""

    def make(**more):
        intent = charge("pm_card_createDispute", amount=10_000, **more)
        listed = target.until(lambda: client.disputes.list({"payment_intent": intent.id}).data, bool)
        return intent, listed[0]

    return make


def test_a_dispute_takes_the_money_and_a_fee(client, disputed):
    """Docs: Testing, Disputes (4000000000000259); How disputes work."""
    intent, dispute = disputed()
    assert (dispute.amount, dispute.status, dispute.charge) == (
        10_000,
        "needs_response",
        intent.latest_charge,
    )
    [withdrawn] = dispute.balance_transactions
    assert (withdrawn.type, withdrawn.amount, withdrawn.source) == ("adjustment", -10_000, dispute.id)
    assert withdrawn.fee > 0
    assert withdrawn.net == withdrawn.amount - withdrawn.fee
    assert client.charges.retrieve(intent.latest_charge).disputed is True
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.refunds.create({"payment_intent": intent.id})
    assert caught.value.code == "charge_disputed"


@pytest.mark.parametrize(
    ("evidence", "verdict", "back"),
    [("winning_evidence", "won", [10_000, -10_000]), ("losing_evidence", "lost", [-10_000])],
)
def test_evidence_decides_a_dispute(client, disputed, target, evidence, verdict, back):
    """Docs: Testing, Disputes (evidence)."""
    _, dispute = disputed()
    client.disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}, "submit": True})
    decided = target.until(
        lambda: client.disputes.retrieve(dispute.id), lambda found: found.status in {"won", "lost"}
    )
    assert decided.status == verdict
    assert sorted((moved.amount for moved in decided.balance_transactions), reverse=True) == back
    with pytest.raises(stripe.InvalidRequestError):
        client.disputes.close(dispute.id)
