"""Refunds."""

import pytest
import stripe


def test_a_refund_takes_the_gross_back_and_keeps_the_fee(client, charge):
    """Docs: Refunds (processing fees aren't returned)."""
    intent = charge("pm_card_bypassPending", amount=10_000)
    refund = client.refunds.create(
        {
            "payment_intent": intent.id,
            "amount": 4_000,
            "metadata": {"refund": "1"},
            "expand": ["balance_transaction"],
        }
    )
    assert (refund.status, refund.amount, refund.charge) == ("succeeded", 4_000, intent.latest_charge)
    moved = refund.balance_transaction
    assert (moved.type, moved.amount, moved.fee, moved.net) == ("refund", -4_000, 0, -4_000)
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
