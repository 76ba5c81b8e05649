"""The officer examines a report item by item, then accepts it or sends it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.reporting.enums import REPORT_TRANSITIONS, ReportStatus, Verdict
from campaigns.reporting.locks import lock_report
from campaigns.reporting.permissions import can_review_report
from campaigns.reporting.services.letters import tell_of_report
from campaigns.reporting.services.words import LONGEST_EVENT, clean_reason
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.reporting.models import ReportItem, SpendingReport


def _lock_submitted(report: SpendingReport) -> SpendingReport:
    """Lock a report to examine it: two who do it at once see each other's verdicts."""
    locked = lock_report(report)
    if locked.status != ReportStatus.SUBMITTED:
        raise Refused("report_not_submitted", _("This report does not wait to be examined."))
    return locked


def review_item(*, item: ReportItem, eligible: bool, reason: str = "", by: User, now: dt.datetime) -> None:
    """Say whether an item is paid for by the project's money; if not, with the reason.

    Raises `NotAllowed` unless an officer apart, `Invalid` without a reason, `Refused` when the report is not waiting.
    """
    require(can_review_report(by, item.report.campaign))
    why = "" if eligible else clean_reason(reason)
    with transaction.atomic():
        locked = _lock_submitted(item.report)
        locked.items.filter(pk=item.pk).update(
            verdict=Verdict.ELIGIBLE if eligible else Verdict.NOT_ELIGIBLE,
            verdict_reason=why,
            reviewed_by=by,
            reviewed_at=now,
        )
    item.refresh_from_db()


def accept_report(*, report: SpendingReport, by: User, now: dt.datetime) -> None:
    """Accept a report whose every item was examined: what is eligible counts, nothing changes any more."""
    require(can_review_report(by, report.campaign))
    with transaction.atomic():
        locked = _lock_submitted(report)
        if locked.items.filter(verdict=Verdict.PENDING).exists():
            raise Refused("items_pending", _("Examine every item first."))
        advance(locked, ReportStatus.ACCEPTED, table=REPORT_TRANSITIONS, now=now, by=by)
        tell_of_report(
            report=locked, event="report_decided", once=now.isoformat(), now=now, outcome="accepted", why=""
        )
    report.refresh_from_db()


def send_back_report(*, report: SpendingReport, reason: str, by: User, now: dt.datetime) -> None:
    """Give a report back to its team, with the reason; items that were found eligible stay so."""
    require(can_review_report(by, report.campaign))
    why = clean_reason(reason, longest=LONGEST_EVENT)
    with transaction.atomic():
        locked = _lock_submitted(report)
        advance(locked, ReportStatus.SENT_BACK, table=REPORT_TRANSITIONS, now=now, by=by, why=why)
        tell_of_report(
            report=locked, event="report_decided", once=now.isoformat(), now=now, outcome="sent_back", why=why
        )
    report.refresh_from_db()
