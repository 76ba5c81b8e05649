"""Giving money back: decided in the transaction that finds the reason, carried out by the way it came.

What came through Stripe goes back by the drain; what came by transfer waits for a list of transfers, cash for the desk:
those say `finish_refund` or `fail_refund`.
"""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, Sum

from crowdfund.kit import clock, jobs
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.enums import (
    PLEDGE_TRANSITIONS,
    REFUND_TRANSITIONS,
    AttemptStatus,
    Channel,
    PledgeStatus,
    RefundReason,
    RefundStatus,
)
from payments.gateway.client import GatewayError, GatewayRefused
from payments.gateway.refunds import find_refund, refund_charge
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.locks import lock_channel, lock_pledge
from payments.models import Refund
from payments.services.announce import tell_refunded

if TYPE_CHECKING:
    from payments.gateway.charges import ChargeResult
    from payments.models import ChargeAttempt, Pledge

log = logging.getLogger(__name__)
TRY_AGAIN = dt.timedelta(hours=1)


def owe_back(*, attempt: ChargeAttempt, result: ChargeResult, reason: RefundReason, now: dt.datetime) -> None:
    """Book a charge that should not have happened and owe it back. The fee is the platform's.

    Called inside the transaction that found it; nothing happens the second time.
    """
    if attempt.refunds.exists():
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
    decide_refund(
        pledge=attempt.pledge,
        cents=attempt.amount_cents,
        reason=reason,
        attempt=attempt,
        payment_intent_id=result.payment_intent_id,
        now=now,
    )


def refund_shortfall(*, pledge: Pledge, now: dt.datetime) -> None:
    """Owe a collected pledge back because too little was collected; the fee of its charge moves to the platform."""
    if pledge.channel != Channel.CARD:
        decide_refund(pledge=pledge, cents=pledge.amount_cents, reason=RefundReason.SHORTFALL, now=now)
        return
    attempt = pledge.attempts.get(status=AttemptStatus.SUCCEEDED)
    _fee_to_platform(attempt, now)
    decide_refund(
        pledge=pledge,
        cents=attempt.amount_cents,
        reason=RefundReason.SHORTFALL,
        attempt=attempt,
        payment_intent_id=attempt.payment_intent_id,
        now=now,
    )


def _fee_to_platform(attempt: ChargeAttempt, now: dt.datetime) -> None:
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


def decide_refund(
    *,
    pledge: Pledge,
    cents: int,
    reason: RefundReason,
    now: dt.datetime,
    attempt: ChargeAttempt | None = None,
    payment_intent_id: str = "",
) -> Refund:
    """Owe `cents` of a pledge back to its backer, by the channel they came in, and tell them.

    Called inside the transaction that has the reason, with the pledge locked; `attempt` is the charge given back, for
    money that came through Stripe. The idempotency key is made from the pledge and the refund's number.
    """
    n = pledge.refunds.count() + 1
    refund = Refund.objects.create(
        pledge=pledge,
        n=n,
        channel=pledge.channel,
        attempt=attempt,
        payment_intent_id=payment_intent_id,
        amount_cents=cents,
        reason=reason,
        idempotency_key=f"pledge:{pledge.pk}:refund:{n}",
        created_at=now,
        due_at=now if attempt else None,
    )
    record_birth(refund, now=now, why=reason)
    postings.refund_decided(
        campaign_id=pledge.campaign_id,
        channel=pledge.channel,
        cents=cents,
        reference=f"refund:{refund.pk}",
        now=now,
    )
    tell_refunded(pledge=pledge, cents=cents, reason=reason, once=str(n), now=now)
    return refund


def execute_refunds() -> int:
    """Send the refunds that are due (the drain `refunds.execute`); return how many were worked on."""
    now = clock.now()
    waiting = Q(
        channel=Channel.CARD, status__in=[RefundStatus.CREATED, RefundStatus.UNKNOWN, RefundStatus.FAILED]
    )
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
                idempotency_key=f"pledge:{refund.pledge_id}:refund:{refund.n}:{refund.fence}",
                due_at=now + TRY_AGAIN,
                leased_until=None,
            )


def _paid(refund: Refund, refund_id: str, now: dt.datetime) -> None:
    with transaction.atomic():
        lock_channel(refund.pledge.campaign_id, Channel.CARD)
        if jobs.still_mine(refund):
            finish_refund(refund=refund, proof=refund_id, now=now)


OF_THE_PLEDGE = frozenset(
    {RefundReason.SHORTFALL, RefundReason.MISSED, RefundReason.CANCELLED, RefundReason.DECIDED}
    | {RefundReason.WITHDRAWN}
)
"""Reasons that give back what the pledge counted for; the others give back what should never have come."""


def finish_refund(*, refund: Refund, proof: str, now: dt.datetime, leaves: str = postings.STRIPE) -> None:
    """Book a refund as paid out of the account `leaves`; `proof` names what shows it. The pledge follows.

    Called inside a transaction that holds the campaign's channel and the refund's row.
    """
    pledge = lock_pledge(refund.pledge_id)
    advance(
        refund,
        RefundStatus.DONE,
        table=REFUND_TRANSITIONS,
        now=now,
        refund_id=proof,
        error="",
        done_at=now,
        due_at=None,
        leased_until=None,
    )
    postings.refund_paid(
        campaign_id=pledge.campaign_id,
        leaves=leaves,
        cents=refund.amount_cents,
        reference=f"refund:{refund.pk}:{refund.events.count()}",
        now=now,
    )
    if refund.reason not in OF_THE_PLEDGE:
        return
    back = pledge.refunds.filter(reason__in=OF_THE_PLEDGE, status=RefundStatus.DONE).aggregate(
        cents=Sum("amount_cents", default=0)
    )
    whole = back["cents"] >= pledge.amount_cents
    status = PledgeStatus.REFUNDED if whole else PledgeStatus.PARTLY_REFUNDED
    if status in PLEDGE_TRANSITIONS[PledgeStatus(pledge.status)]:
        advance(pledge, status, table=PLEDGE_TRANSITIONS, now=now)
