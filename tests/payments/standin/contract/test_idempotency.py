"""Idempotency keys."""

from typing import Any

import pytest
import stripe


def test_a_repeated_key_replays_the_first_result(client, charge, customer, key, saved_card):
    """Docs: API reference, Idempotent requests."""
    method = saved_card()
    params: Any = {
        "amount": 900,
        "currency": "eur",
        "customer": customer.id,
        "payment_method": method.id,
        "off_session": True,
        "confirm": True,
    }
    first = client.payment_intents.create(params, {"idempotency_key": key})
    second = client.payment_intents.create(params, {"idempotency_key": key})
    assert second.id == first.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(client.payment_intents.list({"customer": customer.id}).data) == 1


def test_a_stored_decline_is_replayed(client, customer, key, saved_card):
    """Docs: API reference, Idempotent requests (any status code is stored)."""
    method = saved_card("pm_card_chargeCustomerFail")
    params: Any = {
        "amount": 900,
        "currency": "eur",
        "customer": customer.id,
        "payment_method": method.id,
        "off_session": True,
        "confirm": True,
    }
    caught: list[Any] = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as error:
            client.payment_intents.create(params, {"idempotency_key": key})
        caught.append(error.value)
    assert caught[0].error.payment_intent.id == caught[1].error.payment_intent.id
    assert caught[1].headers["Idempotent-Replayed"] == "true"
    assert len(client.payment_intents.list({"customer": customer.id}).data) == 1


def test_the_same_key_with_other_parameters_is_an_error(client, key):
    """Docs: API reference, Idempotent requests."""
    client.customers.create({"email": "a@example.org"}, {"idempotency_key": key})
    with pytest.raises(stripe.IdempotencyError) as caught:
        client.customers.create({"email": "b@example.org"}, {"idempotency_key": key})
    assert caught.value.http_status == 400


def test_a_refused_parameter_stores_nothing(client, key):
    """Docs: API reference, Idempotent requests (validation failures are not stored)."""
    with pytest.raises(stripe.InvalidRequestError):
        client.customers.create({"nonsense": "1"}, {"idempotency_key": key})
    assert client.customers.create({"email": "a@example.org"}, {"idempotency_key": key}).id


def test_a_key_longer_than_255_is_refused(client):
    """Docs: API reference, Idempotent requests."""
    with pytest.raises(stripe.InvalidRequestError):
        client.customers.create({}, {"idempotency_key": "k" * 256})


def test_a_connected_account_has_keys_of_its_own(client, account, key):
    """Docs: API reference, Idempotent requests; Connect, Making API calls for connected accounts."""
    theirs = account()
    client.transfers.create({"amount": 1_000, "currency": "eur", "destination": theirs.id})
    params = {"amount": 100, "currency": "eur"}
    ours = client.payouts.create(params, {"idempotency_key": key})
    other = client.payouts.create(params, {"idempotency_key": key, "stripe_account": theirs.id})
    assert ours.id != other.id
    again = client.payouts.create(params, {"idempotency_key": key, "stripe_account": theirs.id})
    assert again.id == other.id
