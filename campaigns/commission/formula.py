"""How a commission's points become a ranking: exact fractions, no database, no clock, no float.

A criterion's mean is the sum of its points over the sheets that count, divided by their number. The score is the
weighted mean of the shares of the most points, out of 100:

    score = 100 · Σ weight · mean / most  ÷  Σ weight

Nothing is rounded before two scores are compared; `hundredths` rounds half up for showing alone.
"""

from __future__ import annotations

import dataclasses
import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CRITERION, LOWER_COST, EARLIER, LOTS = "criterion", "lower_cost", "earlier", "lots"
OVERALL = 0
"""In a list of failed minimums: the score itself; criteria count from 1."""


class LotsNeeded(ValueError):  # noqa: N818 - it says what is needed
    """Two applications are equal in everything before the lots, and no number was drawn."""


@dataclasses.dataclass(frozen=True, slots=True)
class Criterion:
    """What is scored: its number from 1, most points and least mean in tenths, and its weight."""

    number: int
    max_tenths: int
    weight: int
    min_tenths: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Grid:
    """How a call ranks: least score in hundredths, and what decides between equals, the lots last."""

    criteria: tuple[Criterion, ...]
    minimum_hundredths: int
    tie_breakers: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """An application: the tenths of all its sheets by criterion, how many sheets, its cost, and when it came in.

    `submitted` orders by time: a number or text of one form.
    """

    key: int
    sums: Mapping[int, int]
    sheets: int
    cost_cents: int
    submitted: str


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where an application stands: rank from 1 (None below a minimum), score, minimums failed.

    `decided_by` is the tie-breaker that put it below the application just above, where both have the same score.
    """

    key: int
    rank: int | None
    score: Fraction
    failed: tuple[int, ...]
    decided_by: str = ""


def mean(entry: Entry, number: int) -> Fraction:
    """Return a criterion's mean in tenths, exactly. Raises ValueError without a sheet."""
    if entry.sheets < 1:
        raise ValueError("no sheet counts")
    return Fraction(entry.sums.get(number, 0), entry.sheets)


def score(criteria: Sequence[Criterion], entry: Entry) -> Fraction:
    """Return the weighted mean out of 100, exactly."""
    weights = sum(criterion.weight for criterion in criteria)
    parts = (one.weight * mean(entry, one.number) / one.max_tenths for one in criteria)
    return 100 * sum(parts, Fraction(0)) / weights


def hundredths(exact: Fraction) -> int:
    """Round a score to whole hundredths of a point, half up: for showing, never for comparing."""
    scaled = 100 * exact
    return (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)


def failed(grid: Grid, entry: Entry) -> tuple[int, ...]:
    """Return the criteria whose mean is below their minimum, and `OVERALL` when the score is below the call's."""
    low = [
        one.number
        for one in grid.criteria
        if one.min_tenths is not None and mean(entry, one.number) < one.min_tenths
    ]
    below = 100 * score(grid.criteria, entry) < grid.minimum_hundredths
    return (*low, OVERALL) if below else tuple(low)


def lot(seed: str, key: int) -> str:
    """Draw an application's lot: SHA-256 of `seed:number of the application`; the smallest comes first."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def rank(grid: Grid, entries: Iterable[Entry], seed: str = "") -> list[Place]:
    """Rank applications: the eligible by score and tie-breakers from rank 1, then the others by score, unranked.

    The order of `entries` changes nothing. Raises `LotsNeeded` when equals come down to the lots and `seed` is empty.
    """
    scored = [(entry, score(grid.criteria, entry), failed(grid, entry)) for entry in entries]
    fit = [(entry, exact) for entry, exact, low in scored if not low]
    ordered = sorted(fit, key=lambda pair: (-pair[1], *_keys(grid, pair[0], seed), pair[0].key))
    places = []
    for number, (entry, exact) in enumerate(ordered, start=1):
        above = ordered[number - 2] if number > 1 else None
        tie = _decider(grid, above[0], entry, seed) if above and above[1] == exact else ""
        places.append(Place(entry.key, number, exact, (), tie))
    rest = sorted(((e, x, low) for e, x, low in scored if low), key=lambda row: (-row[1], row[0].key))
    return [*places, *(Place(entry.key, None, exact, low) for entry, exact, low in rest)]


def tie_key(grid: Grid, name: str, entry: Entry, seed: str) -> Any:
    """Return what a tie-breaker orders by, the smaller the better."""
    if name == LOWER_COST:
        return entry.cost_cents
    if name == EARLIER:
        return entry.submitted
    if name == LOTS:
        return lot(seed, entry.key)
    return -mean(entry, int(name.partition(":")[2]))


def _keys(grid: Grid, entry: Entry, seed: str) -> tuple[Any, ...]:
    return tuple(tie_key(grid, name, entry, seed) for name in grid.tie_breakers)


def _decider(grid: Grid, above: Entry, below: Entry, seed: str) -> str:
    for name in grid.tie_breakers:
        if name == LOTS and not seed:
            raise LotsNeeded(f"{above.key} and {below.key}")
        if tie_key(grid, name, above, seed) != tie_key(grid, name, below, seed):
            return name
    return ""


def read_grid(data: Mapping[str, Any]) -> Grid:
    """Read a grid as a published list carries it."""
    criteria = tuple(
        Criterion(one["number"], one["max_tenths"], one["weight"], one["min_tenths"])
        for one in data["criteria"]
    )
    return Grid(criteria, data["minimum_hundredths"], tuple(data["tie_breakers"]))


def read_entry(data: Mapping[str, Any]) -> Entry:
    """Read an entry as a published list carries it; JSON has made text of the criteria's numbers."""
    return Entry(
        key=data["application"],
        sums={int(number): tenths for number, tenths in data["sums"].items()},
        sheets=data["sheets"],
        cost_cents=data["cost_cents"],
        submitted=data["submitted_at"],
    )
