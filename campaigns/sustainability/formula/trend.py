"""A straight line through a series that a few odd months can't tilt, with one step where there was one.

Source: P. K. Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", Journal of the American
Statistical Association 63, 1968 (the median of all slopes between two points; up to 29 % of the points may
be wild). Floats are at home here: an estimate is not money, and is rounded to whole cents at the edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

SHORTEST_PART: Final = 6
"""Months needed on either side of a step, so that a short shock is not taken for one."""

_YEAR: Final = 12
_LONG_SERIES: Final = 24
_STEP_GAIN_LONG: Final = 0.60
_STEP_GAIN_SHORT: Final = 0.45
"""A step is believed when it cuts the total miss to this part; harder in a series of under two years, where
a season looks like one."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A line: its slope a month, its level at place 0 as of the last part, where that part starts, misses."""

    slope: float
    level: float
    step: int
    residuals: tuple[float, ...]

    @property
    def miss(self) -> float:
        """Sum of absolute residuals."""
        return sum(map(abs, self.residuals))

    def at(self, place: int) -> float:
        """Value of the line at a place, from the last part on."""
        return self.level + self.slope * place


def line_through(series: Sequence[float], step: int = 0) -> Trend:
    """Fit a line by Theil and Sen; with a step, one slope for both parts and a level for each."""
    parts = [(0, step), (step, len(series))] if step else [(0, len(series))]
    slope = median(
        (series[later] - series[place]) / (later - place)
        for start, end in parts
        for place in range(start, end)
        for later in range(place + 1, end)
    )
    flat = [value - slope * place for place, value in enumerate(series)]
    levels = [median(flat[start:end]) for start, end in parts]
    residuals = [
        flat[place] - level
        for level, (start, end) in zip(levels, parts, strict=True)
        for place in range(start, end)
    ]
    return Trend(slope, levels[-1], step, tuple(residuals))


def find_trend(series: Sequence[float]) -> Trend:
    """Fit a line, with the one step that helps most when it helps enough."""
    plain = best = line_through(series)
    gain = _STEP_GAIN_LONG if len(series) >= _LONG_SERIES else _STEP_GAIN_SHORT
    for step in range(SHORTEST_PART, len(series) - SHORTEST_PART + 1):
        stepped = line_through(series, step)
        if stepped.miss < min(best.miss, gain * plain.miss):
            best = stepped
    return best


def seasons_of(residuals: Sequence[float]) -> list[float]:
    """Find what each of the 12 places in the year adds, as medians that add up to nothing."""
    adds = [median(residuals[place::_YEAR]) for place in range(_YEAR)]
    mean = sum(adds) / _YEAR
    return [one - mean for one in adds]


@dataclass(frozen=True, slots=True)
class Shape:
    """A trend, what the season adds at each of 12 places, and the series without its season."""

    trend: Trend
    season: tuple[float, ...] | None
    calm: tuple[float, ...]

    def at(self, place: int) -> float:
        """Value expected at a place."""
        return self.trend.at(place) + (self.season[place % _YEAR] if self.season else 0)


_SEASON_GAIN: Final = 0.5
_ROUNDS: Final = 2


def find_shape(series: Sequence[float]) -> Shape:
    """Find trend and season; a season needs two years, and must cut the total miss to half.

    (Twelve medians fitted to noise alone cut it to about 0.7.)
    """
    plain = Shape(find_trend(series), None, tuple(series))
    if len(series) < _LONG_SERIES:
        return plain
    season = seasons_of(line_through(series).residuals)
    for _ in range(_ROUNDS):
        trend = find_trend(_without(series, season))
        season = seasons_of([one + season[place % _YEAR] for place, one in enumerate(trend.residuals)])
    calm = _without(series, season)
    seasonal = Shape(find_trend(calm), tuple(season), tuple(calm))
    return seasonal if seasonal.trend.miss < _SEASON_GAIN * plain.trend.miss else plain


def _without(series: Sequence[float], season: Sequence[float]) -> list[float]:
    return [value - season[place % _YEAR] for place, value in enumerate(series)]
