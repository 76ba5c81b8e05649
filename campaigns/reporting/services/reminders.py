"""Letters to a team whose report is due: on the day, and a week after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from campaigns.reporting.enums import OPEN_REPORTS
from campaigns.reporting.formula import FIRST_REMINDER, SECOND_REMINDER
from campaigns.reporting.models import SpendingReport
from campaigns.reporting.services.letters import tell_of_report
from crowdfund.kit import clock, jobs

if TYPE_CHECKING:
    import datetime as dt

BATCH = 100


def remind_due() -> int:
    """Write to the teams whose reports are due or a week late (the drain `reports.remind`); return how many."""
    now = clock.now()
    today = now.astimezone(clock.CIVIL).date()
    late = Q(due_on__lte=today - SECOND_REMINDER, reminders__lt=2)
    due = Q(due_on__lte=today - FIRST_REMINDER, reminders=0)
    rows = SpendingReport.objects.filter(late | due, status__in=OPEN_REPORTS).select_related(
        "campaign__project__organisation", "milestone"
    )
    return jobs.each(list(rows.order_by("due_on", "pk")[:BATCH]), lambda report: _remind(report, today, now))


def _remind(report: SpendingReport, today: dt.date, now: dt.datetime) -> None:
    stage = 2 if report.due_on <= today - SECOND_REMINDER else 1
    with transaction.atomic():
        still = SpendingReport.objects.filter(
            pk=report.pk, reminders=report.reminders, status__in=OPEN_REPORTS
        )
        if still.update(reminders=stage):
            once = f"{report.due_on.isoformat()}:{stage}"
            tell_of_report(
                report=report,
                event="report_due",
                once=once,
                now=now,
                stage="late" if stage > 1 or report.due_on < today else "due",
            )
