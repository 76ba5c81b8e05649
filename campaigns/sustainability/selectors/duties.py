"""Which months a team still owes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from accounts.permissions import can_account_for, is_person
from campaigns.sustainability.formula import first_day, month_of
from campaigns.sustainability.models import Books
from campaigns.sustainability.selectors.accounts import months_between
from crowdfund.kit.clock import CIVIL, midnight

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from accounts.permissions import Visitor
    from campaigns.models import Project


@dataclasses.dataclass(frozen=True)
class Due:
    """The earliest month of a project to be entered (`missing`) or closed (`open`), and until when."""

    project: Project
    month: dt.date
    state: str
    until: dt.datetime


def first_due(user: Visitor | None, now: dt.datetime) -> Iterator[Due]:
    """Yield what is due, at most one month a project; two queries. A month is due by the end of the next one."""
    if not is_person(user):
        return
    mine = [key for key in user.team_roles if can_account_for(user, key)]
    yield from _first_of(Books.objects.filter(project__organisation__in=mine), now)


def late_accounts(now: dt.datetime) -> Iterator[Due]:
    """Yield the earliest month of each project whose term is over; two queries."""
    return (due for due in _first_of(Books.objects.all(), now) if due.until < now)


def _first_of(kept: QuerySet[Books], now: dt.datetime) -> Iterator[Due]:
    today = now.astimezone(CIVIL).date()
    for books in kept.select_related("project").prefetch_related("months"):
        state = {one.month: "closed" if one.closed_at else "open" for one in books.months.all()}
        over = [month for month in months_between(books.opened_on, today) if month < today.replace(day=1)]
        for month in over:
            if state.get(month) != "closed":
                yield Due(books.project, month, state.get(month, "missing"), _end_of_next(month))
                break


def _end_of_next(month: dt.date) -> dt.datetime:
    """Return the civil midnight that ends the month after this one."""
    return midnight(first_day(month_of(month) + 2))
