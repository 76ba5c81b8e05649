"""The next 12 months of earned income and costs, with an interval that holds 8 times in 10.

How: a robust trend with at most one step, and a season where two years show one (`trend`), on the amounts
or on their logarithms, whichever makes the series likelier (G. E. P. Box, D. R. Cox, "An Analysis of
Transformations", Journal of the Royal Statistical Society B 26(2), 1964). The interval is that of a
regression forecast with Student's factor for few months, made wider where the same method, tried on the
series' own past, missed more often than it should. It is calibrated in the tests, on series with a known
answer. It knows nothing of what the future changes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, hypot, log, sqrt
from statistics import median
from typing import Final, Literal, NamedTuple

from campaigns.sustainability.formula.figures import Accounts
from campaigns.sustainability.formula.ratios import run_start
from campaigns.sustainability.formula.trend import SHORTEST_PART, Shape, find_shape, line_through

HORIZON: Final = 12
LEAST_MONTHS: Final = 6
MOST_MONTHS: Final = 48
"""Older months say little about the next ones."""

_LOG_FROM: Final = 12
_LOG_MARGIN: Final = 0.05
_YOUNG: Final = 1.3
_WIDEST: Final = 4.0
_SEASON_WIDTH: Final = 1.12
_WILD: Final = 5.2  # in medians of the absolute residuals: about 3.5 standard deviations
_WILD_SEASONAL: Final = 8.3  # a third of the residuals from medians of three are 0: the median is too small
_FEW_ERRORS: Final = 10


class Point(NamedTuple):
    """What is expected of one month, in whole cents, and between which two amounts 8 times in 10."""

    month: int
    mid: int
    low: int
    high: int


class Span(NamedTuple):
    """A month expected, the earliest and the latest of the interval; None is "not within the forecast"."""

    mid: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next 12 months of earned income and operating costs, and when the one covers the other."""

    earned: tuple[Point, ...]
    costs: tuple[Point, ...]
    break_even: Span


def forecast(accounts: Accounts) -> Forecast | Literal["too_early", "gap"]:
    """Forecast from the latest unbroken run of months, the last 48 at most.

    `too_early` below 6 months; `gap` when there are as many, but not in a row up to the last.
    """
    months = _latest_run(accounts)
    if len(months) < LEAST_MONTHS:
        return "too_early" if len(accounts) < LEAST_MONTHS else "gap"
    recent = months[-MOST_MONTHS:]
    earned = forecast_series([accounts[month].earned for month in recent], after=recent[-1])
    costs = forecast_series([accounts[month].operating_costs for month in recent], after=recent[-1])
    margins = {month: one.earned - one.operating_costs for month, one in accounts.items()}
    return Forecast(earned, costs, _break_even(margins, earned, costs))


def _latest_run(accounts: Accounts) -> list[int]:
    run: list[int] = []
    for month in sorted(accounts, reverse=True):
        if run and run[-1] - month > 1:
            break
        run.append(month)
    return run[::-1]


def _break_even(margins: Mapping[int, int], earned: Sequence[Point], costs: Sequence[Point]) -> Span:
    """Take break-even with the margin as expected, at its better and at its worse end.

    The two series miss independently: their distances add up as the sides of a right angle.
    """
    mid, better, worse = dict(margins), dict(margins), dict(margins)
    for one, cost in zip(earned, costs, strict=True):
        margin = one.mid - cost.mid
        mid[one.month] = margin
        better[one.month] = margin + round(hypot(one.high - one.mid, cost.mid - cost.low))
        worse[one.month] = margin - round(hypot(one.mid - one.low, cost.high - cost.mid))
    return Span(run_start(mid), run_start(better), run_start(worse))


def forecast_series(amounts: Sequence[int], *, after: int) -> tuple[Point, ...]:
    """Forecast the 12 months after month `after` from at least 6 monthly amounts in cents, none below 0."""
    shape, back = _likeliest(amounts)
    count = len(amounts)
    noise = _noise(shape) * _own_past(shape)
    points = []
    for ahead in range(1, HORIZON + 1):
        mid = shape.at(count - 1 + ahead)
        width = noise * _spread(count, shape, ahead)
        low, expected, high = (max(0, round(back(value))) for value in (mid - width, mid, mid + width))
        points.append(Point(after + ahead, expected, low, high))
    return tuple(points)


