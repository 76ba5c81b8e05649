"""The arithmetic of the match rules: whole cents in, whole cents out, no float, no database, no clock."""

from payments.matching.formula.per_pledge import Drawn, Draws, PledgeChange, draw_for, replay, wanted_cents
from payments.matching.formula.quadratic import TooManyPairsError, fit_pot, pairwise_matches, raw_matches
from payments.matching.formula.reach import (
    default_goal_cents,
    is_reached,
    match_for,
    match_on_collected,
    maximum_exposure,
    threshold_cents,
    uncovered_cents,
)
from payments.matching.formula.rules import (
    LumpSum,
    PerPledge,
    Quadratic,
    Rule,
    RuleError,
    ThresholdShare,
    read_rule,
)
from payments.matching.formula.runs import Campaign, Gift, GiftList, Gifts, Outcome, run_rule
from payments.matching.formula.steps import Crowd, Match, Step

__all__ = [
    "Campaign",
    "Crowd",
    "Drawn",
    "Draws",
    "Gift",
    "GiftList",
    "Gifts",
    "LumpSum",
    "Match",
    "Outcome",
    "PerPledge",
    "PledgeChange",
    "Quadratic",
    "Rule",
    "RuleError",
    "Step",
    "ThresholdShare",
    "TooManyPairsError",
    "default_goal_cents",
    "draw_for",
    "fit_pot",
    "is_reached",
    "match_for",
    "match_on_collected",
    "maximum_exposure",
    "pairwise_matches",
    "raw_matches",
    "read_rule",
    "replay",
    "run_rule",
    "threshold_cents",
    "uncovered_cents",
    "wanted_cents",
]
