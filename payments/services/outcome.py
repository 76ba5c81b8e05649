"""What a charge's outcome does to its pledge: one transaction, forward only, whoever learnt of it first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from crowdfund.kit.states import advance
from payments import postings
from payments.enums import (
    ATTEMPT_TRANSITIONS,
    LIVE_ATTEMPTS,
    PLEDGE_TRANSITIONS,
    STILL_COLLECTING,
    AttemptKind,
    AttemptStatus,
    Channel,
    PledgeStatus,
    RefundReason,
)
from payments.gateway.charges import ChargeResult, Outcome
from payments.locks import lock_attempt, lock_channel, lock_pledge
from payments.models import TotalsDelta
from payments.services.announce import tell_charged, tell_debited, tell_needs_you
from payments.services.attempts import (
    LOOK_AT_DEBIT,
    LOOK_AT_MOST,
    abandon,
    finish_attempt,
    found_at_stripe,
    last_day_to_wait,
    plan_retry,
    postpone,
)
from payments.services.cleanup import queue_cleanup
from payments.services.refund import owe_back

if TYPE_CHECKING:
    from payments.models import ChargeAttempt, Pledge

AFTER_A_DEBIT = dt.timedelta(days=3)
"""What a backer has at least to pay otherwise, when a debit comes back near the end of the window or after it."""


class _ChannelNeeded(Exception):  # noqa: N818 - no error: the work begins anew, with another lock first
    """Money will go back: the campaign's channel has to be locked before the pledge."""


def apply_outcome(
    *, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime, fence: int | None = None
) -> None:
    """Apply what is known of a charge to its attempt, its pledge and the ledger, in one transaction.

    Called by the drain (with its `fence`: nothing happens when the claim is lost), by webhooks and return pages.
    Applying the same outcome again changes nothing.
    """
    try:
        _apply(attempt, result, now, fence, channel_held=False)
    except _ChannelNeeded:
        _apply(attempt, result, now, fence, channel_held=True)


def _apply(
    attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime, fence: int | None, *, channel_held: bool
) -> None:
    with transaction.atomic():
        if channel_held:
            lock_channel(attempt.pledge.campaign_id, Channel.CARD)
        pledge = lock_pledge(attempt.pledge_id)
        locked = lock_attempt(attempt.pk, fence=fence)
        if locked is None:
            return
        if result.outcome == Outcome.SUCCEEDED:
            _succeed(pledge, locked, result, now, channel_held=channel_held)
        elif locked.status in LIVE_ATTEMPTS:
            _STEPS[result.outcome](pledge, locked, result, now)


def _succeed(
    pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime, *, channel_held: bool
) -> None:
    if attempt.status == AttemptStatus.SUCCEEDED:
        return
    twice = pledge.attempts.filter(status=AttemptStatus.SUCCEEDED).exists()
    if not twice and pledge.status in STILL_COLLECTING:
        _collect(pledge, attempt, result, now)
    elif channel_held:
        _owe_back(attempt, result, RefundReason.DUPLICATE if twice else RefundReason.LATE, now)
    else:
        raise _ChannelNeeded


def _owe_back(attempt: ChargeAttempt, result: ChargeResult, reason: RefundReason, now: dt.datetime) -> None:
    """A charge that should not have happened goes back. Of a second one the attempt keeps what was charged."""
    if reason == RefundReason.LATE:
        finish_attempt(attempt=attempt, to=AttemptStatus.SUCCEEDED, result=result, now=now)
    elif attempt.status in LIVE_ATTEMPTS:
        found = found_at_stripe(attempt, result)
        abandon(attempt=attempt, why="collected twice, refunded", now=now, **found)
    else:
        for name, value in found_at_stripe(attempt, result).items():
            setattr(attempt, name, value)
        attempt.save(update_fields=list(found_at_stripe(attempt, result)))
    owe_back(attempt=attempt, result=result, reason=reason, now=now)


