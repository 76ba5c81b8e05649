"""How much of a match hangs on a milestone: its share rounded down, and the last one the rest, to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WHOLE = 100


def milestone_left(
    milestone: int, *, match_cents: int, percents: Mapping[int, int], standing: Mapping[int, int]
) -> int:
    """Return what may still be proposed on one milestone, in whole cents.

    `match_cents` is the whole match, `percents` the share of each milestone, `standing` what was proposed, approved or
    paid on each. A share is rounded down; once every other milestone has had its own, the one that is left takes all
    that is left, so that nothing stays behind, in whatever order they were reached.
    """
    shares = {key: match_cents * percent // WHOLE for key, percent in percents.items()}
    others_done = all(standing.get(key, 0) >= share for key, share in shares.items() if key != milestone)
    if others_done and sum(percents.values()) == WHOLE:
        return max(0, match_cents - sum(standing.get(key, 0) for key in percents))
    return max(0, shares[milestone] - standing.get(milestone, 0))
