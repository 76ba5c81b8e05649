"""What pages and the API read of pledges: a backer's own, and what everybody may see of a campaign's."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Sum

from campaigns.enums import PUBLIC_STATUSES
from campaigns.models import Campaign, Reward
from payments.enums import COUNTS_AS_PLEDGED, RefundReason
from payments.models import Pledge, Refund

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet

    from accounts.models import User


@dataclasses.dataclass(frozen=True)
class Pledged:
    """What stands pledged to a campaign: whole cents and number of pledges."""

    cents: int
    pledges: int


def pledged_exactly(campaign_id: int) -> Pledged:
    """Add up what is pledged to a campaign, for decisions: never from the display cache."""
    counts = not_taken_back(Pledge.objects.filter(status__in=COUNTS_AS_PLEDGED))
    found = counts.filter(campaign_id=campaign_id).aggregate(
        cents=Sum("amount_cents", default=0), pledges=Count("pk")
    )
    return Pledged(found["cents"], found["pledges"])


def not_taken_back(pledges: QuerySet[Pledge]) -> QuerySet[Pledge]:
    """Leave out the pledges that their backers took back after the money had come: they count nowhere."""
    withdrawn = Refund.objects.filter(pledge=OuterRef("pk"), reason=RefundReason.WITHDRAWN)
    return pledges.exclude(Exists(withdrawn))


def with_campaign(pledges: QuerySet[Pledge]) -> QuerySet[Pledge]:
    """Fetch what a pledge's pages show in the same query."""
    return pledges.select_related("campaign__project__neighbourhood", "reward", "consent")


def pledges_of(user: User) -> QuerySet[Pledge]:
    """Return a person's pledges, newest first."""
    return with_campaign(Pledge.objects.filter(backer=user))


def pledge_by_public_id(public_id: uuid.UUID) -> Pledge | None:
    """Find a pledge with its campaign."""
    return with_campaign(Pledge.objects.filter(public_id=public_id)).first()


def campaigns_to_pledge() -> QuerySet[Campaign]:
    """Return public campaigns with the rewards that are left, in two queries."""
    left = Reward.objects.filter(Q(stock__isnull=True) | Q(claimed__lt=F("stock")))
    return (
        Campaign.objects.filter(status__in=PUBLIC_STATUSES)
        .select_related("project__neighbourhood")
        .prefetch_related(Prefetch("rewards", queryset=left, to_attr="rewards_left"))
    )


def shown_pledges() -> QuerySet[Pledge]:
    """Return the pledges that count, newest first: names only of those who want theirs shown, and no amounts."""
    return (
        not_taken_back(Pledge.objects.filter(status__in=COUNTS_AS_PLEDGED, activated_at__isnull=False))
        .only("name", "show_name", "activated_at", "campaign_id")
        .order_by("-activated_at", "-id")
    )
