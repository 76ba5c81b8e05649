from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from campaigns.models import Campaign, Project
from campaigns.sustainability.formula import (
    AMOUNTS,
    Figures,
    Standing,
    added_up,
    break_even_month,
    first_day,
    month_of,
    standing,
)
from campaigns.sustainability.formula.figures import window_of
from campaigns.sustainability.formula.ratios import CASH_WINDOW, YEAR
from campaigns.sustainability.models import BOOKED_KINDS, Books, Correction, MonthlyAccount

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from campaigns.sustainability.formula import Accounts


def public_projects() -> QuerySet[Project]:
    """Return the projects whose accounts anybody may ask for."""
    launched = Campaign.objects.public().filter(project=OuterRef("pk"))
    public = Q(proposal__isnull=False) | Q(books__isnull=False) | Exists(launched)
    projects = Project.objects.filter(public).defer("search", "story")
    return projects.select_related("neighbourhood", "organisation")


def books_of(project: Project) -> Books | None:
    """Return the project's books, None while they are not open."""
    return Books.objects.filter(project=project).first()


def closed_months(project: Project) -> list[MonthlyAccount]:
    """Return the months that count, oldest first."""
    return list(MonthlyAccount.objects.filter(books__project=project, closed_at__isnull=False))


def corrections_of(project: Project) -> QuerySet[Correction]:
    """Return every correction of the project's accounts, latest first."""
    return (
        Correction.objects.filter(account__books__project=project)
        .select_related("account")
        .order_by("-at", "-pk")
    )


def figures_of(account: MonthlyAccount) -> Figures:
    """Return a month as the formulas read it, in whole cents."""
    amounts = {name: getattr(account, f"{name}_cents") for name in AMOUNTS}
    return Figures(month=month_of(account.month), cash_end=account.cash_end_cents, **amounts)


def accounts_of(months: list[MonthlyAccount]) -> Accounts:
    """Return months by their running number, as the formulas read them."""
    return {month_of(account.month): figures_of(account) for account in months}


@dataclasses.dataclass(frozen=True)
class Trajectory:
    """How a project stood at each closed month, and what the latest ratios are made of.

    `year` is the sum of the latest window of up to 12 months, `half_year` of up to 6 with `half_months` in it; None
    when a month of it is missing or open.
    """

    months: list[MonthlyAccount]
    standings: list[Standing]
    year: Figures | None
    half_year: Figures | None
    half_months: int
    break_even: dt.date | None

    @property
    def now(self) -> Standing | None:
        """The latest standing."""
        return self.standings[-1] if self.standings else None

    @property
    def as_of(self) -> dt.date | None:
        """The latest closed month."""
        return self.months[-1].month if self.months else None


def trajectory(project: Project) -> Trajectory:
    """Work out the ratios of every closed month of a project, in one query."""
    months = closed_months(project)
    if not months:
        return Trajectory([], [], None, None, 0, None)
    accounts = accounts_of(months)
    year, _months = _whole(accounts, YEAR)
    half_year, half_months = _whole(accounts, CASH_WINDOW)
    number = break_even_month(accounts)
    dates = {month_of(account.month): account.month for account in months}
    return Trajectory(
        months=months,
        standings=[standing(accounts, month) for month in accounts],
        year=year,
        half_year=half_year,
        half_months=half_months,
        break_even=dates[number] if number is not None else None,
    )


def _whole(accounts: Accounts, length: int) -> tuple[Figures | None, int]:
    """Return the sum of the latest window of at most `length` months, None with a gap, and how many months it has."""
    window = window_of(accounts, max(accounts), length)
    there = [one for one in window if one is not None]
    return (added_up(there) if len(there) == len(window) else None), len(window)


@dataclasses.dataclass(frozen=True)
class MonthState:
    """One month of the books as the team sees it: `account` is None while nothing is entered."""

    month: dt.date
    account: MonthlyAccount | None
    over: bool

    @property
    def state(self) -> str:
        """`missing`, `open` or `closed`."""
        if self.account is None:
            return "missing"
        return "closed" if self.account.closed_at else "open"


def months_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Yield the first day of every month from `first`'s to `last`'s, oldest first."""
    for number in range(month_of(first), month_of(last) + 1):
        yield first_day(number)


def month_states(books: Books, today: dt.date) -> list[MonthState]:
    """Return every month from the opening to `today` (civil), latest first, with its state."""
    entered = {account.month: account for account in books.months.all()}
    this_month = today.replace(day=1)
    return [
        MonthState(month, entered.get(month), month < this_month)
        for month in months_between(books.opened_on, today)
    ][::-1]


def month_before(account_month: dt.date, books: Books) -> MonthlyAccount | None:
    """Return the latest month entered before this one."""
    return books.months.filter(month__lt=account_month).order_by("-month").first()


def accounts_document(project: Project) -> dict[str, Any]:
    """Return the public accounts as plain data, for the JSON export and the API: whole cents, closed months."""
    names = ["cash_end", *AMOUNTS]
    return {
        "project": project.slug,
        "currency": "EUR",
        "unit": "cents",
        "months": [
            {
                "month": f"{account.month:%Y-%m}",
                "closed_at": account.closed_at,
                **{f"{name}_cents": getattr(account, f"{name}_cents") for name in [*AMOUNTS, "cash_end"]},
                **{f"booked_{name}_cents": account.booked_cents(name) for name in BOOKED_KINDS},
                "volunteer_hours": account.volunteer_hours,
                "fte_hundredths": account.fte_hundredths,
                "disadvantaged_hundredths": account.disadvantaged_hundredths,
            }
            for account in closed_months(project)
        ],
        "corrections": [
            {
                "month": f"{correction.account.month:%Y-%m}",
                "figure": correction.figure,
                "before_cents": correction.before_cents,
                "after_cents": correction.after_cents,
                "reason": correction.reason,
                "at": correction.at,
            }
            for correction in corrections_of(project)
            if correction.figure in names
        ],
    }
