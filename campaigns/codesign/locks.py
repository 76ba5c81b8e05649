"""The lock of a proposal's text: versions are numbered one after the other."""

from __future__ import annotations

from campaigns.codesign.models import Proposal


def lock_proposal(proposal: Proposal) -> Proposal:
    """Lock the row and return it fresh. Call inside the transaction, before the check."""
    return Proposal.objects.select_for_update().get(pk=proposal.pk)
