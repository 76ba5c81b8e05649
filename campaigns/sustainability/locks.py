"""The lock of a month: closing, revising and correcting it wait for each other."""

from __future__ import annotations

from campaigns.sustainability.models import MonthlyAccount


def lock_month(account: MonthlyAccount) -> MonthlyAccount:
    """Lock the row and return it fresh. Call inside the transaction, before the check."""
    return MonthlyAccount.objects.select_for_update().get(pk=account.pk)
