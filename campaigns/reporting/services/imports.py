"""Expenses from a table that a spreadsheet saved: looked at first, every bad row named, then all of them or none."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from campaigns.reporting.models import ReportItem
from campaigns.reporting.permissions import can_report_spending
from campaigns.reporting.services.items import (
    MOST_ITEMS,
    Expense,
    check_once,
    checked,
    key_of,
    lines_to_report,
    lock_open,
)
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import MoneySyntaxError, parse_euro
from crowdfund.kit.tables import BadRow, CellError, Row, read_table, write_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from campaigns.models import BudgetLine
    from campaigns.reporting.models import SpendingReport

COLUMNS: Final = ("line", "date", "supplier", "what", "amount", "document", "paid_on")
LARGEST_BYTES: Final = 512 * 1024


class BadRows(Invalid):
    """Rows of a table that can't be used, each with its line; nothing was imported."""

    def __init__(self, rows: list[BadRow]) -> None:
        said = [_("Line %(line)d: %(message)s") % {"line": row.line, "message": row.message} for row in rows]
        super().__init__("bad_rows", "%(rows)s", field="table", rows=" ".join(said))
        self.rows = rows


@dataclasses.dataclass(frozen=True)
class Preview:
    """What a table would add: its items with their lines in the file, and the rows that can't be used."""

    items: list[tuple[int, ReportItem]]
    bad: list[BadRow]

    @property
    def total_cents(self) -> int:
        """What the good rows add up to."""
        return sum(item.amount_cents for _line, item in self.items)


def template(campaign_id: int) -> str:
    """Return a table to fill in: the header, and one row for each line of the budget as an example of its name."""
    rows = [write_row(COLUMNS)]
    rows += [
        write_row([line.label, "2027-01-31", "", "", "", "", "2027-01-31"])
        for line in lines_to_report(campaign_id)
    ]
    return "".join(rows)


def preview_items(*, report: SpendingReport, table: str, now: dt.datetime) -> Preview:
    """Read a table and say what it would add. Raises `Invalid` when it is too large or lacks a column."""
    if len(table.encode()) > LARGEST_BYTES:
        raise Invalid("table_too_large", _("The table is larger than half a megabyte."), field="table")
    lines = {line.label.casefold(): line for line in lines_to_report(report.campaign_id)}
    items: list[tuple[int, ReportItem]] = []
    bad: list[BadRow] = []
    seen: set[tuple[str, str, int]] = set()
    for row in _rows(table):
        if isinstance(row, BadRow):
            bad.append(row)
            continue
        try:
            item = checked(report, _expense(row, lines), now)
            check_once(item, also=seen)
        except (CellError, Refused) as problem:
            bad.append(BadRow(row.line, str(problem)))
        else:
            seen.add(key_of(item))
            items.append((row.line, item))
    return Preview(items, bad)


def _rows(table: str) -> Iterator[Row | BadRow]:
    try:
        yield from read_table(io.StringIO(table), COLUMNS)
    except Invalid as problem:
        problem.field = "table"
        raise


def _expense(row: Row, lines: dict[str, BudgetLine]) -> Expense:
    cells = row.cells
    line = lines.get(cells["line"].casefold())
    if line is None:
        raise CellError(_("line: “%(value)s” is no line of this budget.") % {"value": cells["line"][:40]})
    return Expense(
        line=line,
        dated_on=_day(cells["date"], "date"),
        supplier=cells["supplier"],
        what=cells["what"],
        amount_cents=_cents(cells["amount"]),
        document_number=cells["document"],
        paid_on=_day(cells["paid_on"], "paid_on"),
    )


def _day(text: str, column: str) -> dt.date:
    for shape in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(text, shape).date()  # noqa: DTZ007 - a civil day has no zone
        except ValueError:
            continue
    raise CellError(
        _("%(column)s: “%(value)s” is no day (write 2027-01-31 or 31/01/2027).")
        % {"column": column, "value": text[:40]}
    )


def _cents(text: str) -> int:
    try:
        return parse_euro(text).cents
    except MoneySyntaxError as error:
        raise CellError(
            _("amount: “%(value)s” is not an amount (write 12,50).") % {"value": text[:40]}
        ) from error


def import_items(*, report: SpendingReport, table: str, by: User, now: dt.datetime) -> int:
    """Add every row of a table to a report, or none; return how many. Receipts are attached one by one afterwards.

    Raises `BadRows` naming each row that can't be used, `Invalid` when there is none, `Refused` once the report was
    handed in.
    """
    require(can_report_spending(by, report.campaign))
    with transaction.atomic():
        locked = lock_open(report)
        found = preview_items(report=locked, table=table, now=now)
        if found.bad:
            raise BadRows(found.bad)
        if not found.items:
            raise Invalid("table_empty", _("The table has no rows."), field="table")
        if locked.items.count() + len(found.items) > MOST_ITEMS:
            raise Refused("too_many_items", _("A report has at most %(most)s items."), most=MOST_ITEMS)
        ReportItem.objects.bulk_create([item for _line, item in found.items])
    return len(found.items)
