"""What pages and the API read of projects and campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from campaigns.models import Campaign

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import CampaignQuerySet


def campaigns_near_goal(now: dt.datetime, *, limit: int = 3) -> CampaignQuerySet:
    """Return live campaigns, nearest to their goal first."""
    share = F("pledged_cents") * 100 / F("goal_cents")
    return (
        Campaign.objects.live().with_project().filter(deadline__gt=now).order_by(-share, "deadline")[:limit]
    )
