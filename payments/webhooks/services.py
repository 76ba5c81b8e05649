"""The inbox: events come in once, verified or read by the sweeper, and are worked on from their rows."""

from __future__ import annotations

import datetime as dt
import itertools
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from crowdfund.kit import clock, jobs
from payments.gateway.client import GatewayError
from payments.gateway.events import ForgedEvent, configured, events_since, verified_event
from payments.webhooks.handlers import apply_event, listened_types
from payments.webhooks.models import EventStatus, StripeEvent, SweepCursor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from payments.gateway.events import Event

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 16  # doubling from a minute, at most six hours: three days, as Stripe itself tries
OVERLAP = dt.timedelta(minutes=1)  # an event may show in the list a little after its time
FIRST_SWEEP = dt.timedelta(days=1)
KEPT_FOR = dt.timedelta(days=60)  # longer than Stripe's own list, so that nothing forgotten comes again
CURSOR = "events"


def receive(*, body: bytes, signature: str, now: dt.datetime) -> None:
    """Verify a webhook and keep its event, once. Raises `ForgedEvent` and keeps nothing."""
    event = verified_event(body, signature, settings.STRIPE_WEBHOOK_SECRET)
    if event.livemode and not settings.STRIPE_LIVE_SIGNED_FOR:
        raise ForgedEvent("livemode")
    StripeEvent.objects.bulk_create([_row(event, now)], ignore_conflicts=True)
    jobs.wake("webhooks.work")


def _row(event: Event, now: dt.datetime) -> StripeEvent:
    return StripeEvent(
        stripe_id=event.id[:80],
        type=event.type[:80],
        object_id=event.object_id[:80],
        payload=event.payload,
        received_at=now,
        due_at=now,
    )


def work() -> int:
    """Work on the events that are due; return how many."""
    now = clock.now()
    rows = jobs.claim(StripeEvent, Q(status=EventStatus.NEW), now=now)
    for row in rows:
        _work_on(row, now)
    return len(rows)


def _work_on(row: StripeEvent, now: dt.datetime) -> None:
    try:
        apply_event(row, now)
    except Exception:
        log.exception("event %s failed", row.stripe_id)
        row.attempts += 1
        row.status = EventStatus.FAILED if row.attempts >= MAX_ATTEMPTS else EventStatus.NEW
        row.due_at = now + min(dt.timedelta(minutes=2 ** min(row.attempts, 10)), dt.timedelta(hours=6))
    else:
        row.status, row.done_at = EventStatus.DONE, now
    row.leased_until = None
    with transaction.atomic():
        if jobs.still_mine(row):
            row.save(update_fields=["status", "attempts", "due_at", "done_at", "leased_until"])


def sweep() -> int:
    """Read Stripe's list of events since the last time into the inbox; return how many were new.

    The cursor holds Stripe's own times, and moves only when the whole list was read.
    """
    if not configured():
        return 0
    now = clock.now()
    since = _cursor()
    newest, fresh = since, 0
    try:
        listed = events_since(int((since - OVERLAP).timestamp()), listened_types())
        for batch in _batches(listed):
            fresh += _keep_new(batch, now)
            newest = max(newest, *(dt.datetime.fromtimestamp(event.created, dt.UTC) for event in batch))
    except GatewayError as error:
        log.warning("events could not be listed: %s", error)
        return fresh
    SweepCursor.objects.update_or_create(name=CURSOR, defaults={"read_until": newest})
    return fresh


def _cursor() -> dt.datetime:
    kept = SweepCursor.objects.filter(name=CURSOR).values_list("read_until", flat=True).first()
    return kept or clock.real_now() - FIRST_SWEEP


def _batches(events: Iterable[Event]) -> Iterable[list[Event]]:
    events = iter(events)
    while batch := list(itertools.islice(events, 100)):
        yield batch


def _keep_new(batch: list[Event], now: dt.datetime) -> int:
    known = set(
        StripeEvent.objects.filter(stripe_id__in=[event.id for event in batch]).values_list(
            "stripe_id", flat=True
        )
    )
    live = settings.STRIPE_LIVE_SIGNED_FOR
    rows = [_row(event, now) for event in batch if event.id not in known and (live or not event.livemode)]
    StripeEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def forget() -> int:
    """Drop what was done long ago: an event repeats personal data that its object holds."""
    over = clock.now() - KEPT_FOR
    return StripeEvent.objects.filter(status=EventStatus.DONE, done_at__lt=over).delete()[0]
