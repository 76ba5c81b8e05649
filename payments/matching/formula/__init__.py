"""The arithmetic of the match rules: whole cents in, whole cents out, no float, no database, no clock."""

from payments.matching.formula.per_pledge import (
    Drawn,
    Draws,
    PledgeChange,
    change_wanted,
    draw_for,
    draws_told,
    match_at,
    replay,
    replay_each,
    wanted_cents,
)
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
from payments.matching.formula.rounds import Pot, Share, share_out
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
    "Pot",
    "Quadratic",
    "Rule",
    "RuleError",
    "Share",
    "Step",
    "ThresholdShare",
    "TooManyPairsError",
    "change_wanted",
    "default_goal_cents",
    "draw_for",
    "draws_told",
    "fit_pot",
    "is_reached",
    "match_at",
    "match_for",
    "match_on_collected",
    "maximum_exposure",
    "pairwise_matches",
    "raw_matches",
    "read_rule",
    "replay",
    "replay_each",
    "run_rule",
    "share_out",
    "threshold_cents",
    "uncovered_cents",
    "wanted_cents",
]
