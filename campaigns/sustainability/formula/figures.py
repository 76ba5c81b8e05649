"""A month of accounts in whole cents, and the sums the ratios are made of."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

INCOME_KINDS: Final = ("earned", "public_contracts", "public_grants", "private_grants", "donations")
"""The five kinds of money income; in-kind stands apart."""

_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def month_number(name: str) -> int:
    """Read `YYYY-MM` as a running number of months, so that months can be counted and subtracted.

    Raises ValueError for anything else.
    """
    match = _MONTH.fullmatch(name)
    if match is None:
        raise ValueError(f"not a month: {name[:20]!r}")
    return int(match[1]) * 12 + int(match[2]) - 1


def month_of(day: date) -> int:
    """Give the running number of a day's month."""
    return day.year * 12 + day.month - 1


def first_day(number: int) -> date:
    """Give the first day of a month by its running number."""
    return date(number // 12, number % 12 + 1, 1)


def month_name(number: int) -> str:
    """Write a running number of months as `YYYY-MM`."""
    return f"{number // 12:04}-{number % 12 + 1:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One month's accounts, or the sum of several: whole cents, none negative but the cash at the end.

    `month` is a running number (`month_number`). Amounts are without recoverable VAT. Services sold to a
    public body are public contracts, not earned.
    """

    month: int
    earned: int = 0
    public_contracts: int = 0
    public_grants: int = 0
    private_grants: int = 0
    donations: int = 0
    in_kind: int = 0
    staff: int = 0
    rent: int = 0
    goods: int = 0
    services: int = 0
    finance: int = 0
    depreciation: int = 0
    other: int = 0
    investment: int = 0
    cash_end: int | None = None

    @property
    def income(self) -> int:
        """Operating income, which is total income: everything in money; in-kind is outside."""
        grants = self.public_grants + self.private_grants + self.donations
        return self.earned + self.public_contracts + grants

    @property
    def running_costs(self) -> int:
        """Staff, rent and utilities, goods, services, other."""
        return self.staff + self.rent + self.goods + self.services + self.other

    @property
    def operating_costs(self) -> int:
        """Running costs, finance and depreciation; investment is outside."""
        return self.running_costs + self.finance + self.depreciation


AMOUNTS: Final = tuple(one.name for one in fields(Figures) if one.name not in {"month", "cash_end"})
"""The names of all amounts of a month, income first."""


def added_up(months: Iterable[Figures]) -> Figures:
    """Sum months into one that has the latest's number and cash.

    Raises ValueError when there are none.
    """
    window = sorted(months, key=lambda one: one.month)
    if not window:
        raise ValueError("no months to add up")
    sums = {name: sum(getattr(one, name) for one in window) for name in AMOUNTS}
    return Figures(month=window[-1].month, cash_end=window[-1].cash_end, **sums)


Accounts = Mapping[int, Figures]
"""Months by their number."""


def window_of(accounts: Accounts, month: int, length: int) -> list[Figures | None]:
    """List the months of a trailing window, oldest first; None stands for a missing month.

    The window is shorter where the accounts started later: a young project uses what there is.
    """
    first = max(month - length + 1, min(accounts))
    return [accounts.get(number) for number in range(first, month + 1)]
