"""Enter a month of accounts, and change it while it is open."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.sustainability.locks import lock_books_of, lock_month
from campaigns.sustainability.models import BOOKED_KINDS, FIGURES, MonthlyAccount
from campaigns.sustainability.permissions import can_keep_books
from campaigns.sustainability.selectors.booked import booked_in
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from accounts.permissions import Visitor
    from campaigns.sustainability.models import Books

LARGEST_CENTS = 10_000_000_000  # a hundred million euro in a month: no project here is larger
MOST_HOURS = 100_000
MOST_HUNDREDTHS = 100_000  # a thousand people at full time
LONGEST_NOTE = 2000


@dataclasses.dataclass(frozen=True)
class Extras:
    """What a month holds beside the money. Employment in hundredths of full time; `disadvantaged` is a part of it."""

    volunteer_hours: int = 0
    fte_hundredths: int = 0
    disadvantaged_hundredths: int = 0
    note: str = ""


NOTHING_MORE = Extras()


def enter_month(
    *,
    books: Books,
    month: dt.date,
    figures: Mapping[str, int],
    cash_end_cents: int | None = None,
    extras: Extras = NOTHING_MORE,
    by: Visitor | None,
    now: dt.datetime,
) -> MonthlyAccount:
    """Enter a month for the first time. `month` is its first day; `figures` whole cents by kind, absent is 0.

    What the service booked by itself is not among the figures: it is added to them.

    Raises `Invalid` for a month to come, before the books were opened, or not a first day, and for wrong figures;
    `Refused` when the month is there already (change it, or correct it once closed).
    """
    require(can_keep_books(by, books.project))
    check_month(books, month, now)
    fields = checked(figures, cash_end_cents, extras)
    with transaction.atomic():
        lock_books_of(books.project_id)
        booked = booked_in(books, month)
        account, new = MonthlyAccount.objects.get_or_create(
            books=books, month=month, defaults=_with_booked(fields, booked)
        )
    if not new:
        raise Refused("month_twice", _("This month is entered already."), field="month")
    return account


def _with_booked(fields: dict[str, Any], booked: Mapping[str, int]) -> dict[str, Any]:
    """Add what the service booked to what the team entered."""
    sums = {f"{kind}_cents": booked.get(f"booked_{kind}_cents", 0) for kind in BOOKED_KINDS}
    return fields | {name: fields[name] + cents for name, cents in sums.items()} | dict(booked)


def revise_month(
    *,
    account: MonthlyAccount,
    figures: Mapping[str, int],
    cash_end_cents: int | None = None,
    extras: Extras = NOTHING_MORE,
    by: Visitor | None,
    now: dt.datetime,
) -> None:
    """Write an open month anew, as a whole: what the team enters; what the service booked stays.

    Raises `Invalid` for wrong figures, `Refused` once it is closed.
    """
    require(can_keep_books(by, account.books.project))
    fields = checked(figures, cash_end_cents, extras)
    with transaction.atomic():
        locked = lock_month(account)
        if locked.closed_at:
            raise Refused("month_closed", _("This month is closed: correct it, and say why."))
        booked = {f"booked_{kind}_cents": locked.booked_cents(kind) for kind in BOOKED_KINDS}
        fields = _with_booked(fields, booked)
        for name, value in fields.items():
            setattr(account, name, value)
        account.save(update_fields=list(fields))


def check_month(books: Books, month: dt.date, now: dt.datetime) -> None:
    """Raise `Invalid` unless `month` is the first day of a month between the books' opening and the civil today."""
    if month.day != 1:
        raise Invalid("not_a_month", _("Give the first day of the month."), field="month")
    if month > now.astimezone(CIVIL).date():
        raise Invalid("month_to_come", _("This month has not come yet."), field="month")
    if month < books.opened_on.replace(day=1):
        raise Invalid("before_opening", _("The accounts of this project start later."), field="month")


def checked(figures: Mapping[str, int], cash_end_cents: int | None, extras: Extras) -> dict[str, Any]:
    """Return all the fields of a month. Raises `Invalid` with its field."""
    for name in figures:
        if name not in FIGURES:
            raise Invalid("unknown_figure", _("There is no such figure."), field=name)
    fields: dict[str, Any] = {f"{name}_cents": _amount(figures.get(name, 0), name) for name in FIGURES}
    if cash_end_cents is not None:
        fields["cash_end_cents"] = _amount(cash_end_cents, "cash_end", least=-LARGEST_CENTS)
    else:
        fields["cash_end_cents"] = None
    return fields | _checked_extras(extras)


def check_amount(cents: int, figure: str) -> int:
    """Return the amount if it may stand at `figure`: not negative, unless it is the cash. Raises `Invalid`."""
    return _amount(cents, figure, least=-LARGEST_CENTS if figure == "cash_end" else 0)


def _amount(cents: int, field: str, *, least: int = 0) -> int:
    if type(cents) is not int:  # a bool is an int to isinstance, and no amount
        raise Invalid("not_cents", _("Amounts are whole cents."), field=field)
    if cents < least:
        raise Invalid("negative", _("This amount can't be below zero."), field=field)
    if cents > LARGEST_CENTS:
        raise Invalid("too_large", _("This amount is too large for a month."), field=field)
    return cents


def _checked_extras(extras: Extras) -> dict[str, Any]:
    limits = {
        "volunteer_hours": MOST_HOURS,
        "fte_hundredths": MOST_HUNDREDTHS,
        "disadvantaged_hundredths": MOST_HUNDREDTHS,
    }
    for name, most in limits.items():
        value = getattr(extras, name)
        if type(value) is not int or not 0 <= value <= most:
            raise Invalid("out_of_range", _("This number is not possible."), field=name)
    if extras.disadvantaged_hundredths > extras.fte_hundredths:
        raise Invalid(
            "part_above_whole",
            _("Disadvantaged people are a part of the people employed."),
            field="disadvantaged_hundredths",
        )
    if len(extras.note) > LONGEST_NOTE:
        raise Invalid("too_long", _("At most %(longest)s characters."), field="note", longest=LONGEST_NOTE)
    return dataclasses.asdict(extras)
