"""Payouts of the platform's balance, created by hand."""

import pytest
import stripe


@pytest.fixture
def payout(client):
    """Pay ten euro out."""

    def pay(amount: int = 1_000, **more):
        return client.payouts.create({"amount": amount, "currency": "eur", **more})

    return pay


def test_a_payout_leaves_the_balance_at_once_and_arrives_later(client, payout):
    """Docs: API reference, Payouts; Balance transaction types (payout)."""
    made = payout(metadata={"payout": "3"}, description="To the bank", statement_descriptor="CROWD")
    assert (made.amount, made.currency, made.status) == (1_000, "eur", "pending")
    assert (made.automatic, made.method, made.type) == (False, "standard", "bank_account")
    assert (made.metadata["payout"], made.description) == ("3", "To the bank")
    assert made.reconciliation_status == "not_applicable"
    assert made.arrival_date > made.created - 86_400
    moved = client.balance_transactions.retrieve(made.balance_transaction)
    assert (moved.type, moved.reporting_category, moved.source) == ("payout", "payout", made.id)
    assert (moved.amount, moved.net, moved.status) == (-1_000, -1_000, "available")
    assert client.payouts.retrieve(made.id).destination == made.destination


def test_a_pending_payout_can_be_canceled_and_the_money_comes_back(client, payout):
    """Docs: API reference, Cancel a payout; Balance transaction types (payout_cancel)."""
    made = payout()
    ended = client.payouts.cancel(made.id)
    assert ended.status == "canceled"
    back = client.balance_transactions.retrieve(ended.failure_balance_transaction)
    assert (back.type, back.reporting_category, back.amount) == ("payout_cancel", "payout_reversal", 1_000)
    with pytest.raises(stripe.InvalidRequestError):
        client.payouts.cancel(made.id)


def test_no_more_is_paid_out_than_is_available(client, held):
    """Docs: Error codes, balance_insufficient."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payouts.create({"amount": held + 1_000_000, "currency": "eur"})
    assert caught.value.code == "balance_insufficient"


def test_payouts_are_listed_newest_first_by_status(client, payout):
    """Docs: API reference, List all payouts."""
    older, newer = payout(), payout()
    client.payouts.cancel(newer.id)
    assert newer.id in {found.id for found in client.payouts.list({"status": "canceled"}).data}
    listed = [found.id for found in client.payouts.list({"limit": 2}).data]
    assert listed == [newer.id, older.id]


def test_only_metadata_of_a_payout_changes(client, payout):
    """Docs: API reference, Update a payout."""
    made = payout()
    assert client.payouts.update(made.id, {"metadata": {"seen": "1"}}).metadata["seen"] == "1"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payouts.update(made.id, {"amount": 5})
    assert caught.value.code == "parameter_unknown"


def test_what_a_manual_payout_carried_is_not_known(client, payout):
    """Docs: API reference, List all balance transactions (payout: for automatic payouts only)."""
    with pytest.raises(stripe.InvalidRequestError):
        client.balance_transactions.list({"payout": payout().id})


def test_a_payout_tells_its_story(client, payout, target):
    """Docs: Types of events (payout.created, payout.canceled)."""
    made = payout()
    client.payouts.cancel(made.id)
    story = {"payout.created", "payout.canceled"}

    def told() -> set[str]:
        listed = client.events.list({"types": sorted(story), "limit": 100}).data
        return {event.type for event in listed if event.data.object.id == made.id}

    assert target.until(told, lambda types: types == story)


def test_the_schedule_of_payouts_is_manual(client):
    """Docs: API reference, Balance Settings (payments.payouts.schedule.interval)."""
    settings = client.balance_settings.retrieve()
    assert settings.payments.payouts.schedule.interval == "manual"
