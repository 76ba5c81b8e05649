"""What a project that applies may expect of a rule: the goal to ask of the crowd, and the match it would bring.

Amounts are whole cents, every division is rounded down, as in `payments.matching.formula`, which decides; the two are
held together by a property test.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Prospect:
    """What the crowd is asked, what the match adds when exactly that is given, and what nobody pays yet.

    `match_cents` is None where only the close of the call can tell (quadratic); `threshold_cents` where there is none.
    """

    cost_cents: int
    goal_cents: int
    match_cents: int | None
    threshold_cents: int | None

    @property
    def uncovered_cents(self) -> int:
        """Part of the cost that neither the goal nor the match pays: it needs another source."""
        return max(0, self.cost_cents - self.goal_cents - (self.match_cents or 0))

    @property
    def total_cents(self) -> int:
        """What the project would have: the goal and the match."""
        return self.goal_cents + (self.match_cents or 0)


def threshold_cents(data: Mapping[str, Any], cost_cents: int) -> int | None:
    """Smallest crowd that a threshold share asks for (crowd x 100 >= cost x percent); None for other kinds."""
    if data["kind"] != "threshold_share":
        return None
    return -(-cost_cents * int(data["crowd_threshold_percent"]) // 100)


def default_goal_cents(data: Mapping[str, Any], cost_cents: int) -> int:
    """Goal a campaign gets unless it chooses another: the threshold, or what the match leaves to find.

    `data` is a rule that `check_rule` found sound. Under `per_pledge` it is the smallest crowd that its own match
    completes; under `quadratic`, whose match nobody knows before the close, the whole cost.
    """
    kind = data["kind"]
    if kind == "threshold_share":
        threshold = threshold_cents(data, cost_cents) or 0
        return max(threshold, cost_cents - _share(data, cost_cents, threshold))
    if kind == "per_pledge":
        alone = -(-cost_cents * 100 // (100 + int(data["ratio_percent"])))
        return max(alone, cost_cents - _capped(data, cost_cents))
    if kind == "lump_sum":
        asked = min(data.get("at_amount_cents") or 1, cost_cents)
        return max(asked, cost_cents - int(data["sum_cents"]))
    return cost_cents


def prospect(data: Mapping[str, Any], *, cost_cents: int, goal_cents: int | None = None) -> Prospect:
    """Work out what a project of this cost would be matched when the crowd gives exactly its goal.

    Without `goal_cents` the default goal. Caps by pledge and by backer and the number of backers are not known before
    there is a crowd: the match is what the rule gives at most for that goal.
    """
    goal = default_goal_cents(data, cost_cents) if goal_cents is None else goal_cents
    return Prospect(cost_cents, goal, _match(data, cost_cents, goal), threshold_cents(data, cost_cents))


def _match(data: Mapping[str, Any], cost_cents: int, goal_cents: int) -> int | None:
    kind = data["kind"]
    if kind == "threshold_share":
        return _share(data, cost_cents, goal_cents)
    if kind == "per_pledge":
        return _capped(data, goal_cents * int(data["ratio_percent"]) // 100)
    if kind == "lump_sum":
        return int(data["sum_cents"]) if goal_cents >= (data.get("at_amount_cents") or 0) else 0
    return None


def _share(data: Mapping[str, Any], cost_cents: int, crowd_cents: int) -> int:
    if crowd_cents < (threshold_cents(data, cost_cents) or 0):
        return 0
    cents = _capped(data, cost_cents * int(data["match_share_percent"]) // 100)
    return max(0, min(cents, cost_cents - crowd_cents)) if data.get("within_cost") else cents


def _capped(data: Mapping[str, Any], cents: int) -> int:
    cap = data.get("match_cap_cents")
    return cents if cap is None else min(cents, int(cap))