def _likeliest(amounts: Sequence[int]) -> tuple[Shape, Callable[[float], float]]:
    """Shape of the amounts, or of their logarithms with the way back."""
    count = len(amounts)
    plain = find_shape([float(one) for one in amounts])
    if count >= _LOG_FROM and min(amounts) > 0:
        logs = [log(one) for one in amounts]
        logged = find_shape(logs)
        if plain.trend.miss > 0 and logged.trend.miss > 0:
            gain = log(plain.trend.miss) - log(logged.trend.miss) - sum(logs) / count
            if gain > _LOG_MARGIN:
                return logged, exp
    return plain, float


def _free(shape: Shape) -> int:
    """Months that are left to tell the noise once the shape has taken its own."""
    taken = 2 + (1 if shape.trend.step else 0) + (11 if shape.season else 0)
    return max(len(shape.calm) - taken, 2)


def _tame(residuals: Sequence[float], shape: Shape) -> list[float]:
    """Residuals without the wild ones: a shock that passed is no measure of ordinary months."""
    limit = _wild_beyond(shape)
    return [one for one in residuals if abs(one) <= limit]


def _wild_beyond(shape: Shape) -> float:
    return median(map(abs, shape.trend.residuals)) * (_WILD_SEASONAL if shape.season else _WILD)


def _noise(shape: Shape) -> float:
    """Half-width, in standard deviations of one month's noise times Student's factor, of 80 %.

    The later half counts alone where it is the noisier: amounts that grow often grow noisier.
    """
    residuals = shape.trend.residuals
    count, free = len(residuals), _free(shape)
    tame = _tame(residuals, shape)
    noise = sqrt(sum(one * one for one in tame) / max(len(tame) - (count - free), 2))
    if count >= (36 if shape.season else 18):
        late = _tame(residuals[-(count // 2) :], shape)
        noise = max(noise, sqrt(sum(one * one for one in late) / (max(1, len(late)) * free / count)))
    return noise * _student(free) * (_SEASON_WIDTH if shape.season else 1)


def _student(free: int) -> float:
    """Student's 90 % point, by the first term of its expansion about the normal's 1.2816."""
    return 1.2816 + 0.847 / free


def _spread(count: int, shape: Shape, ahead: int) -> float:
    """How much wider than one month's noise the forecast is: level, slope and season are estimates too."""
    step = shape.trend.step
    part = count - step
    squares = (step * (step * step - 1) + part * (part * part - 1)) / 12
    distance = count - 1 + ahead - (step + count - 1) / 2
    season = 14 / count if shape.season else 0
    return sqrt(1 + 1.2 / part + 1.1 * distance * distance / squares + season)


def _own_past(shape: Shape) -> float:
    """Factor, 1 to 4, by which the interval must widen to have held 80 % of the series' own past."""
    errors = sorted(_past_errors(shape))
    if len(errors) < _FEW_ERRORS:
        return _YOUNG
    return max(1.0, min(_WIDEST, errors[len(errors) * 4 // 5]))


def _past_errors(shape: Shape) -> list[float]:
    """Misses of forecasts made from earlier months, in half-widths of their intervals; wild months left out."""
    calm, step = shape.calm, shape.trend.step
    limit = _wild_beyond(shape)
    errors: list[float] = []
    for known in range(step + SHORTEST_PART if step else max(SHORTEST_PART, len(calm) // 2), len(calm)):
        trend = line_through(calm[:known], step)
        past = Shape(trend, shape.season, calm[:known])
        tame = _tame(trend.residuals, past)
        free = max(len(tame) - (known - _free(past)), 2)
        noise = sqrt(sum(one * one for one in tame) / free) * _student(free)
        if noise:
            errors += [
                abs(calm[place] - trend.at(place)) / (noise * _spread(known, past, place - known + 1))
                for place in range(known, min(known + HORIZON, len(calm)))
                if abs(shape.trend.residuals[place]) <= limit
            ]
    return errors
