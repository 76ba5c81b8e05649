"""Giving money back: decided in the transaction that finds the reason, carried out by the way it came.

What came through Stripe goes back by the drain of `refund_send`; what came by transfer waits for a list of transfers,
cash for the desk: those say `finish_refund` or `fail_refund`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from campaigns.enums import CampaignStatus
from crowdfund.kit import jobs
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.enums import (
    OF_THE_PLEDGE,
    REFUND_TRANSITIONS,
    REVERSAL_TRANSITIONS,
    UNSENT_REFUNDS,
    Channel,
    Place,
    PledgeStatus,
    ProposalStatus,
    RefundReason,
    RefundStatus,
    ReversalStatus,
)
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.locks import lock_channel, lock_pledge
from payments.models import OtherWay, Refund
from payments.selectors.refunds import (
    back_of_charge_cents,
    charge_of,
    missing_for,
    out_of_charge_cents,
    refundable_cents,
)
from payments.selectors.reserve import reserve
from payments.services.announce import tell_refunded
from payments.services.bring_back import bring_back
from payments.services.standing import follow

if TYPE_CHECKING:
    import datetime as dt

    from payments.gateway.charges import ChargeResult
    from payments.models import ChargeAttempt, Dispute, Pledge, RefundDecision

log = logging.getLogger(__name__)


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
    """Owe back what is left of a collected pledge because too little was collected. Nothing while it is disputed."""
    lock_channel(pledge.campaign_id, pledge.channel)
    locked = lock_pledge(pledge.pk)
    left = refundable_cents(locked)
    if left and locked.status in {PledgeStatus.COLLECTED, PledgeStatus.PARTLY_REFUNDED}:
        decide_refund(
            pledge=locked, cents=left, reason=RefundReason.SHORTFALL, attempt=charge_of(locked), now=now
        )


def fee_to_platform(*, attempt: ChargeAttempt, now: dt.datetime) -> None:
    """Move the fee of a charge that went back whole from the campaign, if it bore it, to the platform. Once."""
    booked = LedgerTransfer.objects.filter(
        code="charge_fee",
        reference=attempt.idempotency_key,
        reverses__isnull=True,
        reversal__isnull=True,
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
    reason: RefundReason | str,
    now: dt.datetime,
    attempt: ChargeAttempt | None = None,
    payment_intent_id: str = "",
    decision: RefundDecision | None = None,
) -> Refund:
    """Owe `cents` of a pledge back to its backer, by the channel they came in, and tell them.

    Called inside the transaction that has the reason, with the pledge locked (and before it the campaign's channel,
    while its money may be paid out); `attempt` is the charge given back, for money that came through Stripe. What was
    paid out already has to come back first: until then the refund waits. Raises `Refused` for more than is left.
    """
    _check_within(pledge, attempt, cents, reason)
    n = pledge.refunds.count() + 1
    waits = reason in OF_THE_PLEDGE and pledge.campaign.status == CampaignStatus.FUNDED
    refund = Refund.objects.create(
        pledge=pledge,
        n=n,
        channel=pledge.channel,
        attempt=attempt,
        decision=decision,
        payment_intent_id=payment_intent_id or (attempt.payment_intent_id if attempt else ""),
        amount_cents=cents,
        reason=reason,
        status=RefundStatus.WAITING if waits else RefundStatus.CREATED,
        idempotency_key=f"pledge:{pledge.pk}:refund:{n}",
        created_at=now,
        due_at=now if attempt or waits else None,
    )
    record_birth(refund, now=now, why=reason)
    if attempt and back_of_charge_cents(attempt) >= attempt.amount_cents:
        fee_to_platform(attempt=attempt, now=now)
    if waits:
        go_on_waiting(refund=refund, now=now)
    else:
        _book_decided(refund, now)
    why = decision.reason if decision else ""
    tell_refunded(pledge=pledge, cents=cents, reason=reason, once=str(n), why=why, now=now)
    return refund


def _check_within(pledge: Pledge, attempt: ChargeAttempt | None, cents: int, reason: str) -> None:
    """Never more than came in: of a charge, and of what the pledge counted for."""
    if attempt and out_of_charge_cents(attempt):
        raise Refused(
            "disputed", _("The backer's bank is deciding about this charge: it can't be refunded now.")
        )
    left = attempt.amount_cents - back_of_charge_cents(attempt) if attempt else cents
    if reason in OF_THE_PLEDGE and pledge.collected_at is not None:
        left = min(left, refundable_cents(pledge))
    if not 0 < cents <= left:
        raise Refused("above_refundable", _("Less than this is left of the pledge."))


def _book_decided(refund: Refund, now: dt.datetime) -> None:
    postings.refund_decided(
        campaign_id=refund.pledge.campaign_id,
        channel=refund.channel,
        cents=refund.amount_cents,
        reference=f"refund:{refund.pk}",
        now=now,
    )
    jobs.wake("refunds.execute")


def go_on_waiting(*, refund: Refund, now: dt.datetime) -> bool:
    """Owe a refund that waits as soon as nothing is missing for it; True when it waits no longer.

    Called inside a transaction that holds the campaign's channel and the refund's row. Without Stripe, what the
    organisation owes is paid from the platform's money at the bank: it waits for that, too.
    """
    if not bring_back(need=refund, missing_cents=missing_for(refund), now=now):
        return False
    by_card = refund.channel == Channel.CARD
    if not by_card and refund.receivables.exists() and not reserve(Place.BANK).covers:
        return False
    advance(
        refund,
        RefundStatus.CREATED,
        table=REFUND_TRANSITIONS,
        now=now,
        due_at=now if by_card else None,
        leased_until=None,
    )
    _book_decided(refund, now)
    return True


def book_left(*, refund: Refund, leaves: str, now: dt.datetime) -> str:
    """Book that a refund's money has left the account `leaves`, once; return the booking's reference, to be kept.

    The refund's row is locked by the caller.
    """
    if refund.paid_reference:
        return refund.paid_reference
    reference = f"refund:{refund.pk}:{refund.events.count() + 1}"
    postings.refund_paid(
        campaign_id=refund.pledge.campaign_id,
        leaves=leaves,
        cents=refund.amount_cents,
        reference=reference,
        now=now,
    )
    return reference


def send_refund_by_bank(*, refund: Refund, now: dt.datetime) -> None:
    """Note that the transfer that gives a refund back was given to the bank. Called like `finish_refund`."""
    advance(refund, RefundStatus.UNKNOWN, table=REFUND_TRANSITIONS, now=now)


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
        paid_reference=book_left(refund=refund, leaves=leaves, now=now),
        error="",
        done_at=now,
        due_at=None,
        leased_until=None,
    )
    follow(pledge=pledge, now=now)


def fail_refund(*, refund: Refund, why: str, now: dt.datetime) -> None:
    """Note that a refund did not arrive, or came back days later: it is still owed, and an officer sees to it.

    Called like `finish_refund`. The booking of its leaving is reversed; nothing is sent again by itself.
    """
    pledge = lock_pledge(refund.pledge_id)
    reference = refund.paid_reference
    advance(
        refund,
        RefundStatus.FAILED,
        table=REFUND_TRANSITIONS,
        now=now,
        why=why[:200],
        error=why[:200],
        paid_reference="",
        due_at=None,
        leased_until=None,
    )
    if reference:
        left = LedgerTransfer.objects.get(code="refund_paid", reference=reference, reverses__isnull=True)
        reverse(transfer=left, reference=f"{reference}:failed", now=now)
    follow(pledge=pledge, now=now)


def cancel_refunds(*, dispute: Dispute, now: dt.datetime) -> None:
    """Drop a charge's refunds that have not left: its holder has gone to their bank. Those sent finish by themselves.

    Called inside a transaction that holds the campaign's channel and the pledge.
    """
    paid_another_way = OtherWay.objects.filter(status=ProposalStatus.PROPOSED).values("refund_id")
    unsent = dispute.attempt.refunds.filter(status__in=UNSENT_REFUNDS).exclude(pk__in=paid_another_way)
    for refund in unsent.select_for_update(of=("self",)):
        was_decided = refund.status != RefundStatus.WAITING
        advance(
            refund,
            RefundStatus.CANCELLED,
            table=REFUND_TRANSITIONS,
            now=now,
            why=f"disputed: {dispute.stripe_id}",
            cancelled_for=dispute,
            due_at=None,
            leased_until=None,
        )
        if was_decided:
            decided = LedgerTransfer.objects.get(
                code="refund_decided", reference=f"refund:{refund.pk}", reverses__isnull=True
            )
            reverse(transfer=decided, reference=f"refund:{refund.pk}:cancelled", now=now)
        _let_reversals_go(refund, now)


def _let_reversals_go(refund: Refund, now: dt.datetime) -> None:
    unsent = refund.reversals.filter(status__in=[ReversalStatus.CREATED, ReversalStatus.FAILED])
    for reversal in unsent.select_for_update(of=("self",)):
        advance(reversal, ReversalStatus.CANCELLED, table=REVERSAL_TRANSITIONS, now=now, due_at=None)
