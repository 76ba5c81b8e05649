"""Events: kept, listed, delivered, signed."""

import json
import threading
import time

import pytest
import stripe

from tests.payments.standin.conftest import Receiver, pay_at


@pytest.fixture
def endpoint(client, receiver):
    """The receiver as an endpoint for some event types, gone after the test."""
    made = []

    def listen(*types: str):
        found = client.webhook_endpoints.create({"url": receiver.url, "enabled_events": list(types) or ["*"]})
        made.append(found.id)
        return found

    yield listen
    for endpoint_id in made:
        client.webhook_endpoints.delete(endpoint_id)


def wait_for(receiver: Receiver, count: int) -> None:
    until = time.monotonic() + 10
    while len(receiver.arrived) < count and time.monotonic() < until:
        threading.Event().wait(0.02)
    assert len(receiver.arrived) >= count


def test_an_event_arrives_signed_with_real_time_though_the_clock_is_moved(
    client, control, endpoint, receiver
):
    """Docs: Webhooks, Verify webhook signatures."""
    secret = endpoint("customer.created").secret
    control("clock", offset=40 * 86400)
    customer = client.customers.create({"email": "a@example.org"})
    wait_for(receiver, 1)
    signature, body = receiver.arrived[0]
    event = stripe.Webhook.construct_event(body, signature, secret, tolerance=60)
    assert (event.type, event.data.object.id, event.livemode) == ("customer.created", customer.id, False)
    assert event.created - time.time() > 39 * 86400
    assert event.api_version == "2026-10-28.endive"


