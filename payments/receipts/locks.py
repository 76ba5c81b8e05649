"""The locks of receipts. The series comes last of all: after the pledge, and whatever else the deed holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from payments.receipts.models import ReceiptSeries

if TYPE_CHECKING:
    from accounts.models import Organisation

ISSUER_LOCK = 7_310


def lock_series(organisation: Organisation, year: int) -> ReceiptSeries:
    """Lock an organisation's numbers of a year until the transaction ends, and read them anew.

    A number and its document are written under it, so that one who rolls back or dies leaves no gap.
    """
    ReceiptSeries.objects.bulk_create(
        [ReceiptSeries(organisation=organisation, year=year)], ignore_conflicts=True
    )
    return (
        ReceiptSeries.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(organisation=organisation, year=year)
    )


def may_issue_for(organisation_id: int) -> bool:
    """Say whether this transaction is the one that issues what is due for an organisation; never waits.

    One at a time, so that documents are numbered in the order of collection.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [ISSUER_LOCK, organisation_id])
        return bool(cursor.fetchone()[0])
