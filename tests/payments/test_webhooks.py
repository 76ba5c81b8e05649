"""The inbox: verified events are kept once and worked on from their rows; what is not Stripe's leaves nothing."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest
import stripe as sdk
from django.test import Client, override_settings

from payments.enums import PledgeStatus
from payments.gateway.client import OutcomeUnknown, client
from payments.models import TotalsDelta
from payments.services.cards import open_card_session
from payments.webhooks import handlers
from payments.webhooks.models import EventStatus, StripeEvent, SweepCursor
from payments.webhooks.services import MAX_ATTEMPTS, forget, sweep, work
from tests import world
from tests.payments.conftest import place
from tests.world import NOW

pytestmark = pytest.mark.django_db
URL = "/webhooks/stripe/"
SECRET = "whsec_standin"


def event(**fields) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "type": "customer.created",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "cus_1", "object": "customer"}},
        **fields,
    }


def send(
    body: dict[str, Any] | bytes, *, secret: str = SECRET, age: int = 0, signed: bytes | None = None, **extra
):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    header = sdk.WebhookSignature.generate_signature_header(
        (signed or raw).decode(errors="replace"), secret, timestamp=int(time.time()) - age
    )
    return Client().post(
        URL, raw, content_type="application/json", headers={"Stripe-Signature": header}, **extra
    )


def test_a_signed_event_is_kept_once():
    assert send(event()).status_code == 200
    assert send(event()).status_code == 200
    row = StripeEvent.objects.get()
    assert (row.stripe_id, row.type, row.object_id, row.status) == (
        "evt_1",
        "customer.created",
        "cus_1",
        "new",
    )


def test_intake_takes_two_statements(django_assert_num_queries):
    with django_assert_num_queries(2):  # the time, the insert
        send(event())


@pytest.mark.parametrize(
    "hostile",
    [
        lambda: send(event(), secret="whsec_somebody"),
        lambda: send(event(), age=301),
        lambda: send(event(id="evt_2"), signed=json.dumps(event()).encode()),
        lambda: send(b"not json"),
        lambda: send(b"[]"),
        lambda: send(b"{}"),
        lambda: send(b"\xff\xfe"),
        lambda: send(event(data={})),
        lambda: send(event(livemode=True)),
        lambda: Client().post(URL, json.dumps(event()), content_type="application/json"),
        lambda: Client().post(
            URL,
            json.dumps(event()),
            content_type="application/json",
            headers={"Stripe-Signature": "t=1,v1=0"},
        ),
    ],
    ids=[
        "secret",
        "stale",
        "body",
        "text",
        "list",
        "empty",
        "bytes",
        "no-object",
        "live",
        "unsigned",
        "junk",
    ],
)
def test_what_is_forged_stale_or_malformed_leaves_nothing(hostile):
    assert hostile().status_code == 400
    assert not StripeEvent.objects.exists()


def test_an_event_within_the_tolerance_is_taken():
    assert send(event(), age=290).status_code == 200


def test_a_body_too_large_is_not_read():
    assert send(event(data={"object": {"id": "x", "text": "y" * 600_000}})).status_code == 413
    assert not StripeEvent.objects.exists()


def test_only_posts_are_taken():
    assert Client().get(URL).status_code == 405


def test_without_a_secret_nothing_is_taken(settings):
    settings.STRIPE_WEBHOOK_SECRET = ""
    assert send(event(), secret="").status_code == 400
    assert not StripeEvent.objects.exists()


def test_an_event_nobody_listens_to_is_done():
    send(event())
    assert work() == 1
    assert StripeEvent.objects.get().status == EventStatus.DONE
    assert work() == 0


@pytest.fixture
def failing(monkeypatch):
    """A listener that fails as long as it is told to."""
    told = {"fail": True, "seen": 0}

    def listen(row, now):
        told["seen"] += 1
        if told["fail"]:
            raise OutcomeUnknown("no answer")

    monkeypatch.setitem(handlers._handlers, "customer.created", [listen])
    return told


def test_an_event_that_fails_is_tried_again_later(failing):
    send(event())
    work()
    row = StripeEvent.objects.get()
    assert (row.status, row.attempts) == ("new", 1)
    assert row.due_at > row.received_at
    assert work() == 0, "not before its time"
    StripeEvent.objects.update(due_at=row.received_at)
    failing["fail"] = False
    work()
    assert StripeEvent.objects.get().status == EventStatus.DONE
    assert failing["seen"] == 2


def test_an_event_that_always_fails_is_given_up_and_kept(failing):
    send(event())
    StripeEvent.objects.update(attempts=MAX_ATTEMPTS - 1)
    work()
    assert StripeEvent.objects.get().status == EventStatus.FAILED


def test_what_was_done_long_ago_is_forgotten():
    send(event())
    send(event(id="evt_2"))
    work()
    StripeEvent.objects.filter(stripe_id="evt_1").update(done_at=NOW - dt.timedelta(days=61))
    assert forget() == 1
    assert StripeEvent.objects.get().stripe_id == "evt_2"


# With the stand-in


def test_the_sweeper_reads_what_no_webhook_brought(stripe):
    """Works with no public address: the list of events alone makes the pledge count."""
    sweep()
    pledge = place(world.campaign())
    stripe.save_card(open_card_session(pledge=pledge, now=NOW))
    new = sweep()
    assert new >= 2  # the session and its SetupIntent
    assert {"checkout.session.completed", "setup_intent.succeeded"} <= set(
        StripeEvent.objects.values_list("type", flat=True)
    )
    assert sweep() == 0, "each event once"
    while work():
        pass
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.ACTIVE
    assert not StripeEvent.objects.exclude(status=EventStatus.DONE).exists()
    assert SweepCursor.objects.get().read_until > dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)


def test_the_sweeper_reads_more_than_a_page(stripe, monkeypatch):
    from payments.gateway import events

    monkeypatch.setattr(events, "PAGE", 2)
    sweep()
    for n in range(3):
        pledge = place(world.campaign(), email=f"p{n}@example.org")
        stripe.save_card(open_card_session(pledge=pledge, now=NOW))
    assert sweep() >= 6


def test_when_the_list_can_not_be_read_the_cursor_stays(stripe, settings):
    sweep()
    before = SweepCursor.objects.get().read_until
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert sweep() == 0
    assert SweepCursor.objects.get().read_until == before


def test_without_a_key_nobody_is_asked(settings):
    settings.STRIPE_SECRET_KEY = ""
    assert sweep() == 0
    settings.STRIPE_SECRET_KEY = settings.STANDIN_KEY
    settings.STRIPE_API_BASE = ""
    assert sweep() == 0, "the stand-in's key is worth nothing at Stripe"
    assert not SweepCursor.objects.exists()


def test_a_webhook_of_a_real_session_activates_its_pledge(stripe):
    """The event is not believed: it says which session to read again."""
    pledge = place(world.campaign())
    stripe.save_card(open_card_session(pledge=pledge, now=NOW))
    told = {"id": pledge.session_id, "object": "checkout.session", "mode": "setup", "status": "open"}
    send(event(type="checkout.session.completed", data={"object": told}))
    work()
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.ACTIVE


def test_an_event_that_lies_changes_nothing(stripe):
    pledge = place(world.campaign())
    open_card_session(pledge=pledge, now=NOW)
    told = {"id": pledge.session_id, "object": "checkout.session", "mode": "setup", "status": "complete"}
    send(event(type="checkout.session.completed", data={"object": told}))
    work()
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.PENDING_CARD


def test_events_of_others_are_left_alone(stripe):
    for n, about in enumerate(
        (
            {"id": "cs_pay", "mode": "payment"},
            {"id": "seti_1", "metadata": {"pledge": "not-ours"}},
            {"id": "seti_2", "metadata": {}},
        )
    ):
        kind = "checkout.session.completed" if "mode" in about else "setup_intent.succeeded"
        send(event(id=f"evt_{n}", type=kind, data={"object": about}))
    work()
    assert set(StripeEvent.objects.values_list("status", flat=True)) == {"done"}


def test_webhooks_as_they_really_come(stripe, receiver):
    """Signed and delivered by the stand-in, duplicated and shuffled: each event is kept once and changes once."""
    endpoints = client().v1.webhook_endpoints
    made = endpoints.create(params={"url": receiver.url, "enabled_events": ["*"]})
    stripe.control("faults", webhooks={"duplicate": 1, "shuffle": True})
    pledge = place(world.campaign())
    try:
        stripe.save_card(open_card_session(pledge=pledge, now=NOW))
        stripe.control("flush")
    finally:
        endpoints.delete(made.id)
    with override_settings(STRIPE_WEBHOOK_SECRET=made.secret):
        for signature, body in receiver.arrived:
            answer = Client().post(
                URL, body, content_type="application/json", headers={"Stripe-Signature": signature}
            )
            assert answer.status_code == 200
    types = receiver.types()
    assert types.count("checkout.session.completed") >= 2
    assert StripeEvent.objects.count() == len({event["id"] for event in receiver.events()})
    while work():
        pass
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.ACTIVE
    assert TotalsDelta.objects.count() == 1
