"""Sums of the items: by line of the budget, over a campaign's reports."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Sum

from campaigns.enums import BudgetKind
from campaigns.models import BudgetLine
from campaigns.reporting.enums import PUBLIC_REPORTS, ReportStatus, Verdict
from campaigns.reporting.formula import Spent
from campaigns.reporting.models import ReportItem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from campaigns.reporting.models import SpendingReport


@dataclasses.dataclass(frozen=True)
class LineTotal:
    """A line of the budget with what was spent on it."""

    line: BudgetLine
    spent: Spent


def line_totals(campaign_id: int, items: QuerySet[ReportItem] | None = None) -> list[LineTotal]:
    """Sum `items` (else those that everybody may read) by line of the budget, in its order; two queries.

    The payment fees are no line of the team's: they are kept before the money is paid out.
    """
    if items is None:
        items = ReportItem.objects.filter(report__campaign=campaign_id, report__status__in=PUBLIC_REPORTS)
    sums: dict[int, Any] = {
        row["line"]: row
        for row in items.order_by()
        .values("line")
        .annotate(
            reported=Sum("amount_cents"),
            eligible=Sum("amount_cents", filter=Q(verdict=Verdict.ELIGIBLE), default=0),
            waiting=Sum("amount_cents", filter=Q(verdict=Verdict.PENDING), default=0),
        )
    }
    lines = BudgetLine.objects.filter(campaign=campaign_id).exclude(kind=BudgetKind.FEES)
    return [LineTotal(line, _spent(line, sums.get(line.pk))) for line in lines]


def _spent(line: BudgetLine, row: Mapping[str, int] | None) -> Spent:
    if row is None:
        return Spent(line.amount_cents)
    return Spent(line.amount_cents, int(row["reported"]), int(row["eligible"]), int(row["waiting"]))


def totals(rows: list[LineTotal]) -> Spent:
    """Add up the lines."""
    return Spent(
        sum(row.spent.planned_cents for row in rows),
        sum(row.spent.reported_cents for row in rows),
        sum(row.spent.eligible_cents for row in rows),
        sum(row.spent.waiting_cents for row in rows),
    )


def report_totals(report: SpendingReport) -> list[LineTotal]:
    """Sum one report's items by line, whatever its state."""
    return line_totals(report.campaign_id, ReportItem.objects.filter(report=report))


def lines_over(report: SpendingReport) -> list[BudgetLine]:
    """Return the lines on which this report spends and that all reports together overspend by more than a tenth."""
    here = set(report.items.exclude(verdict=Verdict.NOT_ELIGIBLE).values_list("line", flat=True))
    every = ReportItem.objects.filter(report__campaign=report.campaign_id)
    rows = line_totals(report.campaign_id, every)
    return [row.line for row in rows if row.line.pk in here and row.spent.is_over]


def eligible_cents(campaign_id: int) -> int:
    """Sum what was found eligible in accepted reports, in whole cents."""
    found = ReportItem.objects.filter(
        report__campaign=campaign_id, report__status=ReportStatus.ACCEPTED, verdict=Verdict.ELIGIBLE
    )
    return int(found.aggregate(cents=Sum("amount_cents", default=0))["cents"])
