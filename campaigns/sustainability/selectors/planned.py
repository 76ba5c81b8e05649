"""A project's business plan beside its accounts."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from campaigns.sustainability.formula import Figures, added_up, break_even_month, month_of
from campaigns.sustainability.formula.planning import WhatIf, changed, cumulative_difference, planned
from campaigns.sustainability.models import FIGURES
from campaigns.sustainability.selectors.accounts import accounts_of, closed_months

if TYPE_CHECKING:
    from campaigns.sustainability.formula import Accounts
    from campaigns.sustainability.models import Books


@dataclasses.dataclass(frozen=True)
class KindRow:
    """One kind over the closed months: what was planned for them, and what came; whole cents."""

    kind: str
    planned_cents: int
    actual_cents: int

    @property
    def difference_cents(self) -> int:
        """How much more came than was planned."""
        return self.actual_cents - self.planned_cents


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Plan, plan as it would be, and closed accounts, by running month; the plan's first month is the books' first."""

    plan: Accounts
    otherwise: Accounts
    actual: Accounts

    @property
    def kinds(self) -> list[str]:
        """The kinds that anything was planned or booked of."""
        both = [*self.plan.values(), *self.actual.values()]
        return [kind for kind in FIGURES if any(getattr(one, kind) for one in both)]

    @property
    def by_kind(self) -> list[KindRow]:
        """Each kind summed over the closed months."""
        wanted = _sum([one for month, one in self.plan.items() if month in self.actual])
        came = _sum(list(self.actual.values()))
        return [KindRow(kind, getattr(wanted, kind), getattr(came, kind)) for kind in self.kinds]

    @property
    def differences(self) -> dict[int, int]:
        """The cumulative difference of the results by closed month."""
        return cumulative_difference(self.plan, self.actual)

    @property
    def break_even(self) -> int | None:
        """The month from which the plan covers its costs, to its end."""
        return break_even_month(self.plan)

    @property
    def break_even_otherwise(self) -> int | None:
        """The same of the plan as it would be."""
        return break_even_month(self.otherwise)


def _sum(months: list[Figures]) -> Figures:
    return added_up(months) if months else Figures(month=0)


def compared(books: Books, what: WhatIf) -> Comparison:
    """Put a project's plan, its change and its closed months side by side; two queries."""
    lines = books.project.plan_lines.values_list("month", "kind", "amount_cents")
    plan = planned(lines, month_of(books.opened_on))
    return Comparison(plan, changed(plan, what), accounts_of(closed_months(books.project)))
