"""What pages and the API read of debts and of the platform's own money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.models import OwnAdvance, Receivable, ReceivableClosing

if TYPE_CHECKING:
    from django.db.models import QuerySet


def receivables() -> QuerySet[Receivable]:
    """Return what organisations owe or owed, newest first."""
    return Receivable.objects.select_related("organisation", "campaign__project")


def closings() -> QuerySet[ReceivableClosing]:
    """Return what was said to have become of debts, newest first."""
    return ReceivableClosing.objects.select_related("receivable__organisation", "proposed_by", "decided_by")


def advances() -> QuerySet[OwnAdvance]:
    """Return the money of the platform's own that was paid in, newest first."""
    return OwnAdvance.objects.select_related("proposed_by", "decided_by")
