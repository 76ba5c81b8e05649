"""A goal missed or a campaign cancelled: everybody is released, nobody charged, cards and money given back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.enums import CampaignStatus
from crowdfund.kit import clock, jobs
from crowdfund.kit.states import StaleState, advance
from payments.enums import PLEDGE_TRANSITIONS, PledgeStatus, RefundReason
from payments.models import Pledge, TotalsDelta
from payments.services.announce import tell_released, tell_transfer_expired
from payments.services.cleanup import let_go
from payments.services.refund import decide_refund

if TYPE_CHECKING:
    import datetime as dt

BATCH = 500
OVER = (CampaignStatus.MISSED, CampaignStatus.CANCELLED)
ENDS = {
    PledgeStatus.ACTIVE: PledgeStatus.RELEASED,
    PledgeStatus.PENDING_CARD: PledgeStatus.CANCELLED,
    PledgeStatus.AWAITING_TRANSFER: PledgeStatus.EXPIRED,
    PledgeStatus.RECEIVED: PledgeStatus.RETURNING,
}
REASONS = {CampaignStatus.MISSED: RefundReason.MISSED, CampaignStatus.CANCELLED: RefundReason.CANCELLED}


def release_due() -> int:
    """Release the pledges of campaigns that ended without money (the drain `pledges.release`); return how many."""
    now = clock.now()
    waiting = (
        Pledge.objects.filter(campaign__status__in=OVER, status__in=ENDS)
        .select_related("campaign__project", "reward", "backer")
        .order_by("pk")
    )
    return jobs.each(list(waiting[:BATCH]), partial(_release, now=now))


def _release(pledge: Pledge, now: dt.datetime) -> None:
    before = pledge.status
    with transaction.atomic():
        try:
            advance(
                pledge,
                ENDS[PledgeStatus(pledge.status)],
                table=PLEDGE_TRANSITIONS,
                now=now,
                why=f"the campaign is {pledge.campaign.status}",
                check_card_at=None,
            )
        except StaleState:
            return  # another worker released it
        let_go(pledge=pledge, now=now)
        if before == PledgeStatus.ACTIVE:
            tell_released(pledge=pledge, now=now)
        elif before == PledgeStatus.RECEIVED:
            reason = REASONS[CampaignStatus(pledge.campaign.status)]
            decide_refund(pledge=pledge, cents=pledge.amount_cents, reason=reason, now=now)
        elif before == PledgeStatus.AWAITING_TRANSFER:
            TotalsDelta.objects.create(campaign_id=pledge.campaign_id, promised_cents=-pledge.amount_cents)
            tell_transfer_expired(pledge=pledge, now=now)
