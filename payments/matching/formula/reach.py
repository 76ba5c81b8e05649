"""Rules with a mark to reach: `threshold_share` (the four Milan editions) and `lump_sum`.

Every division is of whole cents, rounded down; whether a mark is reached is never rounded.
"""

from fractions import Fraction
from typing import Literal

from payments.matching.formula.rules import LumpSum, ThresholdShare
from payments.matching.formula.steps import Crowd, Match, Step, lowered

ReachRule = ThresholdShare | LumpSum
OnShortfall = Literal["proceed", "refund"]


def threshold_cents(cost_cents: int, percent: int) -> int:
    """Smallest crowd, in cents, that reaches the threshold: crowd x 100 >= cost x percent."""
    return -(-cost_cents * percent // 100)


def is_reached(rule: ReachRule, *, cost_cents: int, crowd: Crowd) -> bool:
    """Say whether the crowd has done what the rule asks; a lump sum asks for every condition it names."""
    if isinstance(rule, ThresholdShare):
        return crowd.cents * 100 >= cost_cents * rule.crowd_threshold_percent
    enough_backers = rule.at_backers is None or crowd.backers >= rule.at_backers
    return enough_backers and (rule.at_amount_cents is None or crowd.cents >= rule.at_amount_cents)


def maximum_exposure(rule: ReachRule, cost_cents: int) -> int:
    """Most that one campaign can ever take from the pot, in cents: what its admission reserves.

    With `within_cost` the match is largest where the crowd stands exactly on the threshold.
    """
    if isinstance(rule, LumpSum):
        return rule.sum_cents
    return match_for(rule, cost_cents=cost_cents, crowd=_at_threshold(rule, cost_cents)).cents


def default_goal_cents(rule: ThresholdShare, cost_cents: int) -> int:
    """Goal a campaign gets unless it chooses another: the threshold, or what the match leaves to find."""
    threshold = threshold_cents(cost_cents, rule.crowd_threshold_percent)
    return max(threshold, cost_cents - maximum_exposure(rule, cost_cents))


def uncovered_cents(rule: ReachRule, *, cost_cents: int, goal: Crowd) -> int:
    """Part of the cost that neither the goal nor the match at the goal pays; it needs another source."""
    return max(0, cost_cents - goal.cents - match_for(rule, cost_cents=cost_cents, crowd=goal).cents)


def match_for(rule: ReachRule, *, cost_cents: int, crowd: Crowd) -> Match:
    """Compute the match of one campaign, before the pot is looked at, with every step.

    Steps of a threshold share: `threshold`, `reached` or `not_reached`, `share`, `cap`, `within_cost`;
    of a lump sum: `backers_asked`, `amount_asked`, `reached` or `not_reached`, `sum`.
    """
    reached = is_reached(rule, cost_cents=cost_cents, crowd=crowd)
    steps = _marks(rule, cost_cents, crowd)
    steps.append(Step("reached" if reached else "not_reached", {}, None if reached else 0))
    cents = _full_match(rule, cost_cents, crowd, steps) if reached else 0
    return Match(cents, reached, tuple(steps))


def match_on_collected(
    rule: ReachRule,
    *,
    cost_cents: int,
    pledged: Crowd,
    collected: Crowd,
    on_shortfall: OnShortfall = "proceed",
) -> Match:
    """Compute the match on what was collected, for a campaign decided on what was pledged at its deadline.

    What was reached at the deadline stays reached. When too little of it was collected, `proceed` scales
    the match of a crowd standing exactly on the mark by collected / mark (of money, or of backers; the
    smaller where a lump sum asks for both and both fell short), rounded down: step `shortfall`. `refund`
    gives the crowd its money back and no match: step `refunded`.
    """
    at_deadline = match_for(rule, cost_cents=cost_cents, crowd=pledged)
    if not at_deadline.reached:
        return at_deadline
    if is_reached(rule, cost_cents=cost_cents, crowd=collected):
        return match_for(rule, cost_cents=cost_cents, crowd=collected)
    if on_shortfall == "refund":
        return Match(0, reached=True, steps=(*at_deadline.steps, Step("refunded", {}, 0)))
    on_mark = pledged if isinstance(rule, LumpSum) else _at_threshold(rule, cost_cents)
    steps = [*_marks(rule, cost_cents, pledged), Step("reached")]
    full = _full_match(rule, cost_cents, on_mark, steps)
    part, whole = _shortfall(rule, cost_cents, collected)
    cents = full * part // whole
    numbers = {"collected_cents": collected.cents, "collected_backers": collected.backers}
    steps.append(Step("shortfall", {**numbers, "part": part, "whole": whole}, cents))
    return Match(cents, reached=True, steps=tuple(steps))


def _at_threshold(rule: ThresholdShare, cost_cents: int) -> Crowd:
    return Crowd(threshold_cents(cost_cents, rule.crowd_threshold_percent))


def _marks(rule: ReachRule, cost_cents: int, crowd: Crowd) -> list[Step]:
    if isinstance(rule, ThresholdShare):
        percent = rule.crowd_threshold_percent
        threshold = threshold_cents(cost_cents, percent)
        numbers = {"cost_cents": cost_cents, "percent": percent, "threshold_cents": threshold}
        return [Step("threshold", {**numbers, "crowd_cents": crowd.cents})]
    steps = []
    if rule.at_backers is not None:
        steps.append(Step("backers_asked", {"asked": rule.at_backers, "backers": crowd.backers}))
    if rule.at_amount_cents is not None:
        steps.append(Step("amount_asked", {"asked_cents": rule.at_amount_cents, "crowd_cents": crowd.cents}))
    return steps


def _full_match(rule: ReachRule, cost_cents: int, crowd: Crowd, steps: list[Step]) -> int:
    if isinstance(rule, LumpSum):
        steps.append(Step("sum", {}, rule.sum_cents))
        return rule.sum_cents
    cents = cost_cents * rule.match_share_percent // 100
    steps.append(Step("share", {"cost_cents": cost_cents, "percent": rule.match_share_percent}, cents))
    cap = rule.match_cap_cents
    cents = lowered(steps, cents, "cap", cap, cap_cents=cap or 0)
    room = cost_cents - crowd.cents if rule.within_cost else None
    return lowered(steps, cents, "within_cost", room, cost_cents=cost_cents, crowd_cents=crowd.cents)


def _shortfall(rule: ReachRule, cost_cents: int, collected: Crowd) -> tuple[int, int]:
    """What was collected and what was asked, of the mark that was missed by more."""
    if isinstance(rule, ThresholdShare):
        return collected.cents, threshold_cents(cost_cents, rule.crowd_threshold_percent)
    asked = ((collected.backers, rule.at_backers), (collected.cents, rule.at_amount_cents))
    return min(
        ((part, whole) for part, whole in asked if whole is not None and part < whole),
        key=lambda pair: Fraction(*pair),
    )
