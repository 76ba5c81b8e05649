"""The arithmetic of calls: whether a rule's data is sound, and what a project may expect of it."""

from campaigns.calls.formula.prospect import Prospect, default_goal_cents, prospect, threshold_cents
from campaigns.calls.formula.soundness import KINDS, Problem, check_rule, rule_fields

__all__ = [
    "KINDS",
    "Problem",
    "Prospect",
    "check_rule",
    "default_goal_cents",
    "prospect",
    "rule_fields",
    "threshold_cents",
]
