"""A charge that its holder disputes with their bank: what Stripe says is read again and applied forward only.

Money moves in the books when it moves at Stripe. While the bank holds it the campaign can't be paid it; won, it is
back; lost, the campaign has lost it: what was paid out comes back before, or is owed. What the backer had been given
back already the platform pays twice.
"""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial

from django.db import transaction
from django.db.models import Q

from campaigns.enums import CampaignStatus
from crowdfund.kit import clock, jobs
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.enums import (
    DISPUTE_TRANSITIONS,
    OPEN_DISPUTES,
    Channel,
    DisputeStatus,
    RefundStatus,
)
from payments.gateway.client import GatewayError
from payments.gateway.disputes import SeenDispute, read_dispute
from payments.ledger.selectors import credit_balance
from payments.locks import lock_channel, lock_dispute, lock_pledge
from payments.models import ChargeAttempt, Dispute, Refund
from payments.selectors.refunds import back_of_charge_cents, charge_of
from payments.services.bring_back import bring_back
from payments.services.charge import learn_of_charge
from payments.services.dispute_letters import tell_dispute_ended, tell_disputed
from payments.services.refund import cancel_refunds, decide_refund, fee_to_platform, refund_shortfall
from payments.services.standing import follow

log = logging.getLogger(__name__)
LOOK_SOON = dt.timedelta(minutes=10)
LOOK_DAILY = dt.timedelta(days=1)
STATUSES = {
    "warning_needs_response": DisputeStatus.INQUIRY,
    "warning_under_review": DisputeStatus.INQUIRY,
    "warning_closed": DisputeStatus.CLOSED,
    "prevented": DisputeStatus.CLOSED,
    "needs_response": DisputeStatus.NEEDS_RESPONSE,
    "under_review": DisputeStatus.UNDER_REVIEW,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}
GIVEN_UP = (CampaignStatus.MISSED, CampaignStatus.CANCELLED)


def learn_of_dispute(*, dispute_id: str, now: dt.datetime) -> None:
    """Read a dispute that an event tells of and apply it; one of a charge that is not ours is ignored.

    Raises `GatewayError`.
    """
    apply_dispute(seen=read_dispute(dispute_id), now=now)


def apply_dispute(*, seen: SeenDispute, now: dt.datetime) -> None:
    """Apply what Stripe says of a dispute, in one transaction, forward only: the same thing again changes nothing.

    A charge whose success is not known yet is read first.
    """
    attempt = _charge_of(seen, now)
    if attempt is None:
        log.warning("a dispute of a charge that is not ours: %s", seen.id)
        return
    with transaction.atomic():
        lock_channel(attempt.pledge.campaign_id, Channel.CARD)
        pledge = lock_pledge(attempt.pledge_id)
        dispute = _row(attempt, seen, now)
        dispute.pledge = pledge
        _book_withdrawn(dispute, seen, now)
        _book_fee(dispute, seen, now)
        _book_reinstated(dispute, seen, now)
        _advance(dispute, seen, now)
        _settle(dispute, now)
        follow(pledge=pledge, now=now)


def _charge_of(seen: SeenDispute, now: dt.datetime) -> ChargeAttempt | None:
    found = _known_charge(seen)
    if found is None and seen.payment_intent_id:
        learn_of_charge(payment_intent_id=seen.payment_intent_id, now=now)
        found = _known_charge(seen)
    return found


def _known_charge(seen: SeenDispute) -> ChargeAttempt | None:
    """Find the charge by its own ids, or by those of the refund of one that should never have been made."""
    attempts = ChargeAttempt.objects.select_related("pledge")
    booked = ~Q(charge_id="") & Q(charge_id=seen.charge_id)
    found = attempts.filter(booked).first()
    if found or not seen.payment_intent_id:
        return found
    return attempts.filter(refunds__payment_intent_id=seen.payment_intent_id).first()


def _row(attempt: ChargeAttempt, seen: SeenDispute, now: dt.datetime) -> Dispute:
    known = Dispute.objects.filter(stripe_id=seen.id).first()
    if known:
        return lock_dispute(known.pk)
    begins = STATUSES.get(seen.status, DisputeStatus.NEEDS_RESPONSE)
    inquiry = begins in {DisputeStatus.INQUIRY, DisputeStatus.CLOSED}
    dispute = Dispute.objects.create(
        attempt=attempt,
        pledge=attempt.pledge,
        stripe_id=seen.id,
        status=DisputeStatus.INQUIRY if inquiry else DisputeStatus.NEEDS_RESPONSE,
        reason=seen.reason[:40],
        amount_cents=seen.amount_cents,
        answer_by=seen.answer_by,
        opened_at=now,
        due_at=now + LOOK_DAILY,
    )
    record_birth(dispute, now=now, why=seen.reason)
    if begins in OPEN_DISPUTES:
        tell_disputed(dispute=dispute, now=now)
    return dispute


def _book_withdrawn(dispute: Dispute, seen: SeenDispute, now: dt.datetime) -> None:
    more = seen.withdrawn_cents - dispute.withdrawn_cents
    if more <= 0:
        return
    postings.dispute_opened(
        campaign_id=dispute.pledge.campaign_id,
        cents=more,
        reference=f"dispute:{dispute.pk}:{seen.withdrawn_cents}",
        now=now,
    )
    dispute.withdrawn_cents = seen.withdrawn_cents
    dispute.save(update_fields=["withdrawn_cents"])
    cancel_refunds(dispute=dispute, now=now)


