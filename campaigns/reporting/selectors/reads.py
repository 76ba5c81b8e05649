"""What pages and the API read of reports, milestones and stops."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Prefetch, Q

from campaigns.enums import MilestoneStatus
from campaigns.models import Campaign, Milestone
from campaigns.reporting.enums import OPEN_REPORTS, PUBLIC_REPORTS, STANDING_STOPS, ReportStatus
from campaigns.reporting.models import ProjectStop, ReportItem, SpendingReport
from campaigns.reporting.selectors.totals import LineTotal, line_totals, totals
from crowdfund.kit.clock import CIVIL

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from campaigns.reporting.formula import Spent


def reports() -> QuerySet[SpendingReport]:
    """Return the spending reports with what a page says of them, in order of their due date."""
    return SpendingReport.objects.select_related("campaign__project__organisation", "milestone")


def reports_with_items() -> QuerySet[SpendingReport]:
    """Return the reports with their items and explanations fetched too."""
    items = ReportItem.objects.select_related("line", "reviewed_by")
    return reports().prefetch_related(Prefetch("items", items), "overspends__line")


def items() -> QuerySet[ReportItem]:
    """Return the items with their report, campaign and line."""
    return ReportItem.objects.select_related("report__campaign__project__organisation", "line")


def milestones() -> QuerySet[Milestone]:
    """Return the steps with their campaign, files and requests for another date."""
    found = Milestone.objects.select_related("campaign__project__organisation")
    return found.prefetch_related("files", "changes__requested_by", "changes__events")


def stops() -> QuerySet[ProjectStop]:
    """Return the declarations that a project stops, newest first."""
    return ProjectStop.objects.select_related(
        "campaign__project__organisation", "proposed_by", "proposed_person", "decided_by"
    )


def standing_stop(campaign: Campaign) -> ProjectStop | None:
    """Return the declaration that stands for a campaign, if any."""
    return stops().filter(campaign=campaign, status__in=STANDING_STOPS).first()


def is_late(report: SpendingReport, today: dt.date) -> bool:
    """Say whether a report should have been handed in before today."""
    return report.status in OPEN_REPORTS and report.due_on < today


def is_overdue(milestone: Milestone, today: dt.date) -> bool:
    """Say whether a step should have been reached before today."""
    return milestone.status == MilestoneStatus.PLANNED and milestone.due_on < today


@dataclasses.dataclass(frozen=True)
class ReportLine:
    """A report as everybody sees it: what it is about, where it stands, whether it is late, how many receipts."""

    report: SpendingReport
    late: bool
    receipts: int


@dataclasses.dataclass(frozen=True)
class Spending:
    """What a campaign's money was spent on, as everybody may know it."""

    campaign: Campaign
    lines: list[LineTotal]
    total: Spent
    reports: list[ReportLine]
    items: list[ReportItem]
    stop: ProjectStop | None

    @property
    def receipts(self) -> int:
        """How many receipts stand behind the figures."""
        return sum(line.receipts for line in self.reports)


MOST_PUBLIC_ITEMS = 500


def spending(campaign: Campaign, now: dt.datetime) -> Spending:
    """Read what a campaign's money was spent on: budget lines, reports, items that were handed in. Five queries.

    The items carry no supplier, document or receipt: who shows them asks for nothing else.
    """
    today = now.astimezone(CIVIL).date()
    lines = line_totals(campaign.pk)
    counted = (
        SpendingReport.objects.filter(campaign=campaign)
        .exclude(status=ReportStatus.DROPPED)
        .select_related("milestone")
        .annotate(receipts=Count("items", filter=~Q(items__receipt="")))
    )
    rows: list[Any] = list(counted)
    public = (
        ReportItem.objects.filter(report__campaign=campaign, report__status__in=PUBLIC_REPORTS)
        .select_related("line")
        .only("dated_on", "what", "amount_cents", "verdict", "verdict_reason", "line__label", "report_id")
    )
    return Spending(
        campaign,
        lines,
        totals(lines),
        [
            ReportLine(row, is_late(row, today), row.receipts if row.status in PUBLIC_REPORTS else 0)
            for row in rows
        ],
        list(public[:MOST_PUBLIC_ITEMS]),
        standing_stop(campaign),
    )
