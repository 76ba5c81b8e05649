"""What a project that stops means for its money: nothing more leaves, and the match that has not left is free again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.reporting.enums import StopStatus
from campaigns.reporting.models import ProjectStop
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Refused
from payments.enums import (
    CROWD_CHANNELS,
    UNSENT_PAYOUTS,
    Channel,
    DisbursementStatus,
    PledgeStatus,
)
from payments.locks import lock_channel, lock_disbursement, lock_payout
from payments.matching.enums import ReservationStatus
from payments.matching.locks import lock_funds_of
from payments.matching.services import save_unpaid, saveable
from payments.models import Disbursement, Payout, Pledge
from payments.selectors.releasable import unpaid_by_pot
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
    _free_match(campaign, now)
    jobs.wake("stops.tell")


def _void(pk: int, by: User | None, now: dt.datetime) -> None:
    decision = lock_disbursement(pk)
    found = Payout.objects.filter(disbursement=decision).first()
    payout = lock_payout(found.pk) if found else None
    if payout is None or payout.status in UNSENT_PAYOUTS:
        make_void(decision=decision, payout=payout, why="the project stops", by=by, now=now)


def _free_match(campaign: Campaign, now: dt.datetime) -> None:
    """Give back what is reserved, or bound and not on its way; an act stays, and says what it once bound."""
    rows = lock_funds_of(campaign.pk)
    if any(row.status == ReservationStatus.RECORDED for row in rows):
        raise Refused(
            "act_waits", _("An act on this project's match waits to be confirmed: decide on it first.")
        )
    unpaid = unpaid_by_pot(campaign)
    cents = sum(max(0, left) for _row, left in saveable(rows, unpaid))
    if cents:
        save_unpaid(
            campaign_id=campaign.pk, cents=cents, unpaid=unpaid, reference=f"stop:{campaign.pk}", now=now
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
