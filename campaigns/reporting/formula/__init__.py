"""What was planned, reported, found eligible and is left, and when a line is overspent. Whole cents, no floats."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

OVER_PERCENT: Final = 10
"""A budget line may be overspent by a tenth without a word."""

REPORT_WITHIN: Final = dt.timedelta(days=30)
"""A milestone's report is due this long after the milestone."""

FINAL_WITHIN: Final = dt.timedelta(days=60)
"""The final report is due this long after the last milestone, or after a project has stopped."""

NO_MILESTONES: Final = dt.timedelta(days=365)
"""Without milestones the work is taken to end a year after the deadline of the campaign."""

FIRST_REMINDER, SECOND_REMINDER = dt.timedelta(days=0), dt.timedelta(days=7)


@dataclasses.dataclass(frozen=True)
class Spent:
    """One budget line against what was spent on it; whole cents. `waiting` is reported and not examined yet."""

    planned_cents: int
    reported_cents: int = 0
    eligible_cents: int = 0
    waiting_cents: int = 0

    @property
    def left_cents(self) -> int:
        """What of the line is neither spent nor waiting to be examined; never below zero."""
        return max(0, self.planned_cents - self.eligible_cents - self.waiting_cents)

    @property
    def is_over(self) -> bool:
        """Whether more than a tenth above the plan was reported and not refused."""
        return is_over(self.planned_cents, self.eligible_cents + self.waiting_cents)


def is_over(planned_cents: int, spent_cents: int) -> bool:
    """Say whether `spent_cents` is more than ten per cent above what was planned: exactly ten is not."""
    return spent_cents * 100 > planned_cents * (100 + OVER_PERCENT)


def report_due(milestone_on: dt.date, today: dt.date) -> dt.date:
    """Return when the report of a milestone is due: thirty days after it, and never before a month from today."""
    return max(milestone_on + REPORT_WITHIN, today + REPORT_WITHIN)


def final_due(milestones_on: list[dt.date], deadline_on: dt.date, today: dt.date) -> dt.date:
    """Return when the final report is due: sixty days after the last milestone, or after a year without any."""
    ends_on = max(milestones_on) if milestones_on else deadline_on + NO_MILESTONES
    return max(ends_on + FINAL_WITHIN, today + REPORT_WITHIN)
