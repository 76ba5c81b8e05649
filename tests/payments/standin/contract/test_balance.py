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
    assert {(detail.type, detail.currency) for detail in moved.fee_details} == {("stripe_fee", "eur")}
    assert moved.available_on > moved.created
    assert (moved.reporting_category, moved.exchange_rate, moved.currency) == ("charge", None, "eur")


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


def test_balance_transactions_are_listed_by_time_and_type_newest_first(client, charge):
    """Docs: API reference, List all balance transactions (created, type); Pagination."""
    made = [charge("pm_card_bypassPending", **READ).latest_charge.balance_transaction for _ in range(3)]
    params = {"type": "charge", "created": {"gte": made[0].created}, "limit": 2}
    first = client.balance_transactions.list(params)
    assert [moved.id for moved in first.data] == [made[2].id, made[1].id]
    assert first.has_more is True
    rest = client.balance_transactions.list({**params, "starting_after": first.data[-1].id})
    assert rest.data[0].id == made[0].id
    before = {"type": "charge", "created": {"lt": made[0].created}, "limit": 100}
    assert made[0].id not in {moved.id for moved in client.balance_transactions.list(before).data}


def test_a_type_that_never_was_lists_nothing(client):
    """Docs: API reference, List all balance transactions (type)."""
    assert client.balance_transactions.list({"type": "climate_order_purchase"}).data == []


def test_a_balance_transaction_leads_to_what_it_is_about(client, charge):
    """Docs: API reference, The Balance Transaction object (source); Expanding responses."""
    intent = charge(**READ)
    moved = intent.latest_charge.balance_transaction
    found = client.balance_transactions.retrieve(moved.id, {"expand": ["source"]})
    assert (found.source.object, found.source.id) == ("charge", intent.latest_charge.id)


def test_an_unknown_balance_transaction_is_a_404(client):
    """Docs: Error codes, resource_missing."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.balance_transactions.retrieve("txn_missing")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
