"""Beginnings for tests of milestones, spending reports and stops."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from campaigns.enums import CampaignStatus, MilestoneStatus
from campaigns.models import Campaign, Milestone
from campaigns.reporting.models import ReportItem, SpendingReport
from campaigns.reporting.services.items import Expense, add_item, attach_receipt
from campaigns.reporting.services.planning import plan_reports
from campaigns.reporting.services.reports import submit_report
from campaigns.reporting.services.reviews import accept_report, review_item
from tests import world
from tests.world import NOW

if TYPE_CHECKING:
    from accounts.models import User

TODAY = NOW.date()


def funded(owner: User | None = None, **fields: Any) -> Campaign:
    """A campaign whose collection has ended, with a budget of earth and seeds (€ 9,700) and fees (€ 300)."""
    past = {"opens_at": NOW - dt.timedelta(days=70), "deadline": NOW - dt.timedelta(days=9)}
    return world.campaign(owner, **{"status": CampaignStatus.FUNDED} | past | fields)


def milestone(campaign: Campaign, title: str = "Lavori", share: int = 50, **fields: Any) -> Milestone:
    """A step due in a month, not reached yet."""
    due_on = fields.pop("due_on", TODAY + dt.timedelta(days=30))
    return Milestone.objects.create(
        campaign=campaign, title=title, share_percent=share, due_on=due_on, **fields
    )


def accepted(campaign: Campaign, title: str = "Lavori", share: int = 50, **fields: Any) -> Milestone:
    """A step that an officer accepted."""
    return milestone(campaign, title, share, status=MilestoneStatus.ACCEPTED, reached_on=TODAY, **fields)


def final(campaign: Campaign) -> SpendingReport:
    """The final report of a funded campaign, to be handed in."""
    return next(report for report in plan_reports(campaign=campaign, now=NOW) if report.is_final)


def expense(campaign: Campaign, cents: int = 10_000, **fields: Any) -> Expense:
    """Earth for the beds, bought and paid yesterday."""
    yesterday = TODAY - dt.timedelta(days=1)
    line = fields.pop("line", None) or campaign.budget_lines.get(label="Terra e semi")
    return Expense(
        **{"line": line, "dated_on": yesterday, "supplier": "Vivaio Rossi", "what": "Terra per le aiuole"}
        | {"amount_cents": cents, "document_number": "12/2026", "paid_on": yesterday}
        | fields
    )


def receipt() -> ContentFile[bytes]:
    """A photo of a receipt."""
    return world.picture()


def item(report: SpendingReport, by: User, cents: int = 10_000, **fields: Any) -> ReportItem:
    """An expense with its receipt."""
    made = add_item(report=report, expense=expense(report.campaign, cents, **fields), by=by, now=NOW)
    attach_receipt(item=made, file=receipt(), by=by, now=NOW)
    return made


def settled(report: SpendingReport, by: User, officer: User, cents: int = 10_000) -> None:
    """Hand a report with one expense in, and accept it."""
    made = item(report, by, cents)
    submit_report(report=report, by=by, now=NOW)
    review_item(item=made, eligible=True, by=officer, now=NOW)
    accept_report(report=report, by=officer, now=NOW)
