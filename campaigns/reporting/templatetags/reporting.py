"""What other pages show of milestones, reports and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from campaigns.enums import CampaignStatus, MilestoneStatus
from campaigns.reporting.enums import ChangeStatus, ReportStatus, StopStatus
from campaigns.reporting.models import MilestoneFile
from campaigns.reporting.selectors.reads import is_overdue, standing_stop
from crowdfund.kit import clock

if TYPE_CHECKING:
    from campaigns.models import Campaign, Milestone
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


@register.filter
def overdue(milestone: Milestone | dict[str, Any]) -> bool:
    """Say whether a step (a row, or what a page keeps of one) should have been reached before today."""
    if isinstance(milestone, dict):
        return milestone["status"] == MilestoneStatus.PLANNED and milestone["due_on"] < clock.today()
    return is_overdue(milestone, clock.today())
