"""Which reports a funded campaign owes, and until when: one a milestone and one at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from campaigns.reporting.enums import OPEN_REPORTS
from campaigns.reporting.formula import final_due, report_due
from campaigns.reporting.locks import hold_campaign, lock_report
from campaigns.reporting.models import SpendingReport
from campaigns.reporting.permissions import can_review_report
from campaigns.reporting.services.letters import tell_of_report
from campaigns.reporting.services.words import clean_reason
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import record_birth

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

BATCH = 50


def plan_due() -> int:
    """Open the reports of campaigns that were funded since the last look (the drain `reports.plan`)."""
    now = clock.now()
    waiting = Campaign.objects.filter(status=CampaignStatus.FUNDED, spending_reports__isnull=True)
    rows = list(waiting.order_by("pk")[:BATCH])
    for campaign in rows:
        plan_reports(campaign=campaign, now=now)
    return len(rows)


def plan_reports(*, campaign: Campaign, now: dt.datetime) -> list[SpendingReport]:
    """Open a funded campaign's reports: one a milestone, thirty days after it, and the final one. Done once."""
    with transaction.atomic():
        locked = hold_campaign(campaign.pk)
        if locked.status != CampaignStatus.FUNDED or locked.spending_reports.exists():
            return list(locked.spending_reports.all())
        today = now.astimezone(clock.CIVIL).date()
        milestones = list(locked.milestones.all())
        deadline_on = (locked.deadline or now).astimezone(clock.CIVIL).date()
        reports = [
            SpendingReport(
                campaign=locked,
                milestone=milestone,
                due_on=report_due(milestone.due_on, today),
                created_at=now,
            )
            for milestone in milestones
        ]
        last = final_due([milestone.due_on for milestone in milestones], deadline_on, today)
        reports.append(SpendingReport(campaign=locked, due_on=last, created_at=now))
        for report in reports:
            report.save(force_insert=True)
            record_birth(report, now=now)
    return reports


def move_due(*, report: SpendingReport, due_on: dt.date, reason: str, by: User, now: dt.datetime) -> None:
    """Give a team until another civil day for a report that it has not handed in. By an officer apart.

    Raises `Invalid` for a day that is past or no reason, `Refused` once it was handed in.
    """
    require(can_review_report(by, report.campaign))
    why = clean_reason(reason)
    if due_on <= now.astimezone(clock.CIVIL).date():
        raise Invalid("due_past", _("Choose a day that is still to come."), field="due_on")
    with transaction.atomic():
        locked = lock_report(report)
        if locked.status not in OPEN_REPORTS:
            raise Refused("report_not_open", _("This report was handed in already."))
        locked.due_on, locked.reminders = due_on, 0
        locked.save(update_fields=["due_on", "reminders"])
        locked.events.create(
            at=now,
            from_status=locked.status,
            to_status=locked.status,
            by=by,
            why=f"{due_on.isoformat()}: {why}"[:200],
        )
        tell_of_report(report=locked, event="report_moved", once=due_on.isoformat(), now=now, why=why)
    report.due_on = due_on
