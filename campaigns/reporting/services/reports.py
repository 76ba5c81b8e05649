"""The team explains and hands in a report; nothing of it changes until an officer has examined it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.reporting.enums import REPORT_TRANSITIONS, ReportStatus
from campaigns.reporting.models import Overspend
from campaigns.reporting.permissions import can_report_spending
from campaigns.reporting.selectors.totals import lines_over
from campaigns.reporting.services.items import lock_open
from campaigns.reporting.services.words import clean_reason
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import BudgetLine
    from campaigns.reporting.models import SpendingReport

LONGEST_NOTE = 2000


def write_note(*, report: SpendingReport, note: str, by: User, now: dt.datetime) -> None:
    """Write what the report says besides its items; a report without items has to say why nothing was spent."""
    require(can_report_spending(by, report.campaign))
    text = note.strip()
    if len(text) > LONGEST_NOTE:
        raise Invalid("too_long", _("Write at most %(most)s letters."), field="note", most=LONGEST_NOTE)
    with transaction.atomic():
        locked = lock_open(report)
        locked.note = text
        locked.save(update_fields=["note"])
    report.note = text


def explain_overspend(
    *, report: SpendingReport, line: BudgetLine, reason: str, by: User, now: dt.datetime
) -> Overspend:
    """Say why a budget line is overspent by more than a tenth."""
    require(can_report_spending(by, report.campaign))
    why = clean_reason(reason)
    if line.campaign_id != report.campaign_id:
        raise Invalid("unknown_line", _("Choose a line of this project's budget."), field="line")
    with transaction.atomic():
        locked = lock_open(report)
        return Overspend.objects.update_or_create(report=locked, line=line, defaults={"reason": why})[0]


def submit_report(*, report: SpendingReport, by: User, now: dt.datetime) -> None:
    """Hand a report in: from now on it is public, and an officer examines it.

    Raises `Refused` when an item lacks its receipt, a line overspent by more than a tenth its reason, or a report
    without items its note.
    """
    require(can_report_spending(by, report.campaign))
    with transaction.atomic():
        locked = lock_open(report)
        _check_whole(locked)
        advance(locked, ReportStatus.SUBMITTED, table=REPORT_TRANSITIONS, now=now, by=by, submitted_at=now)
    report.refresh_from_db()


def _check_whole(report: SpendingReport) -> None:
    if not report.items.exists() and not report.note:
        raise Refused(
            "report_empty", _("Add what was spent, or write in the note why nothing was."), field="note"
        )
    lacking = list(report.items.filter(receipt="").values_list("what", flat=True)[:3])
    if lacking:
        raise Refused("receipt_missing", _("The receipt is missing of: %(items)s."), items=", ".join(lacking))
    explained = set(report.overspends.values_list("line", flat=True))
    over = [line.label for line in lines_over(report) if line.pk not in explained]
    if over:
        raise Refused(
            "line_over",
            _("Say why more than a tenth above the budget was spent on: %(lines)s."),
            lines=", ".join(over),
        )
