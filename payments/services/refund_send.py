"""Carrying refunds through Stripe out: the row first, the call second, looked up before it is made again."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial

from django.db import transaction
from django.db.models import Q

from crowdfund.kit import clock, jobs
from crowdfund.kit.states import advance
from payments import postings
from payments.enums import REFUND_TRANSITIONS, Channel, Place, RefundStatus
from payments.gateway.client import GatewayError, GatewayRefused
from payments.gateway.refunds import RefundOutcome, SeenRefund, find_refund, read_refund, refund_charge
from payments.ledger.models import LedgerTransfer
from payments.locks import lock_channel, lock_pledge, lock_refund
from payments.models import Refund
from payments.selectors.refunds import out_of_charge_cents
from payments.selectors.reserve import reserve
from payments.services.advances import tell_reserve_empty
from payments.services.refund import (
    book_left,
    cancel_refunds,
    fail_refund,
    finish_refund,
    go_on_waiting,
)
from payments.services.sent import needs_new_key

log = logging.getLogger(__name__)
TRY_AGAIN = dt.timedelta(hours=1)
LOOK_SOON = dt.timedelta(minutes=1)
LOOK_AGAIN = dt.timedelta(minutes=10)
TO_SEND = (RefundStatus.CREATED, RefundStatus.FAILED)


def execute_refunds() -> int:
    """Send the refunds that are due (the drain `refunds.execute`); return how many were worked on.

    While the platform's own money at Stripe does not cover what it has to, none is sent; those that were are looked up.
    """
    now = clock.now()
    through_stripe = Q(channel=Channel.CARD)
    looked_up = through_stripe & Q(status=RefundStatus.UNKNOWN)
    worked = jobs.each(jobs.claim(Refund, looked_up, now=now), partial(_execute, now=now))
    to_send = through_stripe & Q(status__in=TO_SEND)
    if not Refund.objects.filter(to_send, due_at__lte=now).exists():
        return worked
    if not reserve(Place.STRIPE).covers:
        tell_reserve_empty(now=now)
        return worked
    return worked + jobs.each(jobs.claim(Refund, to_send, now=now), partial(_execute, now=now))


def _execute(refund: Refund, now: dt.datetime) -> None:
    try:
        seen = _look_up(refund) if refund.status == RefundStatus.UNKNOWN else None
        if seen is None:
            if not _mark_sent(refund, now):
                return
            seen = refund_charge(
                payment_intent_id=refund.payment_intent_id,
                cents=refund.amount_cents,
                key=refund.idempotency_key,
                name=refund.name_at_stripe,
            )
    except GatewayRefused as refused:
        _refused(refund, refused.code, now)
    except GatewayError as error:
        log.warning("refund outcome unknown", extra={"refund": refund.pk, "error": str(error)})
        _look_later(refund, now + LOOK_SOON)
    else:
        apply_refund(refund=refund, seen=seen, now=now, fence=refund.fence)


def _look_up(refund: Refund) -> SeenRefund | None:
    if refund.refund_id:
        return read_refund(refund.refund_id)
    return find_refund(payment_intent_id=refund.payment_intent_id, name=refund.name_at_stripe)


def _look_later(refund: Refund, at: dt.datetime) -> None:
    Refund.objects.filter(pk=refund.pk, fence=refund.fence).update(due_at=at, leased_until=None)


def _mark_sent(refund: Refund, now: dt.datetime) -> bool:
    """Commit "outcome unknown" before the call; False when the claim, or the reason to send, is gone."""
    with transaction.atomic():
        fresh = lock_refund(refund.pk)
        if fresh.fence != refund.fence or fresh.status != refund.status:
            return False
        if refund.status != RefundStatus.UNKNOWN:
            advance(refund, RefundStatus.UNKNOWN, table=REFUND_TRANSITIONS, now=now)
        elif needs_new_key(refund, now=now):
            refund.idempotency_key = f"{refund.name_at_stripe}:{refund.fence}"
            refund.save(update_fields=["idempotency_key"])
    return True


def _refused(refund: Refund, code: str, now: dt.datetime) -> None:
    """Wait for money to be available; a new key, because Stripe replays a refusal to the old one.

    One refused because the charge is disputed is dropped: its holder has gone to their bank.
    """
    with transaction.atomic():
        lock_channel(refund.pledge.campaign_id, Channel.CARD)
        lock_pledge(refund.pledge_id)
        if not jobs.still_mine(refund):
            return
        advance(
            refund,
            RefundStatus.FAILED,
            table=REFUND_TRANSITIONS,
            now=now,
            why=code[:200],
            error=code[:200],
            idempotency_key=f"{refund.name_at_stripe}:{refund.fence}",
            due_at=now + TRY_AGAIN,
            leased_until=None,
        )
        _drop_if_disputed(refund, now)


def _drop_if_disputed(refund: Refund, now: dt.datetime) -> None:
    """Let a refund go that failed because its holder has gone to their bank."""
    if refund.attempt and out_of_charge_cents(refund.attempt):
        for dispute in refund.attempt.disputes.filter(settled_at__isnull=True):
            cancel_refunds(dispute=dispute, now=now)


def apply_refund(*, refund: Refund, seen: SeenRefund, now: dt.datetime, fence: int | None = None) -> None:
    """Apply what Stripe says of a refund, forward only: its money left, it arrived, or it came back.

    Called by the drain (with its `fence`: nothing happens when the claim is lost) and by events. Applying the same
    thing again changes nothing.
    """
    with transaction.atomic():
        lock_channel(refund.pledge.campaign_id, Channel.CARD)
        lock_pledge(refund.pledge_id)
        fresh = lock_refund(refund.pk)
        if fence is not None and fresh.fence != fence:
            return
        if fresh.status == RefundStatus.UNKNOWN:
            _move_on(fresh, seen, now)
        elif seen.outcome == RefundOutcome.FAILED and _left_stripe(fresh):
            fail_refund(refund=fresh, why=seen.failure or "failed", now=now)
        if seen.outcome == RefundOutcome.FAILED:
            _drop_if_disputed(fresh, now)


def _left_stripe(refund: Refund) -> bool:
    """Whether a refund is done, and its money went through Stripe: it may have been paid another way since."""
    booked = LedgerTransfer.objects.filter(
        code="refund_paid", reference=refund.paid_reference, credit=postings.STRIPE, reverses__isnull=True
    )
    return refund.status == RefundStatus.DONE and booked.exists()


def _move_on(refund: Refund, seen: SeenRefund, now: dt.datetime) -> None:
    if seen.outcome == RefundOutcome.SUCCEEDED:
        finish_refund(refund=refund, proof=seen.id, now=now)
        return
    if seen.left:
        refund.paid_reference = book_left(refund=refund, leaves=postings.STRIPE, now=now)
    refund.refund_id = seen.id
    refund.due_at, refund.leased_until = now + TRY_AGAIN, None
    refund.save(update_fields=["paid_reference", "refund_id", "due_at", "leased_until"])
    if seen.outcome == RefundOutcome.FAILED:
        fail_refund(refund=refund, why=seen.failure or "failed", now=now)


def learn_of_refund(*, refund_id: str, now: dt.datetime) -> None:
    """Read a refund that an event tells of and apply it to its row; one that is not ours is ignored."""
    seen = read_refund(refund_id)
    refund = Refund.objects.filter(refund_id=seen.id).select_related("pledge").first()
    if refund is None and seen.name:
        named = Refund.objects.filter(payment_intent_id=seen.payment_intent_id).select_related("pledge")
        refund = next((row for row in named if row.name_at_stripe == seen.name), None)
    if refund:
        apply_refund(refund=refund, seen=seen, now=now)


def go_on_with_waiting() -> int:
    """Look again at the refunds that wait for money to come back (the drain `refunds.waiting`); return how many."""
    now = clock.now()
    waiting = Q(status=RefundStatus.WAITING)
    return jobs.each(jobs.claim(Refund, waiting, now=now), partial(_go_on, now=now))


def _go_on(refund: Refund, now: dt.datetime) -> None:
    with transaction.atomic():
        lock_channel(refund.pledge.campaign_id, refund.channel)
        lock_pledge(refund.pledge_id)
        fresh = lock_refund(refund.pk)
        if fresh.fence != refund.fence or fresh.status != RefundStatus.WAITING:
            return
        if not go_on_waiting(refund=fresh, now=now):
            _look_later(refund, now + LOOK_AGAIN)
