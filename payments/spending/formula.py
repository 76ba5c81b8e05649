"""On which step of the ladder an account stands, and what a transfer does to the four published figures.

An account of the book `budget` holds what stands on its step now. A published figure adds the steps above it, so the
figure of step L is the balance of all accounts at L or higher, and a transfer changes it only when it crosses into or
out of them (MONEY's ladder: programmed ⊇ admitted ⊇ legally bound ⊇ disbursed). Pure: no database, no clock.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STEPS = ("programmed", "admitted", "bound", "disbursed")
"""In order; step n (from 1) is STEPS[n - 1]. Zero is outside."""


@dataclasses.dataclass(frozen=True)
class Scope:
    """Whose ladder: account codes with their step (1 to 4), and beginnings of codes with theirs."""

    exact: Mapping[str, int]
    prefixes: Mapping[str, int]

    def step(self, code: str) -> int:
        """Return the step an account stands on, 0 when it is none of this ladder's."""
        if code in self.exact:
            return self.exact[code]
        head, _colon, _rest = code.rpartition(":")
        return self.prefixes.get(f"{head}:", 0)


def programme_scope(programme_id: int, fund_ids: Iterable[int]) -> Scope:
    """Give the ladder of a programme: its own steps, its contracts', and its funds', whose free part is admitted."""
    exact = {f"programmed:{programme_id}": 1, f"admitted:{programme_id}": 2}
    prefixes = {f"bound:p{programme_id}:": 3, f"disbursed:p{programme_id}:": 4}
    for fund in fund_ids:
        exact[f"fund:{fund}"] = 2
        prefixes |= _fund_prefixes(fund)
    return Scope(exact, prefixes)


def funds_scope(fund_ids: Iterable[int]) -> Scope:
    """Give the ladder of a fund, or of a call with several: the free part is programmed."""
    ids = list(fund_ids)
    prefixes: dict[str, int] = {}
    for fund in ids:
        prefixes |= _fund_prefixes(fund)
    return Scope({f"fund:{fund}": 1 for fund in ids}, prefixes)


def _fund_prefixes(fund: int) -> dict[str, int]:
    return {f"reserved:f{fund}:": 2, f"bound:f{fund}:": 3, f"disbursed:f{fund}:": 4}


def campaigns_scope(pairs: Iterable[tuple[int, int]]) -> Scope:
    """Give the ladder of a project: pairs of a fund and a campaign; what is reserved is programmed and admitted."""
    exact: dict[str, int] = {}
    for fund, campaign in pairs:
        exact |= {
            f"reserved:f{fund}:{campaign}": 2,
            f"bound:f{fund}:{campaign}": 3,
            f"disbursed:f{fund}:{campaign}": 4,
        }
    return Scope(exact, {})


def contract_scope(programme_id: int, contract_id: int) -> Scope:
    """Give the ladder of a contract: bound, then disbursed."""
    return Scope(
        {f"bound:p{programme_id}:{contract_id}": 3, f"disbursed:p{programme_id}:{contract_id}": 4}, {}
    )


def changes(*, debit: int, credit: int, cents: int) -> tuple[int, int, int, int]:
    """Return what a transfer from step `credit` to step `debit` adds to each of the four figures, in cents."""
    first, second, third, fourth = (
        cents * ((debit >= step) - (credit >= step)) for step in range(1, len(STEPS) + 1)
    )
    return first, second, third, fourth


@dataclasses.dataclass(frozen=True)
class Month:
    """One month of a ladder: what it added to each figure, and where they stood at its end (whole cents)."""

    month: dt.date
    added: tuple[int, int, int, int]
    after: tuple[int, int, int, int]


def by_month(rows: Iterable[tuple[dt.date, int, int, int]], until: dt.date | None = None) -> list[Month]:
    """Add up rows of (first day of the month, step of debit, step of credit, cents) month by month, oldest first.

    Months in which nothing moved are there too, up to the month of `until`. Nothing at all gives no months.
    """
    sums: dict[dt.date, list[int]] = {}
    for month, debit, credit, cents in rows:
        added = changes(debit=debit, credit=credit, cents=cents)
        sums[month] = [a + b for a, b in zip(sums.get(month, [0] * 4), added, strict=True)]
    if not sums:
        return []
    found: list[Month] = []
    month, last = min(sums), max(*sums, until.replace(day=1) if until else min(sums))
    standing = [0, 0, 0, 0]
    while month <= last:
        added_now = sums.get(month, [0] * 4)
        standing = [a + b for a, b in zip(standing, added_now, strict=True)]
        found.append(Month(month, _four(added_now), _four(standing)))
        month = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return found


def _four(values: list[int]) -> tuple[int, int, int, int]:
    first, second, third, fourth = values
    return first, second, third, fourth
