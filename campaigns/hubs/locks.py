"""The lock of a space: who asks for it comes one after the other."""

from __future__ import annotations

from campaigns.hubs.models import Space


def lock_space(space: Space) -> Space:
    """Lock the row and return it fresh, with its hub. Call inside the transaction, before looking for clashes.

    The table's constraint alone forbids every overlap; the lock lets the second be told what it clashes with, and
    keeps two series from waiting for each other.
    """
    return Space.objects.select_for_update(of=("self",), no_key=True).select_related("hub").get(pk=space.pk)
