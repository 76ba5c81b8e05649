"""The four match rules as values: plain data that was checked, read into a type for each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from campaigns.calls.formula import Problem, check_rule


@dataclass(frozen=True, slots=True)
class ThresholdShare:
    """Once the crowd has given a share of the cost, the city gives its own share of it, up to a cap."""

    crowd_threshold_percent: int
    match_share_percent: int
    match_cap_cents: int | None = None
    within_cost: bool = False
    pot_cents: int | None = None


@dataclass(frozen=True, slots=True)
class PerPledge:
    """So many cents for each euro pledged, within caps, while the pot lasts: first come, first served."""

    ratio_percent: int
    cap_per_pledge_cents: int | None = None
    cap_per_backer_cents: int | None = None
    match_cap_cents: int | None = None
    pot_cents: int | None = None


@dataclass(frozen=True, slots=True)
class LumpSum:
    """One sum, once there are so many backers, or so much money, or both where both are asked."""

    sum_cents: int
    at_backers: int | None = None
    at_amount_cents: int | None = None
    pot_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Quadratic:
    """Many small gifts draw more than one large one; with a bound, pairs who agree everywhere draw less."""

    match_cap_cents: int | None = None
    pairwise_bound_cents: int | None = None
    pot_cents: int | None = None


Rule = ThresholdShare | PerPledge | LumpSum | Quadratic

_KINDS: Final[Mapping[str, type[Rule]]] = {
    "threshold_share": ThresholdShare,
    "per_pledge": PerPledge,
    "lump_sum": LumpSum,
    "quadratic": Quadratic,
}


class RuleError(ValueError):
    """The data is no rule that can be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.code}" for problem in problems))
        self.problems = tuple(problems)


def read_rule(data: Mapping[str, Any]) -> Rule:
    """Read a rule's data into its type; terms that are not arithmetic (days, excluded zones) stay behind.

    Raises RuleError with every problem found by `campaigns.calls.formula.check_rule`.
    """
    problems = check_rule(data)
    if problems:
        raise RuleError(problems)
    kind = _KINDS[data["kind"]]
    names = {one.name for one in fields(kind)}
    return kind(**{name: value for name, value in data.items() if name in names and value is not None})
