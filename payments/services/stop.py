"""What a project that stops means for its money: nothing more leaves, and the match that has not left is free again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from campaigns.reporting.enums import StopStatus
from campaigns.reporting.models import ProjectStop
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Refused
from payments import postings
from payments.enums import (
    CROWD_CHANNELS,
    UNSENT_PAYOUTS,
    Channel,
    DisbursementStatus,
    PledgeStatus,
)
from payments.locks import lock_channel, lock_disbursement, lock_payout
from payments.matching.enums import ReservationStatus
from payments.matching.models import MatchFund, Reservation
from payments.matching.services import release_reservation
from payments.models import Disbursement, Payout, Pledge, TotalsDelta
from payments.services.announce import tell_stopped
from payments.services.void import make_void

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import Campaign

BATCH: Final = 200
CHANNELS: Final = (*CROWD_CHANNELS, Channel.MATCH)
GAVE: Final = (PledgeStatus.COLLECTED, PledgeStatus.PARTLY_REFUNDED)


def stop_money(*, campaign: Campaign, by: User | None, why: str, now: dt.datetime) -> None:
    """Make void what has not left and give the rest of the match back to the pot. Behind the campaign's lock.

    A payout that is on its way goes on: what was sent can't be undone here, and counts as received. Raises `Refused`
    while an act waits to be confirmed: an approver decides on it first.
    """
    for channel in CHANNELS:
        lock_channel(campaign.pk, channel)
    waiting = Disbursement.objects.filter(
        campaign=campaign, status__in=[DisbursementStatus.PROPOSED, DisbursementStatus.APPROVED]
    )
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        _void(pk, by, now)
    _free_match(campaign, by, why, now)
    jobs.wake("stops.tell")


def _void(pk: int, by: User | None, now: dt.datetime) -> None:
    decision = lock_disbursement(pk)
    found = Payout.objects.filter(disbursement=decision).first()
    payout = lock_payout(found.pk) if found else None
    if payout is None or payout.status in UNSENT_PAYOUTS:
        make_void(decision=decision, payout=payout, why="the project stops", by=by, now=now)


def _free_match(campaign: Campaign, by: User | None, why: str, now: dt.datetime) -> None:
    for reservation in Reservation.objects.filter(campaign=campaign).order_by("pk"):
        if reservation.status == ReservationStatus.RECORDED:
            raise Refused(
                "act_waits", _("An act on this project's match waits to be confirmed: decide on it first.")
            )
        if reservation.status == ReservationStatus.COMMITTED:
            _economise(reservation, now)
    if Reservation.objects.filter(
        campaign=campaign, status__in=[ReservationStatus.RESERVED, ReservationStatus.PROPOSED]
    ).exists():
        release_reservation(campaign=campaign, now=now, by=by, why=why[:200])


def _economise(reservation: Reservation, now: dt.datetime) -> None:
    """Give back what is bound and not on its way; the act stays, and says what it once bound."""
    under_way = Disbursement.objects.filter(
        campaign=reservation.campaign_id,
        channel__in=[Channel.MATCH, Channel.SPONSOR],
        status=DisbursementStatus.APPROVED,
    )
    cents = reservation.bound_cents - sum(under_way.values_list("amount_cents", flat=True))
    if cents <= 0:
        return
    Reservation.objects.filter(pk=reservation.pk).update(bound_cents=F("bound_cents") - cents)
    MatchFund.objects.filter(pk=reservation.fund_id).update(free_cents=F("free_cents") + cents)
    TotalsDelta.objects.create(campaign_id=reservation.campaign_id, match_cents=-cents)
    postings.match_economy(
        fund_id=reservation.fund_id,
        campaign_id=reservation.campaign_id,
        cents=cents,
        reference=f"stop:{reservation.campaign_id}:{reservation.pk}",
        now=now,
    )


def tell_backers_of_stops() -> int:
    """Write to the backers of projects that stopped, a batch at a time (the drain `stops.tell`)."""
    now = clock.now()
    waiting = ProjectStop.objects.filter(status=StopStatus.CONFIRMED, told_at__isnull=True)
    return sum(_tell_some(pk, now) for pk in waiting.values_list("pk", flat=True))


def _tell_some(stop_id: int, now: dt.datetime) -> int:
    """Write to the next backers, in the order of their pledges; return the rows worked on."""
    with transaction.atomic():
        stop = (
            ProjectStop.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=stop_id, told_at__isnull=True)
            .first()
        )
        if stop is None:
            return 0
        gave = Pledge.objects.filter(campaign=stop.campaign_id, status__in=GAVE, pk__gt=stop.told_through)
        batch = list(gave.select_related("campaign__project", "reward", "backer").order_by("pk")[:BATCH])
        for pledge in batch:
            tell_stopped(pledge=pledge, reason=stop.reason, once=str(stop.pk), now=now)
        if batch:
            stop.told_through = batch[-1].pk
        if len(batch) < BATCH:
            stop.told_at = now
        stop.save(update_fields=["told_through", "told_at"])
    return len(batch) + (stop.told_at is not None)
