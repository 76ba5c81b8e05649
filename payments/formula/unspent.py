"""What was received and not spent: the city's match and the residents' money bear it in the same proportion."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Unspent:
    """What is left of what a project was paid, in whole cents: the match's part, the residents' part."""

    match_cents: int = 0
    crowd_cents: int = 0

    @property
    def total_cents(self) -> int:
        """Both together."""
        return self.match_cents + self.crowd_cents


def split_unspent(*, match_cents: int, crowd_cents: int, eligible_cents: int) -> Unspent:
    """Split what was received (match, crowd) less what was eligible by the share each had in what was received.

    The match's part is rounded up, so the odd cent goes back to the city; neither part is more than was received.
    """
    received = match_cents + crowd_cents
    left = max(0, received - eligible_cents)
    if not left:
        return Unspent()
    match = -(-left * match_cents // received)
    return Unspent(match, left - match)
