"""The accounts' documents: CSV files that come in, every bad row named by its line, and the report that goes out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from campaigns.sustainability.formula import (
    AMOUNTS,
    Accounts,
    Figures,
    Forecast,
    Payers,
    Point,
    Standing,
    break_even_month,
    forecast,
    month_name,
    month_number,
    standing,
)
from crowdfund.kit.tables import LARGEST_CENTS, CellError, Row, read_cents, read_table

ACCOUNT_COLUMNS = ("month", *AMOUNTS, "cash_end")
PAYER_COLUMNS = ("month", "payer", "amount_cents")

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class BadLine:
    """A row that can't be used: the file, the line, a sentence for people."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        told = {"file": self.file, "line": self.line, "message": self.message}
        return _("%(file)s, line %(line)d: %(message)s") % told


@dataclass(slots=True)
class Books:
    """What was read of an organisation: its months, its payers (None: no such file), what could not be read."""

    accounts: dict[int, Figures] = field(default_factory=dict)
    payers: dict[int, dict[str, int]] | None = None
    bad: list[BadLine] = field(default_factory=list)


def read_accounts(path: Path, books: Books, *, this_month: int) -> None:
    """Read the months of accounts, whole cents, into the books; an empty cell is 0, of cash it is unknown.

    A month that is no month, comes twice or lies after `this_month` is a bad row.
    """

    def add(cells: Mapping[str, str]) -> None:
        month = _month(cells)
        if month in books.accounts:
            raise CellError(_("month: %(month)s is there twice.") % {"month": cells["month"]})
        if month > this_month:
            raise CellError(_("month: %(month)s is in the future.") % {"month": cells["month"]})
        amounts = {name: read_cents(cells[name] or "0", name) for name in AMOUNTS}
        cash = cells["cash_end"]
        cash_end = read_cents(cash, "cash_end", least=-LARGEST_CENTS) if cash else None
        books.accounts[month] = Figures(month=month, cash_end=cash_end, **amounts)

    _read(path, ACCOUNT_COLUMNS, add, books)
    if not books.accounts and not books.bad:
        books.bad.append(BadLine(path.name, 2, _("There is no month in this file.")))


def read_payers(path: Path, books: Books) -> None:
    """Read earned income by payer into the books, several rows a payer and month if need be.

    A month without accounts, and the row by which payers exceed the month's earned income, are bad rows.
    """
    payers: dict[int, dict[str, int]] = {}
    books.payers = payers

    def add(cells: Mapping[str, str]) -> None:
        month = _month(cells)
        if month not in books.accounts:
            raise CellError(_("month: %(month)s has no accounts.") % {"month": cells["month"]})
        if not cells["payer"]:
            raise CellError(_("payer: this cell is empty."))
        cents = read_cents(cells["amount_cents"], "amount_cents")
        paid = payers.setdefault(month, {})
        if sum(paid.values()) + cents > books.accounts[month].earned:
            raise CellError(
                _("amount_cents: the payers of %(month)s exceed its earned income.")
                % {"month": cells["month"]}
            )
        paid[cells["payer"]] = paid.get(cells["payer"], 0) + cents

    _read(path, PAYER_COLUMNS, add, books)


def _month(cells: Mapping[str, str]) -> int:
    try:
        return month_number(cells["month"])
    except ValueError as error:
        message = _("month: “%(value)s” is not a month (write 2026-03).")
        raise CellError(message % {"value": cells["month"][:40]}) from error


def _read(path: Path, columns: Sequence[str], add: Callable[[Mapping[str, str]], None], books: Books) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        for row in read_table(lines, columns):
            if not isinstance(row, Row):
                books.bad.append(BadLine(path.name, row.line, row.message))
                continue
            try:
                add(row.cells)
            except CellError as error:
                books.bad.append(BadLine(path.name, row.line, str(error)))


def report(accounts: Accounts, payers: Payers | None = None) -> dict[str, Any]:
    """Everything the formulas say of an organisation, as data: by month, then break-even and forecast.

    Ratios are numbers of 4 decimals, None with a reason beside them; the forecast's reason stands at the top.
    """
    outlook = forecast(accounts)
    start = break_even_month(accounts)
    return {
        "months": [_month_data(standing(accounts, month, payers)) for month in sorted(accounts)],
        "break_even_month": None if start is None else month_name(start),
        "forecast": _forecast_data(outlook) if isinstance(outlook, Forecast) else None,
        "reasons": {} if isinstance(outlook, Forecast) else {"forecast": outlook},
    }


def _month_data(found: Standing) -> dict[str, Any]:
    ratios = {name: None if one is None else float(one) for name, one in found.ratios.items()}
    return {
        "month": month_name(found.month),
        "window_months": found.window_months,
        **ratios,
        "stage": found.stage,
        "reasons": dict(found.reasons),
    }


def _forecast_data(outlook: Forecast) -> dict[str, Any]:
    span = outlook.break_even._asdict()
    return {
        "earned": [_point_data(point) for point in outlook.earned],
        "costs": [_point_data(point) for point in outlook.costs],
        "break_even": {end: None if month is None else month_name(month) for end, month in span.items()},
    }


def _point_data(point: Point) -> dict[str, Any]:
    return {**point._asdict(), "month": month_name(point.month)}


def report_lines(data: Mapping[str, Any]) -> Iterator[str]:
    """Give a report's data as the lines of a table that a person can read."""
    names = (
        ("self_sufficiency_ratio", _("self-sufficiency")),
        ("operating_self_sufficiency", _("operating")),
        ("grant_dependency", _("grants")),
        ("operating_margin", _("margin")),
        ("income_concentration", _("concentration")),
        ("months_of_cash", _("months of cash")),
    )
    yield "  ".join([_("month").ljust(7), *(title for _name, title in names), _("stage")])
    for month in data["months"]:
        cells = [_cell(month, name).rjust(len(title)) for name, title in names]
        yield "  ".join([month["month"], *cells, month["stage"] or "–"])
    yield ""
    yield _("Break-even: %(month)s") % {"month": data["break_even_month"] or "–"}
    outlook = data["forecast"]
    if outlook is None:
        yield _("No forecast: %(reason)s") % {"reason": data["reasons"]["forecast"]}
        return
    ends = {end: month or "–" for end, month in outlook["break_even"].items()}
    yield _("Expected break-even: %(mid)s (from %(low)s to %(high)s, 8 times in 10)") % ends


def _cell(month: Mapping[str, Any], name: str) -> str:
    value = month[name]
    return str(month["reasons"][name]) if value is None else f"{value:.4f}"