def test_a_forged_signature_is_found(client, endpoint, receiver):
    """Docs: Webhooks, Verify webhook signatures."""
    endpoint("customer.created")
    client.customers.create()
    wait_for(receiver, 1)
    signature, body = receiver.arrived[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_other")


def test_an_event_names_the_request_that_caused_it(client, endpoint, receiver):
    """Docs: API reference, The Event object (request)."""
    endpoint("customer.created")
    made = client.customers.create({}, {"idempotency_key": f"key-{time.time_ns()}"})
    wait_for(receiver, 1)
    request = receiver.events()[0]["request"]
    assert request["id"] == made.last_response.request_id
    assert request["idempotency_key"].startswith("key-")


def test_a_refused_delivery_is_tried_again_until_it_arrives(client, control, endpoint, receiver):
    """Docs: Webhooks, Retry behaviour."""
    endpoint("customer.created")
    receiver.status = 500
    client.customers.create()
    wait_for(receiver, 1)
    event_id = receiver.events()[0]["id"]
    assert client.events.retrieve(event_id).pending_webhooks == 1
    receiver.status = 200
    wait_for(receiver, 2)
    assert control("flush")["waiting"] == 0
    assert {event["id"] for event in receiver.events()} == {event_id}
    assert client.events.retrieve(event_id).pending_webhooks == 0


def test_only_the_wanted_types_arrive(client, control, customer, endpoint, receiver):
    """Docs: API reference, Create a webhook endpoint (enabled_events)."""
    endpoint("payment_method.attached", "payment_method.detached")
    method = client.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    client.payment_methods.detach(method.id)
    control("flush")
    assert sorted(receiver.types()) == ["payment_method.attached", "payment_method.detached"]


def test_a_pledge_tells_its_story(client, control, customer, endpoint, receiver):
    """Docs: Types of events."""
    endpoint()
    session = client.checkout.sessions.create(
        {"mode": "setup", "currency": "eur", "customer": customer.id, "success_url": "https://example.org/"}
    )
    pay_at(session.url)
    method = client.payment_methods.list({"customer": customer.id}).data[0].id
    client.payment_intents.create(
        {
            "amount": 900,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": method,
            "off_session": True,
            "confirm": True,
        }
    )
    control("flush")
    assert set(receiver.types()) >= {
        "setup_intent.created",
        "setup_intent.succeeded",
        "payment_method.attached",
        "checkout.session.completed",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    }


def test_a_decline_tells_its_story_once(client, charge, control, endpoint, receiver):
    """Docs: Types of events."""
    endpoint("payment_intent.payment_failed", "charge.failed", "charge.succeeded")
    with pytest.raises(stripe.CardError):
        charge("pm_card_chargeCustomerFail")
    control("flush")
    assert sorted(receiver.types()) == ["charge.failed", "payment_intent.payment_failed"]


def test_a_refused_request_tells_nothing(client, control, customer, endpoint, receiver):
    """Docs: Types of events."""
    endpoint()
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.create(
            {"amount": 900, "currency": "eur", "customer": customer.id, "confirm": True}
        )
    control("flush")
    assert receiver.types() == []


def test_a_dispute_and_a_refund_tell_their_story(client, charge, control, endpoint, receiver):
    """Docs: Types of events."""
    charge("pm_card_bypassPending", amount=900_000)  # more than other tests may have left owing
    endpoint("charge.dispute.created", "refund.created", "charge.refunded")
    charge("pm_card_createDispute")
    client.refunds.create({"payment_intent": charge().id})
    control("flush")
    assert sorted(receiver.types()) == ["charge.dispute.created", "charge.refunded", "refund.created"]


def test_an_event_keeps_the_object_as_it_was(client, control, customer, endpoint, receiver):
    """Docs: API reference, The Event object (data)."""
    endpoint("customer.updated")
    client.customers.update(customer.id, {"name": "First"})
    client.customers.update(customer.id, {"name": "Second"})
    control("flush")
    told = {
        event["data"]["object"]["name"]: event["data"]["previous_attributes"] for event in receiver.events()
    }
    assert told == {"First": {"name": "Ada Backer"}, "Second": {"name": "First"}}


def test_events_are_listed_newest_first_by_type_time_and_cursor(client, control):
    """Docs: API reference, List all events."""
    control("clock", offset=100 * 86400)
    made = [client.customers.create().id for _ in range(3)]
    since = client.customers.retrieve(made[0]).created
    page = client.events.list({"type": "customer.created", "created": {"gte": since}, "limit": 2})
    assert ([event.data.object.id for event in page.data], page.has_more) == (made[:0:-1], True)
    rest = client.events.list(
        {"types": ["customer.created"], "created": {"gte": since}, "starting_after": page.data[-1].id}
    )
    assert [event.data.object.id for event in rest.data] == made[:1]


def test_events_are_kept_thirty_days(client, control):
    """Docs: API reference, Events."""
    client.customers.create()
    newest = client.events.list({"limit": 1}).data[0]
    control("clock", move=31 * 86400)
    assert newest.id not in {event.id for event in client.events.list({"limit": 100}).data}
    with pytest.raises(stripe.InvalidRequestError):
        client.events.retrieve(newest.id)


def test_events_may_come_twice(client, control, endpoint, receiver):
    """Docs: Webhooks, Handle duplicate events."""
    endpoint("customer.created")
    control("faults", webhooks={"duplicate": 1})
    client.customers.create()
    wait_for(receiver, 2)
    first, second = receiver.events()[:2]
    assert first["id"] == second["id"]


def test_events_may_be_held_and_then_come_in_any_order(client, control, endpoint, receiver):
    """Docs: Webhooks, Event ordering."""
    endpoint("customer.created")
    control("faults", webhooks={"hold": True, "shuffle": True})
    made = [client.customers.create().id for _ in range(40)]
    assert receiver.arrived == []
    assert control("flush")["waiting"] == 0
    came = [event["data"]["object"]["id"] for event in receiver.events()]
    assert came != made
    assert sorted(came) == sorted(made)


def test_events_may_come_late(client, control, endpoint, receiver):
    """Docs: Webhooks, Retry behaviour."""
    endpoint("customer.created")
    control("faults", webhooks={"delay": 0.5})
    started = time.monotonic()
    client.customers.create()
    wait_for(receiver, 1)
    assert time.monotonic() - started >= 0.5


def test_deliveries_can_be_read(client, control, endpoint, receiver):
    """The stand-in's own switch."""
    endpoint("customer.created")
    client.customers.create()
    control("flush")
    newest = control.read("deliveries")["data"][0]
    assert (newest["type"], newest["state"], newest["last_status"]) == ("customer.created", "delivered", 200)


def test_an_accounts_event_names_the_account(client, control, endpoint, receiver):
    """Docs: Connect, Connect webhooks."""
    endpoint("account.updated")
    account = client.accounts.create({"type": "express", "capabilities": {"transfers": {"requested": True}}})
    client.accounts.update(account.id, {"metadata": {"organisation": "4"}})
    control("flush")
    event = json.loads(receiver.arrived[0][1])
    assert (event["account"], event["data"]["object"]["id"]) == (account.id, account.id)
