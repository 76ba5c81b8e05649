"""Locks of co-design.

A proposal's: its versions are numbered one after the other. A need's: who shares it is counted under it, and merging
holds it while supporters move. Needs are locked in the order of their keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.codesign.models import Need, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable


def lock_proposal(proposal: Proposal) -> Proposal:
    """Lock the row and return it fresh. Call inside the transaction, before the check."""
    return Proposal.objects.select_for_update().get(pk=proposal.pk)


def lock_needs(needs: Iterable[Need]) -> dict[int, Need]:
    """Lock the rows, lowest key first, and return them fresh by their keys."""
    keys = {need.pk for need in needs}
    rows = Need.objects.defer("search").select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    return {row.pk: row for row in rows}
