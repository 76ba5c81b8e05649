"""To share a sum out within bounds, exactly: the arithmetic of the generator. Whole numbers only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crowdfund.kit.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence


def split_within(total: int, weights: Sequence[int], low: int, high: int) -> list[int]:
    """Share `total` out by positive weights so that every part is from `low` to `high`; the parts add up exactly.

    Each part is `low` and a share of the rest by its weight; what would pass `high` ends there and lifts the others.
    Raises ValueError when no such parts exist.
    """
    count = len(weights)
    if not count * low <= total <= count * high:
        raise ValueError(f"{total} is not shared by {count} parts from {low} to {high}")
    parts = [low] * count
    rest, free = total - count * low, list(range(count))
    while rest:
        shares = Money(rest).split([weights[place] for place in free])
        over = {place for place, share in zip(free, shares, strict=True) if share.cents > high - low}
        if not over:
            for place, share in zip(free, shares, strict=True):
                parts[place] = low + share.cents
            break
        for place in over:
            parts[place] = high
        rest -= len(over) * (high - low)
        free = [place for place in free if place not in over]
    return parts
