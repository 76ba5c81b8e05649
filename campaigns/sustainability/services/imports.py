"""Take a team's spreadsheet of months into the books: all of it or nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from campaigns.sustainability.documents.sheet import BadLine
from campaigns.sustainability.formula import Figures
from campaigns.sustainability.models import BOOKED_KINDS, MonthlyAccount
from campaigns.sustainability.permissions import can_keep_books
from campaigns.sustainability.services.months import Extras, check_month, checked, enter_month, revise_month
from crowdfund.kit.errors import Invalid

if TYPE_CHECKING:
    import datetime as dt

    from accounts.permissions import Visitor
    from campaigns.sustainability.documents.sheet import Sheet, SheetMonth
    from campaigns.sustainability.models import Books


@dataclasses.dataclass(frozen=True, slots=True)
class PlannedMonth:
    """What a month of the sheet would do: `new`, `changed` or `same`."""

    line: int
    month: dt.date
    does: str
    income_cents: int
    cost_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What taking the sheet in would do; with a bad line nothing is taken in."""

    months: list[PlannedMonth]
    bad: list[BadLine]

    @property
    def changes(self) -> int:
        """How many months would be entered or changed."""
        return sum(one.does != "same" for one in self.months)


def plan_import(*, books: Books, sheet: Sheet, by: Visitor | None, now: dt.datetime) -> Plan:
    """Say what each month of the sheet would do, and every line that can't be taken; nothing is written.

    Raises `NotAllowed` unless the person keeps the books.
    """
    require(can_keep_books(by, books.project))
    return _planned(books, sheet, now)[0]


def _planned(
    books: Books, sheet: Sheet, now: dt.datetime
) -> tuple[Plan, list[tuple[SheetMonth, MonthlyAccount | None]]]:
    there = {account.month: account for account in MonthlyAccount.objects.filter(books=books)}
    planned: list[PlannedMonth] = []
    deeds: list[tuple[SheetMonth, MonthlyAccount | None]] = []
    bad = list(sheet.bad)
    for one in sheet.months:
        account = there.get(one.month)
        try:
            does = _deed(books, one, account, now)
        except Invalid as error:
            bad.append(BadLine(one.line, str(error)))
            continue
        planned.append(PlannedMonth(one.line, one.month, does, *_sums(one)))
        if does != "same":
            deeds.append((one, account))
    return Plan(planned, sorted(bad, key=lambda line: line.line)), deeds


def _deed(books: Books, one: SheetMonth, account: MonthlyAccount | None, now: dt.datetime) -> str:
    check_month(books, one.month, now)
    fields = checked(one.figures, one.cash_end_cents, _extras(one, account))
    if account is None:
        return "new"
    if all(_entered(account, name) == value for name, value in fields.items()):
        return "same"
    if account.closed_at:
        raise Invalid("month_closed", _("This month is closed: correct it on its page, and say why."))
    return "changed"


def _entered(account: MonthlyAccount, name: str) -> Any:
    """Return a field as the team entered it: without what the service booked."""
    figure = name.removesuffix("_cents")
    return account.entered_cents(figure) if figure in BOOKED_KINDS else getattr(account, name)


def _extras(one: SheetMonth, account: MonthlyAccount | None) -> Extras:
    return Extras(**one.people, note=account.note if account else "")


def _sums(one: SheetMonth) -> tuple[int, int]:
    whole = Figures(month=0, **one.figures)
    return whole.income, whole.operating_costs


def import_months(*, books: Books, sheet: Sheet, by: Visitor | None, now: dt.datetime) -> Plan:
    """Enter the sheet's new months and change its open ones, in one transaction; closing stays a deed of its own.

    Raises `NotAllowed`, `Invalid` (`bad_lines`) when any line can't be taken, and then nothing is; `Refused` when a
    month was closed or entered meanwhile.
    """
    require(can_keep_books(by, books.project))
    with transaction.atomic():
        plan, deeds = _planned(books, sheet, now)
        if plan.bad:
            raise Invalid(
                "bad_lines",
                _("Lines that can't be used: %(count)s. Nothing was taken in."),
                field="file",
                count=len(plan.bad),
            )
        for one, account in deeds:
            _take_in(books, one, account, by, now)
    return plan


def _take_in(
    books: Books, one: SheetMonth, account: MonthlyAccount | None, by: Visitor | None, now: dt.datetime
) -> None:
    deed: dict[str, Any] = {
        "figures": one.figures,
        "cash_end_cents": one.cash_end_cents,
        "extras": _extras(one, account),
        "by": by,
        "now": now,
    }
    if account is None:
        enter_month(books=books, month=one.month, **deed)
    else:
        revise_month(account=account, **deed)
