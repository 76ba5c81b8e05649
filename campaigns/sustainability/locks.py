"""The locks of the accounts: a month's, and before it that of a project's whole books."""

from __future__ import annotations

from campaigns.models import Project
from campaigns.sustainability.models import Books, MonthlyAccount


def lock_books_of(project_id: int) -> Books | None:
    """Lock whether and what a project's books are, and return them; None while they are not open.

    It is the project's row that is locked, so that opening the books and booking money wait for each other even before
    there are any. Call inside the transaction, after every lock of money.
    """
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project_id)
    return Books.objects.filter(project=project_id).first()


def lock_month(account: MonthlyAccount) -> MonthlyAccount:
    """Lock the row and return it fresh. Call inside the transaction, before the check."""
    return MonthlyAccount.objects.select_for_update().get(pk=account.pk)
