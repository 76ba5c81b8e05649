"""A team's own spreadsheet of monthly accounts: columns in the reader's words, amounts as people type them."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.utils import translation
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import gettext as _

from campaigns.sustainability.enums import CostKind, IncomeKind
from campaigns.sustainability.formula import AMOUNTS
from crowdfund.kit.errors import Invalid
from crowdfund.kit.money import MoneySyntaxError, parse_euro
from crowdfund.kit.tables import CellError, Row, read_table, write_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from campaigns.sustainability.models import MonthlyAccount

LARGEST_SHEET: Final = 200_000
"""Bytes of a file; sixty months of accounts take about ten thousand."""
MOST_MONTHS: Final = 240

MONEY: Final = (*AMOUNTS, "cash_end")
PEOPLE: Final = ("volunteer_hours", "fte", "disadvantaged")
LANGUAGES: Final = ("it", "en")
_MINUS: Final = "-\N{MINUS SIGN}\N{EN DASH}"
_BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
_ISO: Final = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})(?:-[0-9]{1,2})?")
_SLASHED: Final = re.compile(r"(?:[0-9]{1,2}/)?(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})")
_WORDED: Final = re.compile(r"(?P<name>[a-z]{3,9})\.?[ /-]+(?P<year>[0-9]{4}|[0-9]{2})")


@dataclasses.dataclass(frozen=True, slots=True)
class SheetMonth:
    """A month as the spreadsheet has it: the line it stands on, amounts in whole cents, people in hundredths."""

    line: int
    month: dt.date
    figures: Mapping[str, int]
    cash_end_cents: int | None
    people: Mapping[str, int]


@dataclasses.dataclass(frozen=True, slots=True)
class BadLine:
    """A line that can't be used, and a sentence for people."""

    line: int
    message: str

    def as_problem(self) -> Invalid:
        """Return it as an error for a program."""
        told = {"line": self.line, "message": self.message}
        return Invalid("bad_line", _("Line %(line)d: %(message)s") % told, field="file")


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """What was read: months in the order of the file, and every bad line."""

    months: list[SheetMonth]
    bad: list[BadLine]


def column_labels() -> dict[str, str]:
    """Return each column's heading in the active language, the month first."""
    kinds = {kind.value: str(kind.label) for kind in (*IncomeKind, *CostKind)}
    return {
        "month": _("Month"),
        **{name: kinds[name] for name in AMOUNTS},
        "cash_end": _("Cash at the end of the month"),
        "volunteer_hours": _("Volunteer hours"),
        "fte": _("People employed"),
        "disadvantaged": _("Of whom disadvantaged"),
    }


def _known_headings() -> dict[str, str]:
    """Return every heading that is understood, in small letters, with its column: both languages and our own export."""
    known = {f"{name}_eur": name for name in MONEY}
    for language in LANGUAGES:
        with translation.override(language):
            known |= {label.lower(): name for name, label in column_labels().items()}
    return known | {name: name for name in ("month", *MONEY, *PEOPLE)}


def template_lines(accounts: Iterable[MonthlyAccount]) -> Iterator[str]:
    """Write the spreadsheet to fill in, with the months that are there: semicolons and commas, as Italian ones read it.

    A BOM stands first, so that a spreadsheet program knows the letters.
    """
    yield _BOM + write_row(column_labels().values(), delimiter=";")
    for account in accounts:
        amounts = [_comma(getattr(account, f"{name}_cents"), 100) for name in MONEY]
        people = [account.fte_hundredths, account.disadvantaged_hundredths]
        hundredths = [_comma(one, 100) for one in people]
        cells = [f"{account.month:%Y-%m}", *amounts, account.volunteer_hours, *hundredths]
        yield write_row(cells, delimiter=";")


def _comma(number: int | None, unit: int) -> str:
    if number is None:
        return ""
    sign = "-" if number < 0 else ""
    return f"{sign}{abs(number) // unit},{abs(number) % unit:02}"


def read_sheet(content: bytes) -> Sheet:
    """Read a spreadsheet saved as CSV. Columns may be missing (their amount is 0), but none may be unknown.

    Raises `Invalid` for a file that is too large, not UTF-8, or whose first line has no month or a column of no name we
    know: an amount in it would be lost in silence.
    """
    if len(content) > LARGEST_SHEET:
        raise Invalid("too_large", _("This file is too large for monthly accounts."), field="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            "encoding", _("The file is not in UTF-8: save it again as “CSV UTF-8”."), field="file"
        ) from error
    heading, _line_end, body = text.partition("\n")
    columns = _columns(heading)
    months: list[SheetMonth] = []
    bad: list[BadLine] = []
    seen: dict[dt.date, int] = {}
    for row in read_table(io.StringIO(f"{columns}\n{body}"), ["month"], [*MONEY, *PEOPLE]):
        if not isinstance(row, Row):
            bad.append(BadLine(row.line, row.message))
            continue
        try:
            months.append(_month_row(row, seen))
        except CellError as error:
            bad.append(BadLine(row.line, str(error)))
    if not months and not bad:
        bad.append(BadLine(2, _("There is no month in this file.")))
    if len(months) > MOST_MONTHS:
        raise Invalid("too_many", _("This file has more months than a project can have."), field="file")
    return Sheet(months, bad)