def _book_fee(dispute: Dispute, seen: SeenDispute, now: dt.datetime) -> None:
    more = seen.fee_cents - dispute.fee_cents
    reference = f"dispute:{dispute.pk}:fee:{seen.fee_cents}"
    if more > 0:
        postings.dispute_fee(cents=more, reference=reference, now=now)
    elif more < 0:
        postings.dispute_fee_returned(cents=-more, reference=reference, now=now)
    if more:
        dispute.fee_cents = seen.fee_cents
        dispute.save(update_fields=["fee_cents"])


def _book_reinstated(dispute: Dispute, seen: SeenDispute, now: dt.datetime) -> None:
    more = min(seen.reinstated_cents, dispute.withdrawn_cents) - dispute.reinstated_cents
    if more <= 0 or dispute.settled_at:
        return
    postings.dispute_won(
        campaign_id=dispute.pledge.campaign_id,
        cents=more,
        reference=f"dispute:{dispute.pk}:{dispute.reinstated_cents + more}",
        now=now,
    )
    dispute.reinstated_cents += more
    dispute.save(update_fields=["reinstated_cents"])


def _advance(dispute: Dispute, seen: SeenDispute, now: dt.datetime) -> None:
    """Move on to what Stripe says; something older than what is known is passed over."""
    to = STATUSES.get(seen.status)
    if to is None or to == dispute.status or to not in DISPUTE_TRANSITIONS[dispute.status]:
        return
    advance(
        dispute,
        to,
        table=DISPUTE_TRANSITIONS,
        now=now,
        answer_by=seen.answer_by,
        due_at=now + LOOK_DAILY,
    )
    if to not in OPEN_DISPUTES:
        tell_dispute_ended(dispute=dispute, now=now)


# The end: what a verdict does to the campaign


def _settle(dispute: Dispute, now: dt.datetime) -> None:
    """Apply a verdict once; one whose money has not moved yet, or has to come back first, stays due."""
    if dispute.settled_at or dispute.status in OPEN_DISPUTES:
        return
    if dispute.status == DisputeStatus.LOST:
        settle_loss(dispute=dispute, now=now)
    elif dispute.out_cents == 0:
        _end(dispute, now)
        if dispute.status == DisputeStatus.WON:
            _owe_again(dispute, now)


def _end(dispute: Dispute, now: dt.datetime, *, lost_cents: int = 0) -> None:
    dispute.settled_at, dispute.due_at, dispute.lost_cents = now, None, lost_cents
    dispute.save(update_fields=["settled_at", "due_at", "lost_cents"])


def settle_loss(*, dispute: Dispute, now: dt.datetime) -> bool:
    """Take a lost dispute's money from its campaign, once it holds enough; True when that is done.

    Called inside a transaction that holds the campaign's channel, the pledge and the dispute. The fee of a charge that
    went back whole moves to the platform before the shortage is computed.
    """
    attempt, out = dispute.attempt, dispute.out_cents
    cancel_refunds(dispute=dispute, now=now)
    if not out or attempt.refunds.filter(status=RefundStatus.UNKNOWN).exists():
        return False  # Stripe has not taken it yet; or a refund may have gone before it
    lost = min(out, attempt.amount_cents - back_of_charge_cents(attempt))
    if lost + back_of_charge_cents(attempt) >= attempt.amount_cents:
        fee_to_platform(attempt=attempt, now=now)
    missing = lost - credit_balance(postings.held(dispute.pledge.campaign_id, Channel.CARD))
    if not bring_back(need=dispute, missing_cents=missing, now=now):
        return False
    _book_loss(dispute, lost, out - lost, now)
    _end(dispute, now, lost_cents=lost)
    follow(pledge=dispute.pledge, now=now)
    return True


def _book_loss(dispute: Dispute, lost: int, again: int, now: dt.datetime) -> None:
    campaign_id, reference = dispute.pledge.campaign_id, f"dispute:{dispute.pk}"
    if lost:
        postings.dispute_lost(campaign_id=campaign_id, cents=lost, reference=reference, now=now)
    if again:
        postings.dispute_lost_again(
            campaign_id=campaign_id, cents=again, reference=f"{reference}:again", now=now
        )


def _owe_again(dispute: Dispute, now: dt.datetime) -> None:
    """Won: what the dispute had stopped is owed again, and a campaign that was given up owes all of it."""
    pledge, attempt = dispute.pledge, dispute.attempt
    for dropped in Refund.objects.filter(cancelled_for=dispute).order_by("pk"):
        cents = min(dropped.amount_cents, attempt.amount_cents - back_of_charge_cents(attempt))
        if cents > 0:
            decide_refund(
                pledge=pledge,
                cents=cents,
                reason=dropped.reason,
                attempt=attempt,
                payment_intent_id=dropped.payment_intent_id,
                decision=dropped.decision,
                now=now,
            )
    follow(pledge=pledge, now=now)
    if pledge.campaign.status in GIVEN_UP and charge_of(pledge) == attempt:
        refund_shortfall(pledge=pledge, now=now)


def follow_disputes() -> int:
    """Read open disputes again each day, and go on with lost ones (the drain `disputes.follow`); return how many."""
    now = clock.now()
    return jobs.each(jobs.claim(Dispute, Q(), now=now), partial(_follow, now=now))


def _follow(dispute: Dispute, now: dt.datetime) -> None:
    soon = dispute.status not in OPEN_DISPUTES
    Dispute.objects.filter(pk=dispute.pk, fence=dispute.fence).update(
        due_at=now + (LOOK_SOON if soon else LOOK_DAILY), leased_until=None
    )
    try:
        learn_of_dispute(dispute_id=dispute.stripe_id, now=now)
    except GatewayError as error:
        log.warning("a dispute can't be read: %s", error, extra={"dispute": dispute.pk})
