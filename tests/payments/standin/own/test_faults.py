"""The fault switches, and what idempotency keys do under them."""

import threading
from typing import Any

import pytest
import stripe

from tests.payments.standin.conftest import fetch, sdk


def test_keys_of_different_accounts_do_not_meet(standin, key):
    """Docs: API reference, Idempotent requests."""
    first = sdk(standin.url, key="sk_test_one").v1.customers.create(
        {"email": "a@example.org"}, {"idempotency_key": key}
    )
    second = sdk(standin.url, key="sk_test_two").v1.customers.create(
        {"email": "b@example.org"}, {"idempotency_key": key}
    )
    assert first.id != second.id


def test_a_key_is_forgotten_after_a_day(client, control, key):
    """Docs: API reference, Idempotent requests (kept for at least 24 hours)."""
    first = client.customers.create({"email": "a@example.org"}, {"idempotency_key": key})
    control("clock", offset=23 * 3600)
    assert client.customers.create({"email": "a@example.org"}, {"idempotency_key": key}).id == first.id
    control("clock", offset=25 * 3600)
    assert client.customers.create({"email": "a@example.org"}, {"idempotency_key": key}).id != first.id


def test_a_second_request_while_the_first_is_under_way_is_a_409(standin, client, control, key):
    """Docs: Error codes, idempotency_key_in_use."""
    control("faults", rules=[{"match": "POST /v1/customers", "kind": "latency", "seconds": 0.4, "times": 1}])
    slow = threading.Thread(target=client.customers.create, args=({}, {"idempotency_key": key}))
    slow.start()
    until_taken(control)
    reply = fetch(
        standin.url + "/v1/customers", b"", Authorization="Bearer sk_test_contract", Idempotency_Key=key
    )
    slow.join()
    assert reply.status == 409
    assert '"code":"idempotency_key_in_use"' in reply.text


def until_taken(control):
    """Wait until the slow request has met its switch, and so holds its key."""
    pause = threading.Event()
    for _ in range(200):
        if control.read("faults")["rules"][0]["times"] == 0:
            pause.wait(0.05)
            return
        pause.wait(0.01)
    raise AssertionError("the slow request never came")


@pytest.mark.parametrize("kind", ["error_before", "error_after"])
def test_a_stored_500_is_replayed_whether_or_not_it_had_its_effect(
    client, control, customer, key, saved_card, kind
):
    """Docs: API reference, Idempotent requests (500 errors are stored too)."""
    params: Any = {
        "amount": 900,
        "currency": "eur",
        "customer": customer.id,
        "payment_method": saved_card().id,
        "off_session": True,
        "confirm": True,
    }
    control("faults", rules=[{"match": "POST /v1/payment_intents", "kind": kind, "times": 1}])
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            client.payment_intents.create(params, {"idempotency_key": key})
        assert caught.value.http_status == 500
    charged = client.payment_intents.list({"customer": customer.id}).data
    assert len(charged) == (1 if kind == "error_after" else 0)


def test_a_cut_after_the_effect_is_healed_by_the_same_key(standin, control, customer, saved_card, key):
    """Docs: Advanced error handling, Network errors."""
    control("faults", rules=[{"match": "POST /v1/payment_intents", "kind": "cut_after", "times": 1}])
    params: Any = {
        "amount": 900,
        "currency": "eur",
        "customer": customer.id,
        "payment_method": saved_card().id,
        "off_session": True,
        "confirm": True,
    }
    client = sdk(standin.url, retries=2).v1
    intent: Any = client.payment_intents.create(params, {"idempotency_key": key})
    assert intent.last_response.headers["Idempotent-Replayed"] == "true"
    assert [found.id for found in client.payment_intents.list({"customer": customer.id}).data] == [intent.id]


def test_a_cut_before_the_effect_stores_nothing(standin, control, client, customer, key):
    """Docs: Advanced error handling, Network errors."""
    control("faults", rules=[{"match": "POST /v1/customers/*", "kind": "cut_before", "times": 1}])
    with pytest.raises(stripe.APIConnectionError):
        client.customers.update(customer.id, {"name": "Other"}, {"idempotency_key": key})
    assert client.customers.retrieve(customer.id).name == "Ada Backer"


def test_a_429_stores_nothing_and_is_not_retried_by_the_sdk(standin, control, client, key):
    """Docs: Rate limits."""
    control("faults", rules=[{"match": "POST /v1/customers", "kind": "rate_limit", "times": 1}])
    with pytest.raises(stripe.RateLimitError):
        sdk(standin.url, retries=2).v1.customers.create({}, {"idempotency_key": key})
    assert client.customers.create({}, {"idempotency_key": key}).id


def test_a_storm_lets_so_many_a_second_through(client, control):
    """Docs: Rate limits."""
    control("faults", requests_per_second=2)
    outcomes = []
    for _ in range(8):
        try:
            client.balance.retrieve()
            outcomes.append(200)
        except stripe.RateLimitError:
            outcomes.append(429)
    assert outcomes[:2] == [200, 200]
    assert 429 in outcomes