def _plain(label: str) -> str:
    return label.strip().lower()


def _columns(heading: str) -> str:
    """Rewrite the first line with our own names. Raises `Invalid` for a column that nobody knows."""
    known = _known_headings()
    split = {mark: next(csv.reader([heading.strip()], delimiter=mark), []) for mark in ";,\t"}
    delimiter = max(split, key=lambda mark: sum(_plain(label) in known for label in split[mark]))
    labels = split[delimiter]
    names = [known.get(_plain(label), "-") for label in labels]
    strange = [label.strip()[:40] for label in labels if label.strip() and _plain(label) not in known]
    if strange:
        raise Invalid(
            "columns",
            _(
                "The first line has columns that the accounts don't have: %(names)s. Use those of the template."
            ),
            field="file",
            names=", ".join(strange),
        )
    twice = sorted({name for name in names if name != "-" and names.count(name) > 1})
    if twice:
        raise Invalid(
            "columns",
            _("The first line has a column twice: %(names)s."),
            field="file",
            names=", ".join(column_labels()[name] for name in twice),
        )
    return delimiter.join(names)


def _month_row(row: Row, seen: dict[dt.date, int]) -> SheetMonth:
    cells = row.cells
    month = read_month(cells["month"])
    if month in seen:
        told = {"month": cells["month"], "line": seen[month]}
        raise CellError(_("%(month)s is there twice: line %(line)d has it already.") % told)
    seen[month] = row.line
    figures = {name: _cents(cells.get(name, ""), name) or 0 for name in AMOUNTS}
    cash = _cents(cells.get("cash_end", ""), "cash_end", below_zero=True)
    people = {
        "volunteer_hours": _whole(cells.get("volunteer_hours", ""), "volunteer_hours"),
        "fte_hundredths": _hundredths(cells.get("fte", ""), "fte"),
        "disadvantaged_hundredths": _hundredths(cells.get("disadvantaged", ""), "disadvantaged"),
    }
    return SheetMonth(row.line, month, figures, cash, people)


def read_month(text: str) -> dt.date:
    """Read a month as spreadsheets write it: `2026-03`, `2026-03-01`, `03/2026`, `01/03/2026`, `mar-26`, `marzo 2026`.

    Returns its first day. Raises `CellError` for anything else.
    """
    plain = text.strip().lower()
    found = _ISO.fullmatch(plain) or _SLASHED.fullmatch(plain)
    worded = _WORDED.fullmatch(plain)
    try:
        if found:
            return dt.date(int(found["year"]), int(found["month"]), 1)
        if worded:
            year = worded["year"] if len(worded["year"]) > len("26") else f"20{worded['year']}"
            return dt.date(int(year), _named_months().get(worded["name"], 0), 1)
    except ValueError:
        pass
    raise CellError(_("“%(value)s” is not a month (write 2026-03).") % {"value": text[:40]})


def _named_months() -> dict[str, int]:
    names: dict[str, int] = {}
    for language in LANGUAGES:
        with translation.override(language):
            for table in (MONTHS, MONTHS_3):
                names |= {str(name).lower().rstrip("."): number for number, name in table.items()}
    return names


def _cents(text: str, column: str, *, below_zero: bool = False) -> int | None:
    text = text.removeprefix("'")  # what `write_row` puts before a minus, and what Excel keeps of a text
    if not text:
        return None
    negative = text.startswith(tuple(_MINUS))
    if negative and not below_zero:
        raise _bad_cell(column, text, _("%(column)s: “%(value)s” can't be below zero."))
    try:
        cents = parse_euro(text[1:] if negative else text).cents
    except MoneySyntaxError as error:
        raise _bad_cell(
            column, text, _("%(column)s: “%(value)s” is not an amount (write 1250 or 1250,50).")
        ) from error
    return -cents if negative else cents


def _whole(text: str, column: str) -> int:
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise _bad_cell(column, text, _("%(column)s: “%(value)s” is not a whole number."))
    return int(text)


def _hundredths(text: str, column: str) -> int:
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?", text):
        raise _bad_cell(column, text, _("%(column)s: “%(value)s” is not a number of people (write 2,5)."))
    return int(Decimal(text.replace(",", ".")) * 100)


def _bad_cell(column: str, text: str, message: str) -> CellError:
    return CellError(message % {"column": column_labels()[column], "value": text[:40]})
