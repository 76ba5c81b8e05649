"""A goal missed or a campaign cancelled: everybody is released, nobody charged, cards given back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.enums import CampaignStatus
from crowdfund.kit import clock, jobs
from crowdfund.kit.states import StaleState, advance
from payments.enums import PLEDGE_TRANSITIONS, PledgeStatus
from payments.models import Pledge
from payments.services.announce import tell_released
from payments.services.cleanup import let_go

if TYPE_CHECKING:
    import datetime as dt

BATCH = 500
OVER = (CampaignStatus.MISSED, CampaignStatus.CANCELLED)
ENDS = {PledgeStatus.ACTIVE: PledgeStatus.RELEASED, PledgeStatus.PENDING_CARD: PledgeStatus.CANCELLED}


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
    was_active = pledge.status == PledgeStatus.ACTIVE
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
        if was_active:
            tell_released(pledge=pledge, now=now)
