"""Which documents a sum of money is due: plain arithmetic on whole cents."""

from __future__ import annotations

from typing import Final

RECEIPT: Final = "receipt"
CONFIRMATION: Final = "confirmation"


def documents_due(*, net_cents: int, value_cents: int | None) -> dict[str, int]:
    """Give the documents that `net_cents` of a pledge, not given back, is due: kind → whole cents, all positive.

    Without a reward (`value_cents` None) all of it is a gift. With one, its declared value pays for the reward and the
    rest is a gift. What was given back is taken from the gift first: who keeps the reward has paid for it.

    Raises ValueError for a negative amount.
    """
    if net_cents < 0 or (value_cents or 0) < 0:
        raise ValueError("a receipt is for no negative amount")
    paid = min(net_cents, value_cents or 0)
    parts = {CONFIRMATION: paid, RECEIPT: net_cents - paid}
    return {kind: cents for kind, cents in parts.items() if cents}
