"""What comes up in this room, and what to look at before it is too late: for the officers' calendar and alerts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import can_see_officer_desk
from campaigns.enums import CampaignStatus, MilestoneStatus
from campaigns.models import Campaign, Milestone
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.desk import Alert, Date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User

NEAR_PERCENT: Final = 90
"""From this much of its goal on, a campaign is near it."""
FAR_PERCENT: Final = 60
"""Below this much of its goal a campaign in its last days is far from it."""
LAST_DAYS: Final = dt.timedelta(days=7)


def officer_dates(user: User, start: dt.datetime, end: dt.datetime) -> Iterator[Date]:
    """Yield deadlines of campaigns, ends of recovery windows and milestones due (two queries)."""
    if not can_see_officer_desk(user):
        return
    between = Campaign.objects.select_related("project")
    live = between.filter(status=CampaignStatus.LIVE, deadline__gte=start, deadline__lt=end)
    collecting = between.filter(
        status=CampaignStatus.COLLECTING, recovery_ends_at__gte=start, recovery_ends_at__lt=end
    )
    for row in live | collecting:
        ends = row.status == CampaignStatus.LIVE
        what = _("A campaign ends") if ends else _("The days to put refused cards right end")
        at = row.deadline if ends else row.recovery_ends_at
        if at is not None:
            yield Date(what, row.project.title, row.get_absolute_url(), at)
    yield from _milestones(start, end)


def _milestones(start: dt.datetime, end: dt.datetime) -> Iterator[Date]:
    first, last = (moment.astimezone(CIVIL).date() for moment in (start, end))
    rows = Milestone.objects.filter(
        campaign__status=CampaignStatus.FUNDED,
        status=MilestoneStatus.PLANNED,
        due_on__gte=first,
        due_on__lte=last,
    ).values_list("title", "due_on", "campaign__slug", "campaign__project__title")
    for title, due_on, slug, project in rows:
        at = dt.datetime.combine(due_on, dt.time(12), tzinfo=CIVIL)
        url = reverse("campaign", args=[slug])
        yield Date(_("A milestone is due"), f"{project}: {title}", url, at, all_day=True)


def officer_alerts(user: User, now: dt.datetime) -> Iterator[Alert]:
    """Yield campaigns near their goal, campaigns far from it in their last days, and milestones that are late."""
    if not can_see_officer_desk(user):
        return
    running = Campaign.objects.filter(
        status=CampaignStatus.LIVE, deadline__gt=now, pledged_cents__lt=F("goal_cents")
    ).select_related("project")
    for row in running:
        told = {"title": row.project.title, "percent": row.percent}
        subject = _("%(title)s: %(percent)d %% of the goal") % told
        if row.percent >= NEAR_PERCENT:
            yield Alert(_("A campaign is near its goal"), subject, row.get_absolute_url())
        elif row.percent < FAR_PERCENT and row.deadline and row.deadline < now + LAST_DAYS:
            what = _("A campaign ends soon and is far from its goal")
            yield Alert(what, subject, row.get_absolute_url(), urgent=True)
    yield from _late(now)


def _late(now: dt.datetime) -> Iterator[Alert]:
    rows = Milestone.objects.filter(
        campaign__status=CampaignStatus.FUNDED,
        status=MilestoneStatus.PLANNED,
        due_on__lt=now.astimezone(CIVIL).date(),
    ).values_list("title", "campaign__slug", "campaign__project__title")
    for title, slug, project in rows:
        url = reverse("campaign", args=[slug])
        yield Alert(_("The report on a milestone is late"), f"{project}: {title}", url, urgent=True)
