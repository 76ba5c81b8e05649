"""What milestones, reports and stops put on the desks of officers, approvers and teams."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.permissions import has_role
from campaigns.enums import MilestoneStatus
from campaigns.models import Milestone
from campaigns.reporting.enums import OPEN_REPORTS, ChangeStatus, ReportStatus, StopStatus
from campaigns.reporting.models import MilestoneChange, ProjectStop, SpendingReport
from crowdfund.kit.clock import CIVIL, last_second
from crowdfund.kit.desk import Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User

EXAMINE_WITHIN = dt.timedelta(days=30)


def officer_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Steps to judge, dates to agree to, reports to examine and those that are late; stops to confirm."""
    if has_role(user, Role.OFFICER):
        yield from _milestones(user)
        yield from _reports(user, now)
    if has_role(user, Role.APPROVER):
        stops = ProjectStop.objects.filter(status=StopStatus.DECLARED).exclude(proposed_person=user.person_id)
        for pk, title in stops.values_list("pk", "campaign__project__title"):
            yield Task(_("Decide whether a project stops"), title, reverse("project_stop", args=[pk]))


def _milestones(user: User) -> Iterator[Task]:
    reached = Milestone.objects.filter(status=MilestoneStatus.REACHED).exclude(
        campaign__project__organisation__in=user.team_roles
    )
    for pk, title, project in reached.values_list("pk", "title", "campaign__project__title"):
        yield Task(_("Accept a milestone"), f"{project}: {title}", reverse("milestone_judge", args=[pk]))
    asked = MilestoneChange.objects.filter(status=ChangeStatus.REQUESTED).exclude(
        milestone__campaign__project__organisation__in=user.team_roles
    )
    for pk, title, project in asked.values_list(
        "milestone", "milestone__title", "milestone__campaign__project__title"
    ):
        yield Task(
            _("Answer a request for another date"),
            f"{project}: {title}",
            reverse("milestone_judge", args=[pk]),
        )


def _reports(user: User, now: dt.datetime) -> Iterator[Task]:
    today = now.astimezone(CIVIL).date()
    apart = SpendingReport.objects.exclude(campaign__project__organisation__in=user.team_roles)
    submitted = apart.filter(status=ReportStatus.SUBMITTED)
    for pk, title, at in submitted.values_list("pk", "campaign__project__title", "submitted_at"):
        yield Task(
            _("Examine a spending report"),
            title,
            reverse("report_review", args=[pk]),
            at and at + EXAMINE_WITHIN,
        )
    late = apart.filter(status__in=OPEN_REPORTS, due_on__lt=today)
    for pk, title, due_on in late.values_list("pk", "campaign__project__title", "due_on"):
        yield Task(
            _("See to a spending report that is late"),
            title,
            reverse("report_review", args=[pk]),
            last_second(due_on),
        )


def team_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Reports to hand in: those that are due within a month, late, or were sent back."""
    if not user.team_roles:
        return
    soon = now.astimezone(CIVIL).date() + dt.timedelta(days=30)
    rows = SpendingReport.objects.filter(
        campaign__project__organisation__in=user.team_roles, status__in=OPEN_REPORTS, due_on__lte=soon
    )
    for pk, title, due_on in rows.values_list("pk", "campaign__project__title", "due_on"):
        yield Task(
            _("Hand in the spending report"),
            title,
            reverse("spending_report", args=[pk]),
            last_second(due_on),
        )
