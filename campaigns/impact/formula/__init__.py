"""How far an indicator has come, and whether it is late. Exact, without database or clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

DUE_SOON: Final = dt.timedelta(days=30)
"""A measurement up to this long before the due date counts for it; so long before, it is asked for."""
SECOND_REMINDER: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Progress:
    """The part of the way from baseline to target that is made, exact; None with a reason where it has no meaning.

    `no_value`: nothing verified yet. `no_baseline`: nobody said where it began. `no_distance`: baseline and target are
    one, so the value holds or it doesn't. `reached` is known in every case but `no_value` and `no_baseline`.
    """

    share: Fraction | None
    reason: str = ""
    reached: bool = False

    @property
    def points(self) -> int | None:
        """Whole percent, rounded down, so that 100 means reached; below zero when it went the wrong way."""
        return None if self.share is None else int(self.share * 100 // 1)

    @property
    def bar(self) -> int:
        """Hundredths of a bar: from 0 to 100, whatever the value."""
        return min(max(self.points or 0, 0), 100)


def progress(*, baseline: Decimal | None, target: Decimal, value: Decimal | None) -> Progress:
    """Work out (value − baseline) ÷ (target − baseline): one rule for targets that rise and targets that fall.

    All three in the indicator's unit. Above 1 beyond the target, below 0 when it went the wrong way.
    """
    if value is None:
        return Progress(None, "no_value")
    if baseline is None:
        return Progress(None, "no_baseline")
    if target == baseline:
        return Progress(None, "no_distance", reached=value == target)
    share = (Fraction(value) - Fraction(baseline)) / (Fraction(target) - Fraction(baseline))
    return Progress(share, reached=share >= 1)


def timing(
    *, due_on: dt.date, today: dt.date, verified: Iterable[dt.date], waiting: Iterable[dt.date], reached: bool
) -> str:
    """Say where an indicator stands in time: `measured`, `waiting`, `late`, `soon` or `open`.

    It is measured once a measurement of the 30 days before the due date or later is verified, or the target is
    reached before. The due day itself is not late.
    """
    first = due_on - DUE_SOON
    if reached or any(day >= first for day in verified):
        return "measured"
    if any(day >= first for day in waiting):
        return "waiting"
    if today > due_on:
        return "late"
    return "soon" if today >= first else "open"
