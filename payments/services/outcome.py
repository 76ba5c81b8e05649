"""What a charge's outcome does to its pledge: one transaction, forward only, whoever learnt of it first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.enums import (
    ATTEMPT_TRANSITIONS,
    LIVE_ATTEMPTS,
    PLEDGE_TRANSITIONS,
    STILL_COLLECTING,
    AttemptKind,
    AttemptStatus,
    PledgeStatus,
    RefundReason,
)
from payments.gateway.charges import ChargeResult, Outcome
from payments.locks import lock_attempt, lock_pledge
from payments.models import ChargeAttempt, TotalsDelta
from payments.services.announce import tell_charged, tell_needs_you
from payments.services.cleanup import queue_cleanup
from payments.services.refund import owe_back

if TYPE_CHECKING:
    from payments.models import Pledge

NO_FUNDS = "insufficient_funds"
RETRY_GAPS = (dt.timedelta(days=1), dt.timedelta(days=2))
"""A charge that found no funds is tried again one day, then three days after the first try."""
LOOK_AGAIN = dt.timedelta(minutes=10)
LOOK_SOON = dt.timedelta(seconds=30)
LOOK_AT_MOST = dt.timedelta(hours=1)


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


def apply_outcome(
    *, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime, fence: int | None = None
) -> None:
    """Apply what is known of a charge to its attempt, its pledge and the ledger, in one transaction.

    Called by the drain (with its `fence`: nothing happens when the claim is lost), by webhooks and return pages.
    Applying the same outcome again changes nothing.
    """
    with transaction.atomic():
        pledge = lock_pledge(attempt.pledge_id)
        locked = lock_attempt(attempt.pk, fence=fence)
        if locked is None:
            return
        if result.outcome == Outcome.SUCCEEDED:
            _succeed(pledge, locked, result, now)
        elif locked.status in LIVE_ATTEMPTS:
            _STEPS[result.outcome](pledge, locked, result, now)


def postpone(*, attempt: ChargeAttempt, now: dt.datetime, delay: dt.timedelta | None = None) -> None:
    """Look at an attempt again later; without a `delay`, ever later the more often it was claimed."""
    wait = delay or min(LOOK_SOON * 2 ** min(attempt.fence, 10), LOOK_AT_MOST)
    ChargeAttempt.objects.filter(pk=attempt.pk, status__in=LIVE_ATTEMPTS, fence=attempt.fence).update(
        due_at=now + wait, leased_until=None
    )


def abandon(*, attempt: ChargeAttempt, why: str, now: dt.datetime) -> None:
    """Close a live attempt without a charge. The caller holds its lock, or relies on the compare-and-swap."""
    advance(
        attempt,
        AttemptStatus.ABANDONED,
        table=ATTEMPT_TRANSITIONS,
        now=now,
        why=why,
        finished_at=now,
        due_at=None,
        leased_until=None,
    )


def _finish(attempt: ChargeAttempt, to: AttemptStatus, result: ChargeResult, now: dt.datetime) -> None:
    advance(
        attempt,
        to,
        table=ATTEMPT_TRANSITIONS,
        now=now,
        why=result.decline_code or result.error_code,
        payment_intent_id=result.payment_intent_id or attempt.payment_intent_id,
        charge_id=result.charge_id,
        fee_cents=result.fee_cents,
        error_code=result.error_code,
        decline_code=result.decline_code,
        finished_at=now,
        due_at=None,
        leased_until=None,
    )


def _succeed(pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime) -> None:
    if attempt.status == AttemptStatus.SUCCEEDED:
        return
    reference = attempt.idempotency_key
    if pledge.attempts.filter(status=AttemptStatus.SUCCEEDED).exists():
        owe_back(attempt=attempt, result=result, reason=RefundReason.DUPLICATE, now=now)
        if attempt.status in LIVE_ATTEMPTS:
            abandon(attempt=attempt, why="collected twice, refunded", now=now)
        return
    if pledge.status not in STILL_COLLECTING:
        _finish(attempt, AttemptStatus.SUCCEEDED, result, now)
        owe_back(attempt=attempt, result=result, reason=RefundReason.LATE, now=now)
        return
    _finish(attempt, AttemptStatus.SUCCEEDED, result, now)
    for other in pledge.attempts.filter(status__in=LIVE_ATTEMPTS, sent_at__isnull=True, session_id=""):
        abandon(attempt=other, why="collected by another attempt", now=now)
    _move(pledge, PledgeStatus.COLLECTED, now, collected_at=now, fee_cents=result.fee_cents, decline_code="")
    TotalsDelta.objects.create(campaign_id=pledge.campaign_id, collected_cents=attempt.amount_cents)
    postings.charge_collected(
        campaign_id=pledge.campaign_id, cents=attempt.amount_cents, reference=reference, now=now
    )
    if result.fee_cents:
        postings.charge_fee(
            campaign_id=pledge.campaign_id,
            cents=result.fee_cents,
            campaign_bears=pledge.campaign.fees_borne_by_campaign,
            reference=reference,
            now=now,
        )
    queue_cleanup(
        pledge=pledge, payment_method_id=pledge.payment_method_id, now=now
    )  # one charge was agreed to
    tell_charged(pledge=pledge, attempt=attempt, now=now)


def _move(pledge: Pledge, to: PledgeStatus, now: dt.datetime, why: str = "", **changes: object) -> None:
    """Advance a pledge; one that waited for its backer goes through `charging`."""
    if pledge.status == PledgeStatus.REQUIRES_ACTION and to != PledgeStatus.FAILED:
        advance(pledge, PledgeStatus.CHARGING, table=PLEDGE_TRANSITIONS, now=now)
    advance(pledge, to, table=PLEDGE_TRANSITIONS, now=now, why=why, **changes)


def _process(pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime) -> None:
    if attempt.status == AttemptStatus.PROCESSING:
        return
    advance(
        attempt,
        AttemptStatus.PROCESSING,
        table=ATTEMPT_TRANSITIONS,
        now=now,
        payment_intent_id=result.payment_intent_id,
        due_at=now + LOOK_AT_MOST,
        leased_until=None,
    )
    _move(pledge, PledgeStatus.PROCESSING, now)


def _decline(pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime) -> None:
    _finish(attempt, AttemptStatus.FAILED, result, now)
    _ask_backer(pledge, now, decline_code=result.decline_code)
    ends_at = pledge.campaign.recovery_ends_at
    if ends_at is None or now >= ends_at:
        return  # the end of the window tells them
    retry_at = plan_retry(pledge=pledge, now=now)
    tell_needs_you(pledge=pledge, attempt=attempt, retry_at=retry_at, now=now)


def _cancel(pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime) -> None:
    abandon(attempt=attempt, why="the charge was cancelled", now=now)
    _ask_backer(pledge, now, decline_code=pledge.decline_code)


def _ask_backer(pledge: Pledge, now: dt.datetime, *, decline_code: str) -> None:
    if pledge.status != PledgeStatus.REQUIRES_ACTION:
        advance(
            pledge,
            PledgeStatus.REQUIRES_ACTION,
            table=PLEDGE_TRANSITIONS,
            now=now,
            why=decline_code,
            decline_code=decline_code,
        )
    elif decline_code != pledge.decline_code:
        pledge.decline_code = decline_code
        pledge.save(update_fields=["decline_code"])


def _wait(pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime) -> None:
    postpone(attempt=attempt, now=now)


_STEPS = {
    Outcome.PROCESSING: _process,
    Outcome.DECLINED: _decline,
    Outcome.CANCELLED: _cancel,
    Outcome.OPEN: _wait,
}


def plan_retry(*, pledge: Pledge, now: dt.datetime) -> dt.datetime | None:
    """Write down a later attempt when the card only lacked funds; None when there is nothing to try by ourselves."""
    if pledge.decline_code != NO_FUNDS:
        return None
    tried = pledge.attempts.filter(
        kind=AttemptKind.OFF_SESSION, status=AttemptStatus.FAILED, decline_code=NO_FUNDS
    ).order_by("-n")
    last, count = tried.first(), tried.count()
    if last is None or last.finished_at is None or count > len(RETRY_GAPS):
        return None
    due_at = max(now, last.finished_at + RETRY_GAPS[count - 1])
    ends_at = pledge.campaign.recovery_ends_at
    if ends_at is None or due_at >= ends_at:
        return None
    write_attempt(pledge=pledge, kind=AttemptKind.OFF_SESSION, due_at=due_at, now=now)
    return due_at
