"""What was spent, one expense an item, each against a line of the budget and with its receipt."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import BudgetKind
from campaigns.models import BudgetLine
from campaigns.reporting.enums import OPEN_REPORTS, Verdict
from campaigns.reporting.locks import lock_report
from campaigns.reporting.models import ReportItem, SpendingReport
from campaigns.reporting.permissions import can_report_spending
from campaigns.services.cleaning import clean, positive_cents
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.files import forget_private, keep_private, read_document

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files.base import File
    from django.db.models import QuerySet

    from accounts.models import User

FOLDER: Final = "receipts"
MOST_ITEMS: Final = 500
TEXTS = ("supplier", "what", "document_number")


@dataclasses.dataclass(frozen=True)
class Expense:
    """One expense as the team writes it: the line it goes against, dates in the civil calendar, whole cents."""

    line: BudgetLine
    dated_on: dt.date
    supplier: str
    what: str
    amount_cents: int
    document_number: str
    paid_on: dt.date


def lines_to_report(campaign_id: int) -> QuerySet[BudgetLine]:
    """Return the budget lines that are spent by the team: all but the payment fees, which never reach it."""
    return BudgetLine.objects.filter(campaign=campaign_id).exclude(kind=BudgetKind.FEES)


def lock_open(report: SpendingReport) -> SpendingReport:
    """Lock a report for its team to write. Raises `Refused` once it was handed in."""
    locked = lock_report(report)
    if locked.status not in OPEN_REPORTS:
        raise Refused("report_not_open", _("This report was handed in: it can't be changed now."))
    return locked


def checked(report: SpendingReport, expense: Expense, now: dt.datetime) -> ReportItem:
    """Return the item of an expense, not saved yet. Raises `Invalid` with the field at fault."""
    item = ReportItem(report=report, **dataclasses.asdict(expense) | {"line": expense.line})
    if expense.line.campaign_id != report.campaign_id or expense.line.kind == BudgetKind.FEES:
        raise Invalid("unknown_line", _("Choose a line of this project's budget."), field="line")
    positive_cents(expense.amount_cents, field="amount_cents")
    clean(item, TEXTS)
    today = now.astimezone(CIVIL).date()
    for name in ("dated_on", "paid_on"):
        if getattr(expense, name) > today:
            raise Invalid("future_date", _("This day has not come yet."), field=name)
    return item


def check_once(item: ReportItem, *, also: set[tuple[str, str, int]] | None = None) -> None:
    """Refuse a document that was reported before against the same line, in any report of the campaign.

    `also` holds the keys of items that are about to be saved with this one.
    """
    twice = ReportItem.objects.filter(
        report__campaign=item.report.campaign_id,
        supplier__iexact=item.supplier,
        document_number__iexact=item.document_number,
        line=item.line_id,
    ).exclude(pk=item.pk)
    if key_of(item) in (also or set()) or twice.exists():
        raise Invalid(
            "document_twice",
            _("This document was reported already against the same budget line."),
            field="document_number",
        )


def key_of(item: ReportItem) -> tuple[str, str, int]:
    """Name a document and the line it is reported against."""
    return item.supplier.casefold(), item.document_number.casefold(), item.line_id


def add_item(*, report: SpendingReport, expense: Expense, by: User, now: dt.datetime) -> ReportItem:
    """Add an expense to a report that is not handed in.

    Raises `NotAllowed`, `Invalid` (a date to come, no amount, a line of another budget, a document reported before),
    `Refused` once it was handed in.
    """
    require(can_report_spending(by, report.campaign))
    with transaction.atomic():
        locked = lock_open(report)
        item = checked(locked, expense, now)
        if locked.items.count() >= MOST_ITEMS:
            raise Refused("too_many_items", _("A report has at most %(most)s items."), most=MOST_ITEMS)
        check_once(item)
        item.save(force_insert=True)
    return item


def edit_item(*, item: ReportItem, expense: Expense, by: User, now: dt.datetime) -> None:
    """Write an expense anew; what an officer said of it is asked again. An eligible one stays as it is."""
    require(can_report_spending(by, item.report.campaign))
    with transaction.atomic():
        locked = lock_open(item.report)
        found = _unsettled(locked, item)
        new = checked(locked, expense, now)
        new.pk = found.pk
        check_once(new)
        for field in dataclasses.fields(Expense):
            setattr(found, field.name, getattr(new, field.name))
        _ask_again(found)
        found.save()
    item.refresh_from_db()


def remove_item(*, item: ReportItem, by: User, now: dt.datetime) -> None:
    """Take an expense out of a report that is not handed in, with its receipt. An eligible one stays."""
    require(can_report_spending(by, item.report.campaign))
    with transaction.atomic():
        found = _unsettled(lock_open(item.report), item)
        receipt = found.receipt
        found.delete()
        if receipt:
            transaction.on_commit(lambda: forget_private(receipt))


def attach_receipt(*, item: ReportItem, file: File[bytes], by: User, now: dt.datetime) -> None:
    """Attach the receipt of an expense, in place of the one before: a picture or a document, never public.

    Raises `Invalid` for a file that can't be attached, `Refused` once the report was handed in.
    """
    require(can_report_spending(by, item.report.campaign))
    paper = read_document(file, field="receipt")
    with transaction.atomic():
        found = _unsettled(lock_open(item.report), item)
        before = found.receipt
        found.receipt, found.receipt_kind = keep_private(paper, FOLDER), paper.kind
        _ask_again(found)
        found.save()
        if before:
            transaction.on_commit(lambda: forget_private(before))
    item.refresh_from_db()


def _unsettled(report: SpendingReport, item: ReportItem) -> ReportItem:
    """Read an item anew behind the report's lock. Raises `Refused` for one that was found eligible, or is gone."""
    found = ReportItem.objects.filter(pk=item.pk, report=report).select_related("line").first()
    if found is None:
        raise Refused("item_gone", _("This item was removed meanwhile."))
    found.report = report
    if found.verdict == Verdict.ELIGIBLE:
        raise Refused("item_settled", _("This item was found eligible: it stays as it is."))
    return found


def _ask_again(item: ReportItem) -> None:
    item.verdict, item.verdict_reason = Verdict.PENDING, ""
    item.reviewed_by, item.reviewed_at = None, None
