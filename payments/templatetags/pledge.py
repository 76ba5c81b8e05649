"""What the campaign's page shows of its pledges, from the campaign's own row: no query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone

from campaigns.enums import CampaignStatus
from crowdfund.kit import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from campaigns.models import Campaign

register = template.Library()


def days_left(deadline: dt.datetime | None, now: dt.datetime) -> int | None:
    """Count the days until a deadline by the calendar, 0 on its last day; None once it has passed."""
    if deadline is None or deadline <= now:
        return None
    return (deadline.astimezone(clock.CIVIL).date() - now.astimezone(clock.CIVIL).date()).days


def _box(context: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    now = context.get("now") or timezone.now() + clock.offset()
    left = days_left(campaign.deadline, now)
    return {
        "campaign": campaign,
        "open": campaign.status == CampaignStatus.LIVE and left is not None,
        "days_left": left,
        "deciding": campaign.status in {CampaignStatus.CLOSING, CampaignStatus.SETTLING}
        or (campaign.status == CampaignStatus.LIVE and left is None),
    }


@register.inclusion_tag("payments/_pledge_box.html", takes_context=True)
def pledge_box(context: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    """Show how far a campaign is (pledged, collected and match apart), days left, backers and the button.

    `now` is taken from the context when the page has it.
    """
    return _box(context, campaign)


@register.inclusion_tag("payments/_pledge_sticky.html", takes_context=True)
def pledge_sticky(context: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    """Show the button at the foot of a phone while the campaign takes pledges; for the block "sticky"."""
    return _box(context, campaign)
