"""What other pages show of milestones, reports and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from campaigns.enums import CampaignStatus, MilestoneStatus
from campaigns.reporting.enums import ChangeStatus, ReportStatus, StopStatus
from campaigns.reporting.models import MilestoneFile
from campaigns.reporting.selectors.reads import standing_stop
from crowdfund.kit import clock

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Campaign
    from crowdfund.kit.states import StatusEvent

register = template.Library()
WORDS = {
    "SpendingReportEvent": ReportStatus,
    "ProjectStopEvent": StopStatus,
    "MilestoneEvent": MilestoneStatus,
    "MilestoneChangeEvent": ChangeStatus,
}


@register.filter
def status_word(event: StatusEvent) -> str:
    """Say in words which state an event led to."""
    return str(WORDS[type(event).__name__](event.to_status).label)


@register.inclusion_tag("campaigns/reporting/_stop_notice.html")
def stop_notice(campaign: Campaign) -> dict[str, Any]:
    """Say plainly on a funded campaign's page that its project stops; nothing otherwise."""
    return {"stop": standing_stop(campaign) if campaign.status == CampaignStatus.FUNDED else None}


@register.inclusion_tag("campaigns/reporting/_photos.html")
def milestone_photos(campaign: Campaign) -> dict[str, Any]:
    """Show the photos of a campaign's accepted milestones."""
    photos = MilestoneFile.objects.filter(
        milestone__campaign=campaign, milestone__status=MilestoneStatus.ACCEPTED, kind="photo"
    )
    return {"photos": photos if campaign.status == CampaignStatus.FUNDED else []}


@register.simple_tag
def civil_today() -> dt.date:
    """Give the civil day once a page: the clock is the database's."""
    return clock.today()
