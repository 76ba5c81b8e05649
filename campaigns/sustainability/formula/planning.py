"""A business plan beside the accounts, and what would be if it were otherwise: whole cents, nothing stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from campaigns.sustainability.formula.figures import AMOUNTS, Accounts, Figures


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A change to a plan: the chosen kinds by `percent` (10: a tenth more), the start `delay` months later."""

    kinds: tuple[str, ...] = ()
    percent: int = 0
    delay: int = 0


def planned(lines: Iterable[tuple[int, str, int]], first: int) -> dict[int, Figures]:
    """Lay a plan's lines (month from 1, kind, cents) out as accounts from the month `first` on; no line is nothing.

    Every month up to the last one planned is there. Raises ValueError for a kind that accounts don't have.
    """
    sums: dict[int, dict[str, int]] = {}
    for month, kind, cents in lines:
        if kind not in AMOUNTS:
            raise ValueError(f"not a kind of the accounts: {kind}")
        at = sums.setdefault(first + month - 1, {})
        at[kind] = at.get(kind, 0) + cents
    return {
        month: Figures(month=month, **sums.get(month, {}))
        for month in range(first, max(sums, default=-1) + 1)
    }


def changed(plan: Accounts, what: WhatIf) -> dict[int, Figures]:
    """Give the plan as it would be: amounts scaled and rounded half-even, everything later by the delay.

    Raises ValueError below -100 % and for a delay below 0.
    """
    if what.percent < -100 or what.delay < 0:
        raise ValueError("no such change")
    kinds = [kind for kind in AMOUNTS if kind in what.kinds]
    found = {}
    for month, one in plan.items():
        scaled = {kind: _scaled(getattr(one, kind), what.percent) for kind in kinds}
        found[month + what.delay] = replace(one, month=month + what.delay, **scaled)
    return found


def _scaled(cents: int, percent: int) -> int:
    whole, rest = divmod(cents * (100 + percent), 100)
    return whole + (rest > 50 or (rest == 50 and whole % 2 == 1))


def results(accounts: Accounts) -> dict[int, int]:
    """Give each month's result in cents: income less operating costs."""
    return {month: one.income - one.operating_costs for month, one in accounts.items()}


def cumulative_difference(plan: Accounts, actual: Accounts) -> dict[int, int]:
    """Add up, month by month of the accounts, by how much the results were better than planned (below 0: worse)."""
    wanted: Mapping[int, int] = results(plan)
    so_far, found = 0, {}
    for month, result in sorted(results(actual).items()):
        so_far += result - wanted.get(month, 0)
        found[month] = so_far
    return found
