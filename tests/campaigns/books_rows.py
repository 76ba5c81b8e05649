"""A year of accounts to begin a test with, made by the services."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from accounts.enums import TeamRole
from accounts.models import Membership
from campaigns.sustainability import services
from tests import world

if TYPE_CHECKING:
    from accounts.models import User
    from campaigns.models import Project
    from campaigns.sustainability.models import Books, MonthlyAccount

NOW = world.NOW  # 22 November 2026
START = dt.date(2025, 11, 1)

# A community bar: a month costs 3,000 (300 of it depreciation, 100 interest) and earns 1,500
BAR = {
    "earned": 1_500_00,
    "public_contracts": 300_00,
    "donations": 200_00,
    "in_kind": 100_00,
    "staff": 1_500_00,
    "rent": 600_00,
    "goods": 400_00,
    "services": 100_00,
    "finance": 100_00,
    "depreciation": 300_00,
    "investment": 9_999_00,
}


def books(owner: User, opened_on: dt.date = START) -> Books:
    """Books of a project of the owner's."""
    return services.open_books(project=world.project(owner), opened_on=opened_on, by=owner, now=NOW)


def member(of: Project, role: TeamRole) -> User:
    """Somebody of the project's team."""
    person = world.person(role)
    Membership.objects.create(user=person, organisation=of.organisation, role=role, since=NOW)
    return person


def month(number: int, start: dt.date = START) -> dt.date:
    """The month `number` months after the start."""
    whole = start.year * 12 + start.month - 1 + number
    return dt.date(whole // 12, whole % 12 + 1, 1)


def entered(of: Books, by: User, at: int = 0, **fields: Any) -> MonthlyAccount:
    """A month, open."""
    return services.enter_month(
        books=of, month=month(at, of.opened_on.replace(day=1)), figures=BAR | fields, by=by, now=NOW
    )


def closed(of: Books, by: User, at: int = 0, cash: int | None = None, **fields: Any) -> MonthlyAccount:
    """A month, closed."""
    account = services.enter_month(
        books=of,
        month=month(at, of.opened_on.replace(day=1)),
        figures=BAR | fields,
        cash_end_cents=cash,
        by=by,
        now=NOW,
    )
    services.close_month(account=account, by=by, now=NOW)
    return account


def a_year(of: Books, by: User) -> None:
    """Twelve closed months: grants of 1,500 a month in the first half, none in the second."""
    for number in range(12):
        grants = {"public_grants": 1_000_00, "private_grants": 500_00} if number < 6 else {}
        closed(of, by, number, cash=8_100_00 if number < 6 else 5_400_00, **grants)
