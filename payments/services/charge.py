"""Charging each pledge once: the row is committed before the call, the outcome applied in one transaction."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial

from django.db import transaction
from django.db.models import Q

from campaigns.enums import CampaignStatus
from crowdfund.kit import clock, jobs
from crowdfund.kit.states import StaleState, advance
from payments.enums import (
    ATTEMPT_TRANSITIONS,
    LIVE_ATTEMPTS,
    PLEDGE_TRANSITIONS,
    AttemptKind,
    AttemptStatus,
    PledgeStatus,
)
from payments.gateway.charges import (
    ChargeOrder,
    ChargeResult,
    Outcome,
    charge_saved_card,
    find_charge,
    read_charge,
)
from payments.gateway.client import GatewayError
from payments.locks import lock_attempt, lock_pledge
from payments.models import ChargeAttempt, Pledge
from payments.services.attempts import abandon, postpone, write_attempt
from payments.services.outcome import apply_outcome
from payments.services.recover import close_last_charge, look_at_page

log = logging.getLogger(__name__)
BATCH = 50
LEASE = dt.timedelta(minutes=10)
NEVER_SENT = ChargeResult(outcome=Outcome.DECLINED, error_code="never_sent", decline_code="never_sent")


def charge_due() -> int:
    """Begin what is to be charged and work on attempts that are due (the drain `pledges.charge`)."""
    now = clock.now()
    begun = begin_charges(now=now)
    rows = jobs.claim(ChargeAttempt, Q(status__in=LIVE_ATTEMPTS), now=now, limit=BATCH, lease=LEASE)
    return begun + jobs.each(rows, partial(work_on, now=now))


def begin_charges(*, now: dt.datetime, limit: int = 500) -> int:
    """Write the first attempt of active pledges whose campaign is being collected; return how many."""
    waiting = Pledge.objects.filter(
        status=PledgeStatus.ACTIVE, campaign__status=CampaignStatus.COLLECTING
    ).order_by("pk")
    return jobs.each(list(waiting[:limit]), partial(_begin, now=now))


def _begin(pledge: Pledge, now: dt.datetime) -> None:
    with transaction.atomic():
        try:
            advance(pledge, PledgeStatus.CHARGING, table=PLEDGE_TRANSITIONS, now=now)
        except StaleState:
            return  # another worker began it
        write_attempt(pledge=pledge, kind=AttemptKind.OFF_SESSION, due_at=now, now=now)


def work_on(attempt: ChargeAttempt, *, now: dt.datetime) -> None:
    """Send an attempt that was never sent; look any other one up."""
    try:
        if attempt.kind == AttemptKind.RECOVERY:
            look_at_page(attempt=attempt, now=now, fence=attempt.fence)
        elif attempt.status == AttemptStatus.CREATED:
            _send_first(attempt, now)
        else:
            _look_up(attempt, now)
    except GatewayError as error:
        log.warning("charge outcome unknown: %s", error, extra={"attempt": attempt.idempotency_key})
        postpone(attempt=attempt, now=now)


def _order(attempt: ChargeAttempt) -> ChargeOrder:
    pledge = attempt.pledge
    return ChargeOrder(
        key=attempt.idempotency_key,
        cents=attempt.amount_cents,
        customer_id=pledge.customer_id,
        payment_method_id=attempt.payment_method_id,
        campaign_id=pledge.campaign_id,
        pledge_id=str(pledge.public_id),
        description=pledge.campaign.project.title,
        method=pledge.method,
    )


def _send_first(attempt: ChargeAttempt, now: dt.datetime) -> None:
    if close_last_charge(pledge=attempt.pledge, now=now, before=attempt.n):
        return
    if _mark_sent(attempt, now):
        result = charge_saved_card(_order(attempt))
        apply_outcome(attempt=attempt, result=result, now=now, fence=attempt.fence)


def _mark_sent(attempt: ChargeAttempt, now: dt.datetime) -> bool:
    """Commit "outcome unknown" before the call, so that a crash leaves the truth behind."""
    with transaction.atomic():
        pledge = lock_pledge(attempt.pledge_id)
        locked = lock_attempt(attempt.pk, fence=attempt.fence)
        if locked is None or locked.status != AttemptStatus.CREATED:
            return False
        if not _may_send(pledge, now):
            abandon(attempt=locked, why=f"not sent: the pledge is {pledge.status}", now=now)
            return False
        if pledge.status == PledgeStatus.REQUIRES_ACTION:
            advance(pledge, PledgeStatus.CHARGING, table=PLEDGE_TRANSITIONS, now=now, why="tried again")
        advance(attempt, AttemptStatus.UNKNOWN, table=ATTEMPT_TRANSITIONS, now=now, sent_at=now)
    return True


def _may_send(pledge: Pledge, now: dt.datetime) -> bool:
    """A first charge is sent however late; a retry only inside the window."""
    ends_at = pledge.window_ends_at
    in_window = ends_at is not None and now < ends_at
    return pledge.status == PledgeStatus.CHARGING or (
        pledge.status == PledgeStatus.REQUIRES_ACTION and in_window
    )


def _look_up(attempt: ChargeAttempt, now: dt.datetime) -> None:
    """Find out what became of an attempt; send it again, under the same key, only when Stripe has never seen it."""
    pledge = attempt.pledge
    if attempt.payment_intent_id:
        result: ChargeResult | None = read_charge(attempt.payment_intent_id)
    else:
        result = find_charge(customer_id=pledge.customer_id, key=attempt.idempotency_key)
    if result is None:
        ends_at = pledge.window_ends_at
        result = charge_saved_card(_order(attempt)) if ends_at and now < ends_at else NEVER_SENT
    if result.outcome == Outcome.OPEN:
        postpone(attempt=attempt, now=now)
    else:
        apply_outcome(attempt=attempt, result=result, now=now, fence=attempt.fence)


def learn_of_charge(*, payment_intent_id: str, now: dt.datetime) -> None:
    """Read a PaymentIntent that an event tells of and apply it to its attempt; one that is not ours is ignored."""
    result = read_charge(payment_intent_id)
    attempt = (
        ChargeAttempt.objects.filter(Q(payment_intent_id=payment_intent_id)).first()
        or ChargeAttempt.objects.filter(idempotency_key=result.attempt_key or "-").first()
    )
    if attempt is None or result.outcome == Outcome.OPEN:
        return
    on_a_page = attempt.kind == AttemptKind.RECOVERY and attempt.status != AttemptStatus.PROCESSING
    still_payable = on_a_page and result.outcome == Outcome.DECLINED
    if not still_payable:  # on the payment page another card may follow
        apply_outcome(attempt=attempt, result=result, now=now)
