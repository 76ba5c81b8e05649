"""The lock of this app, taken before every other of it: programme, then contract."""

from __future__ import annotations

from campaigns.calls.models import Programme


def lock_programme(programme_id: int) -> None:
    """Hold a programme's money until the transaction ends: contracts and pots take from it one after the other.

    Without it two of them could each find the same admitted money still there. Opening and topping up a pot hold the
    same row.
    """
    Programme.objects.select_for_update().get(pk=programme_id)
