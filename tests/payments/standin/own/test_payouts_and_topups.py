"""Payouts that arrive, fail or come back, and money paid in, by the stand-in's clock and switches."""

import pytest
import stripe

from tests.payments.standin.balances import available

DAY = 86_400


@pytest.fixture
def payout(client):
    """Pay ten euro out."""

    def pay(**more):
        return client.payouts.create({"amount": 1_000, "currency": "eur"}, more)

    return pay


@pytest.fixture
def told(client):
    """Read the types of the events about an object, oldest first."""

    def read(object_id: str, *types: str) -> list[str]:
        listed = client.events.list({"types": list(types), "limit": 100}).data
        return [event.type for event in reversed(listed) if event.data.object.id == object_id]

    return read


def test_a_payout_is_submitted_and_arrives(client, control, payout, told):
    """Docs: API reference, The Payout object (status); Types of events."""
    made = payout()
    control("clock", move=made.arrival_date - DAY - made.created + DAY // 2)
    status = client.payouts.retrieve(made.id).status
    control("clock", move=4 * DAY)
    after = client.payouts.retrieve(made.id)
    assert (status, after.status, after.trace_id.status) == ("in_transit", "paid", "supported")
    assert told(made.id, "payout.created", "payout.updated", "payout.paid") == [
        "payout.created",
        "payout.updated",
        "payout.paid",
    ]
    with pytest.raises(stripe.InvalidRequestError):
        client.payouts.cancel(made.id)


def test_a_bank_may_refuse_what_arrives(client, control, payout, told):
    """Docs: Payout failure codes (account_closed); Balance transaction types (payout_failure)."""
    control("bank", failure_code="account_closed")
    made = payout()
    control("clock", move=10 * DAY)
    after = client.payouts.retrieve(made.id, {"expand": ["destination", "failure_balance_transaction"]})
    assert (after.status, after.failure_code, after.destination.status) == (
        "failed",
        "account_closed",
        "errored",
    )
    back = after.failure_balance_transaction
    assert (back.type, back.reporting_category, back.amount) == ("payout_failure", "payout_reversal", 1_000)
    assert told(made.id, "payout.failed") == ["payout.failed"]
    control("bank", failure_code=None)


def test_a_paid_payout_may_still_come_back(client, control, payout):
    """Docs: API reference, The Payout object (some initially show as paid, then change to failed)."""
    made = payout()
    assert control("payout", payout=made.id)["status"] == "paid"
    assert control("payout", payout=made.id, failure_code="no_account")["failure_code"] == "no_account"
    assert client.payouts.retrieve(made.id).failure_message


def test_money_paid_in_is_available_when_it_has_come(client, control, told):
    """Docs: API reference, Top-ups; Balance transaction types (topup)."""
    before = available(client)
    asked = client.topups.create({"amount": 30_000, "currency": "eur", "description": "Reserve"})
    assert (asked.status, asked.balance_transaction) == ("pending", None)
    assert asked.expected_availability_date > asked.created
    control("top-up", topup=asked.id)
    after = client.topups.retrieve(asked.id, {"expand": ["balance_transaction"]})
    moved = after.balance_transaction
    assert (after.status, moved.type, moved.reporting_category) == ("succeeded", "topup", "topup")
    assert (moved.amount, moved.fee, moved.source) == (30_000, 0, asked.id)
    assert available(client) == before + 30_000
    assert told(asked.id, "topup.created", "topup.succeeded") == ["topup.created", "topup.succeeded"]


def test_money_paid_in_comes_by_itself_after_some_days(client, control):
    """Docs: API reference, The Top-up object (expected_availability_date)."""
    asked = client.topups.create({"amount": 100, "currency": "eur"})
    control("clock", move=6 * DAY)
    assert client.topups.retrieve(asked.id).status == "succeeded"
    assert asked.id in {found.id for found in client.topups.list({"status": "succeeded"}).data}


def test_money_may_not_come(client, control):
    """Docs: API reference, The Top-up object (failure_code); Cancel a top-up."""
    before = available(client)
    failed, canceled = (client.topups.create({"amount": 100, "currency": "eur"}) for _ in range(2))
    control("top-up", topup=failed.id, failure_code="insufficient_funds")
    assert client.topups.retrieve(failed.id).failure_code == "insufficient_funds"
    assert client.topups.cancel(canceled.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        client.topups.cancel(canceled.id)
    assert available(client) == before


def test_a_bank_transfer_to_the_balance_comes_unasked(client, control):
    """Docs: Add funds to your balance; the stand-in's own switch."""
    before = available(client)
    came = control("top-up", amount=5_000)
    assert (came["status"], client.topups.retrieve(came["id"]).amount) == ("succeeded", 5_000)
    assert available(client) == before + 5_000