def _collect(pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime) -> None:
    saved_card = pledge.payment_method_id
    finish_attempt(attempt=attempt, to=AttemptStatus.SUCCEEDED, result=result, now=now)
    for other in pledge.attempts.filter(status__in=LIVE_ATTEMPTS, sent_at__isnull=True, session_id=""):
        abandon(attempt=other, why="collected by another attempt", now=now)
    charged = {"method": result.method, "card_brand": result.card_brand[:20], "card_last4": result.card_last4}
    _move(
        pledge,
        PledgeStatus.COLLECTED,
        now,
        collected_at=now,
        fee_cents=result.fee_cents,
        decline_code="",
        **(charged if result.method else {}),
    )
    TotalsDelta.objects.create(campaign_id=pledge.campaign_id, collected_cents=attempt.amount_cents)
    _book(pledge, attempt, result, now)
    queue_cleanup(pledge=pledge, payment_method_id=saved_card, now=now)  # one charge was agreed to
    tell_charged(pledge=pledge, attempt=attempt, now=now)


def _book(pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime) -> None:
    reference = attempt.idempotency_key
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


def _move(pledge: Pledge, to: PledgeStatus, now: dt.datetime, why: str = "", **changes: object) -> None:
    """Advance a pledge; one that waited for its backer goes through `charging`."""
    if pledge.status == PledgeStatus.REQUIRES_ACTION and to != PledgeStatus.FAILED:
        advance(pledge, PledgeStatus.CHARGING, table=PLEDGE_TRANSITIONS, now=now)
    advance(pledge, to, table=PLEDGE_TRANSITIONS, now=now, why=why, **changes)


def _process(pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime) -> None:
    """The charge is on its way: of a debit for days, of a card rarely."""
    debited = pledge.by_debit and attempt.kind == AttemptKind.OFF_SESSION
    look_again = LOOK_AT_DEBIT if debited else LOOK_AT_MOST
    if attempt.status == AttemptStatus.PROCESSING:
        postpone(attempt=attempt, now=now, delay=look_again)
        return
    advance(
        attempt,
        AttemptStatus.PROCESSING,
        table=ATTEMPT_TRANSITIONS,
        now=now,
        payment_intent_id=result.payment_intent_id,
        due_at=now + look_again,
        leased_until=None,
    )
    if pledge.status in STILL_COLLECTING:
        _move(pledge, PledgeStatus.PROCESSING, now)
        if debited:
            tell_debited(pledge=pledge, attempt=attempt, now=now)


def _decline(pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime) -> None:
    came_back = attempt.status == AttemptStatus.PROCESSING
    finish_attempt(attempt=attempt, to=AttemptStatus.FAILED, result=result, now=now)
    if (
        result.fee_cents
    ):  # of a debit that came back Stripe keeps its fee: nothing was collected, so the platform pays
        postings.charge_fee(
            campaign_id=pledge.campaign_id,
            cents=result.fee_cents,
            campaign_bears=False,
            reference=f"{attempt.idempotency_key}:failed",
            now=now,
        )
    if pledge.status not in STILL_COLLECTING:
        return  # the collection went on without it
    if came_back and timezone.localdate(now) <= last_day_to_wait(attempt):
        _give_days(pledge, now)
    _ask_backer(pledge, now, decline_code=result.decline_code)
    ends_at = pledge.window_ends_at
    if ends_at is None or now >= ends_at:
        return  # the end of the window tells them
    retry_at = plan_retry(pledge=pledge, now=now)
    tell_needs_you(pledge=pledge, attempt=attempt, retry_at=retry_at, now=now)


def _give_days(pledge: Pledge, now: dt.datetime) -> None:
    """A debit that came back leaves its backer some days to pay otherwise, even beyond the window."""
    ends_at, until = pledge.window_ends_at, now + AFTER_A_DEBIT
    if ends_at is not None and ends_at < until:
        pledge.recover_until = until
        pledge.save(update_fields=["recover_until"])


def _cancel(pledge: Pledge, attempt: ChargeAttempt, result: ChargeResult, now: dt.datetime) -> None:
    abandon(attempt=attempt, why="the charge was cancelled", now=now)
    if pledge.status in STILL_COLLECTING:
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
