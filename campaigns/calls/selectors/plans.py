"""A business plan as pages show it: month by month, with totals, and as two lines of a chart."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from campaigns.enums import CostKind, IncomeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

APART = frozenset({IncomeKind.IN_KIND, CostKind.INVESTMENT})
"""No operating income and no operating costs, as in the accounts: shown by kind, left out of the sums."""
INCOME = frozenset(IncomeKind.values) - APART
COSTS = frozenset(CostKind.values) - APART
LABELS = {**dict(IncomeKind.choices), **dict(CostKind.choices)}


@dataclasses.dataclass(frozen=True)
class MonthSeen:
    """One month of a plan, in whole cents: operating income and costs."""

    month: int
    income_cents: int
    cost_cents: int
    is_written: bool

    @property
    def balance_cents(self) -> int:
        """What is left of the month."""
        return self.income_cents - self.cost_cents


@dataclasses.dataclass(frozen=True)
class PlanSeen:
    """A plan: its months, its sums by kind, its sums over all."""

    months: Sequence[MonthSeen]
    by_kind: Sequence[tuple[str, int]]
    income_cents: int
    cost_cents: int

    @property
    def balance_cents(self) -> int:
        """What is left of the whole plan."""
        return self.income_cents - self.cost_cents

    @property
    def chart_labels(self) -> list[int]:
        """The months, as the chart names them."""
        return [one.month for one in self.months]

    @property
    def chart_lines(self) -> list[dict[str, Any]]:
        """Income against costs."""
        return [
            {"label": _("Income"), "values": [one.income_cents for one in self.months]},
            {"label": _("Costs"), "values": [one.cost_cents for one in self.months]},
        ]


def plan_seen(rows: Iterable[Mapping[str, Any]], *, least: int) -> PlanSeen:
    """Return a plan (rows of month, kind, whole cents) with `least` months or as many as it has."""
    lines = list(rows)
    last = max([least, *(line["month"] for line in lines)])
    months = [
        _month(number, [line for line in lines if line["month"] == number]) for number in range(1, last + 1)
    ]
    sums = {
        kind: sum(line["amount_cents"] for line in lines if line["kind"] == kind)
        for kind in LABELS
        if any(line["kind"] == kind for line in lines)
    }
    return PlanSeen(
        months,
        [(str(LABELS[kind]), cents) for kind, cents in sums.items()],
        sum(one.income_cents for one in months),
        sum(one.cost_cents for one in months),
    )


def _month(number: int, lines: Sequence[Mapping[str, Any]]) -> MonthSeen:
    income = sum(line["amount_cents"] for line in lines if line["kind"] in INCOME)
    cost = sum(line["amount_cents"] for line in lines if line["kind"] in COSTS)
    return MonthSeen(number, income, cost, bool(lines))
