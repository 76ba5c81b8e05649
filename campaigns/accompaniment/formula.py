"""How long enterprises live: the product-limit estimate, in exact fractions. No database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Life:
    """For how many whole months an enterprise was seen, and whether it closed then (or was still alive)."""

    months: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Step:
    """After so many months: how many had been seen that long, how many of them closed, what part lives on."""

    months: int
    at_risk: int
    closed: int
    surviving: Fraction


def whole_months(first: date, last: date) -> int:
    """Whole months from one day to a later one; the 31st to the 30th of the next month is none yet."""
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def survival(lives: Sequence[Life]) -> list[Step]:
    """Estimate what part of enterprises lives on after each number of months in which one closed.

    Those still alive count for as long as they were seen, and then leave without counting as closed. Starts with
    month 0, where all live. The estimate says nothing beyond the longest life seen.

    Source: E. L. Kaplan, P. Meier, "Nonparametric Estimation from Incomplete Observations", Journal of the American
    Statistical Association 53(282), 1958.
    """
    part = Fraction(1)
    steps = [Step(0, len(lives), 0, part)]
    for months in sorted({life.months for life in lives if life.closed}):
        at_risk = sum(life.months >= months for life in lives)
        closed = sum(life.closed and life.months == months for life in lives)
        part *= Fraction(at_risk - closed, at_risk)
        steps.append(Step(months, at_risk, closed, part))
    return steps


def surviving_after(steps: Sequence[Step], months: int) -> Fraction:
    """Read the estimate at a number of months."""
    return [step.surviving for step in steps if step.months <= months][-1]
