"""The balance and its transactions."""

import pytest
import stripe

from tests.payments.standin.conftest import refusal

READ = {"expand": ["latest_charge.balance_transaction"]}


def test_a_charge_is_pending_less_its_fee(charge):
    """Docs: API reference, Balance Transactions; Pricing."""
    moved = charge(amount=10_000, **READ).latest_charge.balance_transaction
    assert (moved.type, moved.status, moved.amount) == ("charge", "pending", 10_000)
    assert moved.fee > 0
    assert moved.net == moved.amount - moved.fee
    assert sum(detail.amount for detail in moved.fee_details) == moved.fee
    assert moved.available_on > moved.created


def test_one_card_skips_the_pending_balance(charge):
    """Docs: Testing, Available balance (4000000000000077)."""
    moved = charge("pm_card_bypassPending", amount=10_000, **READ).latest_charge.balance_transaction
    assert moved.status == "available"


def test_balance_transactions_are_listed_by_their_source(client, charge):
    """Docs: API reference, List all balance transactions."""
    made = charge().latest_charge
    listed = client.balance_transactions.list({"source": made, "type": "charge"})
    assert [found.source for found in listed.data] == [made]


def test_a_decline_moves_no_money(client, charge):
    """Docs: Testing, Declined payments."""
    with pytest.raises(stripe.CardError) as caught:
        charge("pm_card_chargeCustomerFail", amount=10_000)
    assert refusal(caught).code == "card_declined"
    assert client.balance_transactions.list({"source": refusal(caught).charge}).data == []
