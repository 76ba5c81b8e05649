"""The rows of charge attempts: written before anything is sent, put off, closed; and when a charge is tried again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from crowdfund.kit.states import advance, record_birth
from payments.enums import ATTEMPT_TRANSITIONS, LIVE_ATTEMPTS, AttemptKind, AttemptStatus
from payments.formula import business_days_later
from payments.models import ChargeAttempt

if TYPE_CHECKING:
    from payments.gateway.charges import ChargeResult
    from payments.models import Pledge

NO_FUNDS = "insufficient_funds"
RETRY_GAPS = (dt.timedelta(days=1), dt.timedelta(days=2))
"""A card that had no funds is tried again one day, then three days after the first try."""
LOOK_AGAIN = dt.timedelta(minutes=10)
LOOK_SOON = dt.timedelta(seconds=30)
LOOK_AT_MOST = dt.timedelta(hours=1)
LOOK_AT_DEBIT = dt.timedelta(hours=6)
"""A debit takes days: its event tells us, and without events we ask a few times a day."""
WAIT_BUSINESS_DAYS = 15
"""How long a collection waits for a charge on its way: a SEPA debit can take 14 business days (Stripe's docs)."""


def write_attempt(
    *, pledge: Pledge, kind: AttemptKind, due_at: dt.datetime | None, now: dt.datetime
) -> ChargeAttempt:
    """Write down the next attempt of a pledge, before anything is sent. The pledge is locked by the caller.

    Raises `IntegrityError` when an attempt is live: one at a time.
    """
    n = pledge.attempts.count() + 1
    attempt = ChargeAttempt.objects.create(
        pledge=pledge,
        n=n,
        kind=kind,
        idempotency_key=f"pledge:{pledge.pk}:charge:{n}",
        amount_cents=pledge.amount_cents,
        payment_method_id=pledge.payment_method_id if kind == AttemptKind.OFF_SESSION else "",
        due_at=due_at,
        created_at=now,
    )
    record_birth(attempt, now=now)
    return attempt


def postpone(*, attempt: ChargeAttempt, now: dt.datetime, delay: dt.timedelta | None = None) -> None:
    """Look at an attempt again later; without a `delay`, ever later the more often it was claimed."""
    wait = delay or min(LOOK_SOON * 2 ** min(attempt.fence, 10), LOOK_AT_MOST)
    ChargeAttempt.objects.filter(pk=attempt.pk, status__in=LIVE_ATTEMPTS, fence=attempt.fence).update(
        due_at=now + wait, leased_until=None
    )


def abandon(*, attempt: ChargeAttempt, why: str, now: dt.datetime, **changes: Any) -> None:
    """Close a live attempt without a charge. The caller holds its lock, or relies on the compare-and-swap."""
    advance(
        attempt,
        AttemptStatus.ABANDONED,
        table=ATTEMPT_TRANSITIONS,
        now=now,
        why=why,
        **{"finished_at": now, "due_at": None, "leased_until": None} | changes,
    )


def found_at_stripe(attempt: ChargeAttempt, result: ChargeResult) -> dict[str, Any]:
    """Name what is known of the charge, as fields of its attempt."""
    return {
        "payment_intent_id": result.payment_intent_id or attempt.payment_intent_id,
        "charge_id": result.charge_id,
        "fee_cents": result.fee_cents,
    }


def finish_attempt(
    *, attempt: ChargeAttempt, to: AttemptStatus, result: ChargeResult, now: dt.datetime
) -> None:
    """Write the end of an attempt down. The caller holds its lock."""
    advance(
        attempt,
        to,
        table=ATTEMPT_TRANSITIONS,
        now=now,
        why=result.decline_code or result.error_code,
        **found_at_stripe(attempt, result),
        error_code=result.error_code,
        decline_code=result.decline_code,
        finished_at=now,
        due_at=None,
        leased_until=None,
    )


def last_day_to_wait(attempt: ChargeAttempt) -> dt.date:
    """Return the last day a collection waits for a charge on its way: 15 business days from when it was sent."""
    return business_days_later(timezone.localdate(attempt.sent_at or attempt.created_at), WAIT_BUSINESS_DAYS)


def plan_retry(*, pledge: Pledge, now: dt.datetime) -> dt.datetime | None:
    """Write down a later attempt when the card only lacked funds; None when there is nothing to try by ourselves.

    A debit is never tried again by ourselves: it would take days more than the window has.
    """
    if pledge.decline_code != NO_FUNDS or pledge.by_debit:
        return None
    tried = pledge.attempts.filter(
        kind=AttemptKind.OFF_SESSION, status=AttemptStatus.FAILED, decline_code=NO_FUNDS
    ).order_by("-n")
    last, count = tried.first(), tried.count()
    if last is None or last.finished_at is None or count > len(RETRY_GAPS):
        return None
    due_at = max(now, last.finished_at + RETRY_GAPS[count - 1])
    ends_at = pledge.window_ends_at
    if ends_at is None or due_at >= ends_at:
        return None
    write_attempt(pledge=pledge, kind=AttemptKind.OFF_SESSION, due_at=due_at, now=now)
    return due_at
