"""Connected accounts, transfers to them, reversals, their payouts."""

import uuid

import pytest
import stripe

from tests.payments.standin.conftest import handed_over, refusal


@pytest.fixture
def transfer(client, account):
    """Send money to an account (a new one, if none is given)."""

    def send(amount: int = 5_000, destination: str = "", **more):
        params = {"amount": amount, "currency": "eur", "destination": destination or account().id, **more}
        return client.transfers.create(params)

    return send


def test_an_account_can_receive_only_when_everything_was_handed_over(client, account, target):
    """Docs: Connect, Account capabilities; API reference, The Account object (requirements)."""
    fresh = account(onboarded=False)
    assert (fresh.capabilities.transfers, fresh.details_submitted) == ("inactive", False)
    assert "external_account" in fresh.requirements.currently_due
    client.accounts.update(fresh.id, handed_over())
    done = target.until(
        lambda: client.accounts.retrieve(fresh.id),
        lambda found: found.capabilities.transfers == "active",
    )
    assert (done.details_submitted, done.requirements.currently_due) == (True, [])
    assert done.external_accounts.data[0].last4 == "3456"
    assert client.accounts.capabilities.retrieve(fresh.id, "transfers").status == "active"


def test_an_unknown_account_is_not_ones_own(client):
    """Docs: Error codes, account_invalid."""
    with pytest.raises(stripe.PermissionError) as caught:
        client.accounts.retrieve("acct_1032D82eZvKYlo2C")
    assert refusal(caught).code == "account_invalid"


def test_a_transfer_moves_available_money(client, account, charge, transfer):
    """Docs: Connect, Separate charges and transfers; Balance transaction types (transfer)."""
    destination, group = account(), uuid.uuid4().hex
    charge("pm_card_bypassPending", amount=10_000, transfer_group=group)
    made = transfer(
        9_000,
        destination.id,
        transfer_group=group,
        metadata={"payout": "3"},
        expand=["balance_transaction"],
    )
    assert (made.amount, made.reversed, made.metadata["payout"]) == (9_000, False, "3")
    moved = made.balance_transaction
    assert (moved.type, moved.reporting_category, moved.source) == ("transfer", "transfer", made.id)
    assert (moved.amount, moved.fee, moved.net) == (-9_000, 0, -9_000)
    theirs = client.balance.retrieve(None, {"stripe_account": destination.id})
    assert theirs.available[0].amount == 9_000
    assert [found.id for found in client.transfers.list({"transfer_group": group}).data] == [made.id]
    [came] = client.balance_transactions.list(None, {"stripe_account": destination.id}).data
    assert (came.type, came.amount, came.source) == ("payment", 9_000, made.destination_payment)


def test_a_transfer_above_the_available_balance_is_refused(held, transfer):
    """Docs: Error codes, balance_insufficient."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        transfer(held + 1_000_000)
    assert caught.value.code == "balance_insufficient"


def test_a_transfer_to_an_account_that_can_not_receive_is_refused(account, transfer):
    """Docs: Error codes, insufficient_capabilities_for_transfer."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        transfer(100, account(onboarded=False).id)
    assert caught.value.code == "insufficient_capabilities_for_transfer"


def test_a_transfer_from_a_charge_waits_with_it_and_never_exceeds_it(client, account, charge):
    """Docs: Connect, Separate charges and transfers (source_transaction)."""
    destination, made = account(), charge(amount=10_000).latest_charge
    params = {"currency": "eur", "destination": destination.id, "source_transaction": made}
    sent = client.transfers.create({**params, "amount": 9_000})
    assert sent.source_transaction == made
    theirs = client.balance.retrieve(None, {"stripe_account": destination.id})
    assert sum(line.amount for line in theirs.available) == 0
    assert theirs.pending[0].amount == 9_000
    with pytest.raises(stripe.InvalidRequestError):
        client.transfers.create({**params, "amount": 1_001})


def test_a_reversal_takes_back_part_and_then_the_rest(client, transfer):
    """Docs: Connect, Separate charges and transfers (reverse transfers); Balance transaction types."""
    made = transfer()
    reversal = client.transfers.reversals.create(
        made.id, {"amount": 2_000, "metadata": {"refund": "1"}, "expand": ["balance_transaction"]}
    )
    after = client.transfers.retrieve(made.id)
    assert (reversal.amount, after.amount_reversed, after.reversed) == (2_000, 2_000, False)
    assert after.reversals.data[0].id == reversal.id
    moved = reversal.balance_transaction
    assert (moved.type, moved.reporting_category) == ("transfer_refund", "transfer_reversal")
    assert (moved.amount, moved.source) == (2_000, reversal.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.transfers.reversals.create(made.id, {"amount": 3_001})
    client.transfers.reversals.create(made.id)
    assert client.transfers.retrieve(made.id).reversed is True
    with pytest.raises(stripe.InvalidRequestError):
        client.transfers.reversals.create(made.id)
    assert len(client.transfers.reversals.list(made.id).data) == 2


def test_what_an_account_has_paid_out_can_not_be_taken_back(client, account, transfer):
    """Docs: Connect, Separate charges and transfers (reversals need the account's balance); API reference, Payouts."""
    destination = account()
    made = transfer(5_000, destination.id)
    theirs = {"stripe_account": destination.id}
    client.payouts.create({"amount": 4_000, "currency": "eur"}, theirs)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.transfers.reversals.create(made.id, {"amount": 1_001})
    assert caught.value.code == "balance_insufficient"
    assert client.transfers.retrieve(made.id).amount_reversed == 0
    client.transfers.reversals.create(made.id, {"amount": 1_000})
    assert client.balance.retrieve(None, theirs).available[0].amount == 0


def test_a_reversed_transfer_tells_its_story(client, transfer, target):
    """Docs: Types of events (transfer.created, transfer.reversed: partial ones too)."""
    made = transfer()
    client.transfers.reversals.create(made.id, {"amount": 1})
    story = {"transfer.created", "transfer.reversed"}

    def told() -> set[str]:
        listed = client.events.list({"types": sorted(story), "limit": 100}).data
        return {event.type for event in listed if event.data.object.id == made.id}

    assert target.until(told, lambda types: types == story)
