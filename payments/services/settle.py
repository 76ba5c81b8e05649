"""The two decisions of a campaign: at its deadline on what was pledged, at its end on what was collected."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Sum

from campaigns.calls.enums import Shortfall
from campaigns.enums import CAMPAIGN_TRANSITIONS, CampaignStatus
from crowdfund.kit.states import advance
from payments.enums import (
    COUNTS_AS_COLLECTED,
    COUNTS_AT_THE_DEADLINE,
    PLEDGE_TRANSITIONS,
    STILL_COLLECTING,
    PledgeStatus,
)
from payments.locks import lock_campaign, lock_channel
from payments.matching.services import (
    count_collected,
    count_pledged,
    crowds,
    propose_match,
    release_reservation,
)
from payments.models import Pledge, Settlement, TotalsDelta
from payments.selectors.collected import collected_now
from payments.selectors.rules import rule_of
from payments.services.announce import tell_team_decided
from payments.services.refund import refund_shortfall
from payments.services.shortfall import mark_cents, policy_for, tell_team_of_end

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaigns.calls.models import MatchRule
    from campaigns.models import Campaign

log = logging.getLogger(__name__)
UNKNOWN_YET = (PledgeStatus.PENDING_CARD, PledgeStatus.AWAITING_TRANSFER)
RECOVERY_DAYS = 7
"""Length of the recovery window of a campaign without a call."""
_holds: list[Callable[[Campaign], bool]] = []


def hold_open(waits: Callable[[Campaign], bool]) -> None:
    """Register who may still hold money of a campaign that is not placed, so that its collection can't end yet.

    Called from `AppConfig.ready()`.
    """
    if waits not in _holds:
        _holds.append(waits)


def settle_campaign(*, campaign: Campaign, now: dt.datetime) -> Settlement | None:
    """Decide once whether the goal was met, on the exact sum of active pledges.

    Returns None when there is nothing to decide yet: another worker decided, or a pledge still waits for its card.
    """
    with transaction.atomic():
        locked = lock_campaign(campaign.pk)
        pledges = Pledge.objects.filter(campaign=locked)
        if locked.status != CampaignStatus.CLOSING:
            return None
        if pledges.filter(status__in=UNKNOWN_YET).exists():
            return None
        advance(locked, CampaignStatus.SETTLING, table=CAMPAIGN_TRANSITIONS, now=now)
        crowd = pledges.filter(status__in=COUNTS_AT_THE_DEADLINE).aggregate(
            cents=Sum("amount_cents", default=0), pledges=Count("pk")
        )
        settlement = Settlement.objects.create(
            campaign=locked,
            decided_at=now,
            pledged_cents=crowd["cents"],
            pledges=crowd["pledges"],
            goal_cents=locked.goal_cents,
            goal_met=crowd["cents"] >= locked.goal_cents,
        )
        (_collect if settlement.goal_met else _miss)(settlement, now)
        tell_team_decided(settlement=settlement, now=now)
    return settlement


def _collect(settlement: Settlement, now: dt.datetime) -> None:
    campaign = settlement.campaign
    count_pledged(campaign=campaign)
    rule = rule_of(campaign)
    ends_at = now + dt.timedelta(days=rule.recovery_days if rule else RECOVERY_DAYS)
    settlement.recovery_ends_at = ends_at
    settlement.save(update_fields=["recovery_ends_at"])
    advance(
        campaign,
        CampaignStatus.COLLECTING,
        table=CAMPAIGN_TRANSITIONS,
        now=now,
        why="goal met",
        recovery_ends_at=ends_at,
    )
    for pledge in Pledge.objects.filter(campaign=campaign, status=PledgeStatus.RECEIVED).order_by("pk"):
        collect_received(pledge=pledge, now=now)


def collect_received(*, pledge: Pledge, now: dt.datetime) -> None:
    """Count money that arrived without a card as collected: its campaign has reached the goal."""
    advance(pledge, PledgeStatus.COLLECTED, table=PLEDGE_TRANSITIONS, now=now, collected_at=now)
    TotalsDelta.objects.create(campaign_id=pledge.campaign_id, collected_cents=pledge.amount_cents)


def _miss(settlement: Settlement, now: dt.datetime) -> None:
    settlement.finished_at, settlement.collected_cents, settlement.fees_cents = now, 0, 0
    settlement.collected_pledges = 0
    settlement.save(update_fields=["finished_at", "collected_cents", "collected_pledges", "fees_cents"])
    advance(
        settlement.campaign,
        CampaignStatus.MISSED,
        table=CAMPAIGN_TRANSITIONS,
        now=now,
        why="goal missed",
    )
    release_reservation(campaign=settlement.campaign, now=now, why="goal missed")


def finish_collection(*, campaign: Campaign, now: dt.datetime) -> Settlement | None:
    """End a collection whose window has passed: fix what was collected, propose the match, or refund everybody.

    Returns None while a pledge is still being collected, or when another worker finished it.
    """
    with transaction.atomic():
        locked = lock_campaign(campaign.pk)
        if locked.status != CampaignStatus.COLLECTING or _still_collecting(locked):
            return None
        settlement = Settlement.objects.select_for_update().get(campaign=locked)
        count_collected(campaign=locked, now=now)
        _count(settlement, rule_of(locked), now)
        if settlement.shortfall == Shortfall.REFUND:
            _give_up(settlement, locked, now)
        else:
            _fund(settlement, locked, now)
        settlement.campaign = locked
        tell_team_of_end(settlement=settlement, now=now)
    return settlement


def _still_collecting(campaign: Campaign) -> bool:
    waiting = [*STILL_COLLECTING, PledgeStatus.ACTIVE]
    return Pledge.objects.filter(campaign=campaign, status__in=waiting).exists() or any(
        waits(campaign) for waits in _holds
    )


def _count(settlement: Settlement, rule: MatchRule | None, now: dt.datetime) -> None:
    """Fix what was collected: less what went back or is going back; what is disputed or lost does not count."""
    collected = collected_now(settlement.campaign_id)
    settlement.finished_at = now
    settlement.collected_cents = collected.cents
    settlement.collected_pledges = collected.pledges
    settlement.fees_cents = collected.fees_cents
    settlement.mark_cents = mark_cents(settlement.campaign, rule)
    settlement.shortfall = policy_for(
        collected_cents=settlement.collected_cents, mark=settlement.mark_cents, rule=rule
    )
    settlement.save()


def _fund(settlement: Settlement, campaign: Campaign, now: dt.datetime) -> None:
    pledged, collected = crowds(campaign)
    propose_match(campaign=campaign, pledged=pledged, collected=collected, now=now)
    advance(campaign, CampaignStatus.FUNDED, table=CAMPAIGN_TRANSITIONS, now=now)


def _give_up(settlement: Settlement, campaign: Campaign, now: dt.datetime) -> None:
    """Refund everybody what is left of their money: too little was collected, or nothing at all."""
    log.warning("campaign %s refunds everybody", campaign.pk)
    release_reservation(campaign=campaign, now=now, why="too little collected")
    advance(campaign, CampaignStatus.MISSED, table=CAMPAIGN_TRANSITIONS, now=now, why="too little collected")
    standing = Pledge.objects.filter(campaign=campaign, status__in=COUNTS_AS_COLLECTED)
    for channel in standing.order_by("channel").values_list("channel", flat=True).distinct():
        lock_channel(campaign.pk, channel)
    for pledge in standing.select_related("campaign__project").order_by("pk"):
        refund_shortfall(pledge=pledge, now=now)
