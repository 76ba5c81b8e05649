"""Connected accounts, transfers, reversals."""

import uuid

import pytest
import stripe


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


def test_a_transfer_moves_available_money(client, account, charge):
    """Docs: Connect, Separate charges and transfers."""
    destination, group = account(), uuid.uuid4().hex
    charge("pm_card_bypassPending", amount=10_000, transfer_group=group)
    transfer = client.transfers.create(
        {
            "amount": 9_000,
            "currency": "eur",
            "destination": destination.id,
            "transfer_group": group,
            "metadata": {"payout": "3"},
            "expand": ["balance_transaction"],
        }
    )
    assert (transfer.amount, transfer.reversed, transfer.metadata["payout"]) == (9_000, False, "3")
    moved = transfer.balance_transaction
    assert (moved.type, moved.amount, moved.fee, moved.source) == ("transfer", -9_000, 0, transfer.id)
    theirs = client.balance.retrieve(None, {"stripe_account": destination.id})
    assert theirs.available[0].amount == 9_000
    assert [found.id for found in client.transfers.list({"transfer_group": group}).data] == [transfer.id]


def test_a_transfer_above_the_available_balance_is_refused(client, account):
    """Docs: Error codes, balance_insufficient."""
    [held] = [line.amount for line in client.balance.retrieve().available if line.currency == "eur"]
    params = {"amount": held + 1_000_000, "currency": "eur", "destination": account().id}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.transfers.create(params)
    assert caught.value.code == "balance_insufficient"


def test_a_transfer_to_an_account_not_onboarded_is_refused(client, account):
    """Docs: Error codes, insufficient_capabilities_for_transfer."""
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


def test_a_reversal_takes_back_what_the_account_still_holds(client, account):
    """Docs: Connect, Separate charges and transfers (reverse transfers)."""
    destination = account()
    transfer = client.transfers.create({"amount": 5_000, "currency": "eur", "destination": destination.id})
    reversal = client.transfers.reversals.create(
        transfer.id, {"amount": 2_000, "expand": ["balance_transaction"]}
    )
    after = client.transfers.retrieve(transfer.id)
    assert (reversal.amount, after.amount_reversed, after.reversed) == (2_000, 2_000, False)
    assert after.reversals.data[0].id == reversal.id
    moved = reversal.balance_transaction
    assert (moved.type, moved.amount, moved.source) == ("transfer_refund", 2_000, reversal.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.transfers.reversals.create(transfer.id, {"amount": 3_001})
