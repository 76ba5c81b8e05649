"""Giving a charge back whole: decided in the transaction that finds the reason, carried out by a drain."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from crowdfund.kit import clock, jobs
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.enums import (
    PLEDGE_TRANSITIONS,
    REFUND_TRANSITIONS,
    Channel,
    PledgeStatus,
    RefundReason,
    RefundStatus,
)
from payments.gateway.client import GatewayError, GatewayRefused
from payments.gateway.refunds import find_refund, refund_charge
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.locks import lock_channel
from payments.models import Refund
from payments.services.announce import tell_refunded

if TYPE_CHECKING:
    from payments.gateway.charges import ChargeResult
    from payments.models import ChargeAttempt

log = logging.getLogger(__name__)
TRY_AGAIN = dt.timedelta(hours=1)


def owe_back(*, attempt: ChargeAttempt, result: ChargeResult, reason: RefundReason, now: dt.datetime) -> None:
    """Book a charge that should not have happened and owe it back. The fee is the platform's.

    Called inside the transaction that found it; nothing happens the second time.
    """
    if Refund.objects.filter(attempt=attempt).exists():
        return
    log.error("a charge goes back", extra={"attempt": attempt.idempotency_key, "reason": reason})
    campaign_id, reference = attempt.pledge.campaign_id, attempt.idempotency_key
    postings.charge_collected(
        campaign_id=campaign_id, cents=attempt.amount_cents, reference=reference, now=now
    )
    if result.fee_cents:
        postings.charge_fee(
            campaign_id=campaign_id,
            cents=result.fee_cents,
            campaign_bears=False,
            reference=reference,
            now=now,
        )
    _decide(attempt, result.payment_intent_id, reason, now)


def refund_shortfall(*, attempt: ChargeAttempt, now: dt.datetime) -> None:
    """Owe a collected charge back because too little was collected; its fee moves to the platform."""
    booked = LedgerTransfer.objects.filter(
        code="charge_fee", reference=attempt.idempotency_key, reverses__isnull=True
    ).first()
    if booked and booked.debit_id != postings.FEES:
        reference = f"{attempt.idempotency_key}:platform"
        reverse(transfer=booked, reference=reference, now=now)
        postings.charge_fee(
            campaign_id=attempt.pledge.campaign_id,
            cents=booked.amount_cents,
            campaign_bears=False,
            reference=reference,
            now=now,
        )
    _decide(attempt, attempt.payment_intent_id, RefundReason.SHORTFALL, now)


def _decide(attempt: ChargeAttempt, payment_intent_id: str, reason: RefundReason, now: dt.datetime) -> None:
    refund = Refund.objects.create(
        attempt=attempt,
        payment_intent_id=payment_intent_id,
        amount_cents=attempt.amount_cents,
        reason=reason,
        idempotency_key=f"{attempt.idempotency_key}:refund",
        created_at=now,
        due_at=now,
    )
    record_birth(refund, now=now, why=reason)
    postings.refund_decided(
        campaign_id=attempt.pledge.campaign_id,
        channel=Channel.CARD,
        cents=attempt.amount_cents,
        reference=refund.idempotency_key,
        now=now,
    )
    tell_refunded(pledge=attempt.pledge, reason=reason, once=str(attempt.n), now=now)


def execute_refunds() -> int:
    """Send the refunds that are due (the drain `refunds.execute`); return how many were worked on."""
    now = clock.now()
    waiting = Q(status__in=[RefundStatus.CREATED, RefundStatus.UNKNOWN, RefundStatus.FAILED])
    return jobs.each(jobs.claim(Refund, waiting, now=now), partial(_execute, now=now))


def _execute(refund: Refund, now: dt.datetime) -> None:
    try:
        found = find_refund(refund.payment_intent_id) if refund.status == RefundStatus.UNKNOWN else None
        if found is None and not _mark_sent(refund, now):
            return
        done = found or refund_charge(
            payment_intent_id=refund.payment_intent_id, cents=refund.amount_cents, key=refund.idempotency_key
        )
    except GatewayRefused as refused:
        _refused(refund, refused.code, now)
    except GatewayError as error:
        log.warning("refund outcome unknown", extra={"refund": refund.pk, "error": str(error)})
        Refund.objects.filter(pk=refund.pk, fence=refund.fence).update(
            due_at=now + dt.timedelta(minutes=1), leased_until=None
        )
    else:
        _paid(refund, done, now)


def _mark_sent(refund: Refund, now: dt.datetime) -> bool:
    with transaction.atomic():
        if not jobs.still_mine(refund):
            return False
        if refund.status != RefundStatus.UNKNOWN:
            advance(refund, RefundStatus.UNKNOWN, table=REFUND_TRANSITIONS, now=now)
    return True


def _refused(refund: Refund, code: str, now: dt.datetime) -> None:
    """Wait for money to be available; a new key, because Stripe replays a refusal to the old one."""
    with transaction.atomic():
        if jobs.still_mine(refund):
            advance(
                refund,
                RefundStatus.FAILED,
                table=REFUND_TRANSITIONS,
                now=now,
                why=code,
                error=code,
                idempotency_key=f"{refund.attempt.idempotency_key}:refund:{refund.fence}",
                due_at=now + TRY_AGAIN,
                leased_until=None,
            )


def _paid(refund: Refund, refund_id: str, now: dt.datetime) -> None:
    with transaction.atomic():
        pledge = refund.attempt.pledge
        lock_channel(pledge.campaign_id, Channel.CARD)
        if not jobs.still_mine(refund):
            return
        advance(
            refund,
            RefundStatus.DONE,
            table=REFUND_TRANSITIONS,
            now=now,
            refund_id=refund_id,
            error="",
            done_at=now,
            due_at=None,
            leased_until=None,
        )
        if pledge.status == PledgeStatus.COLLECTED and refund.reason == RefundReason.SHORTFALL:
            advance(pledge, PledgeStatus.REFUNDED, table=PLEDGE_TRANSITIONS, now=now)
        postings.refund_paid(
            campaign_id=pledge.campaign_id,
            cents=refund.amount_cents,
            reference=f"refund:{refund.pk}",
            now=now,
        )
