"""From which months money that went back is taken."""

from collections.abc import Mapping


def taken_back(held: Mapping[int, int], cents: int, first: int | None = None) -> list[tuple[int, int]]:
    """Split `cents` that went back over the months that hold money: (month, cents), never more than a month holds.

    `held` is what was booked by month (running numbers), `first` the month of what is undone: it gives first, then the
    newest, as a payout is taken back newest first. Gives less than `cents` when less is held.
    """
    order = sorted(held, key=lambda month: (month != first, -month))
    parts: list[tuple[int, int]] = []
    for month in order:
        part = min(held[month], cents)
        if part > 0:
            parts.append((month, part))
            cents -= part
    return parts
