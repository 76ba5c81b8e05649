"""What the service booked by itself in a project's accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from campaigns.sustainability.models import BOOKED_KINDS, BookedMoney

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.sustainability.models import Books


def booked_cents(books: Books, kind: str) -> int:
    """Return the sum of one kind over all months, in whole cents."""
    rows = BookedMoney.objects.filter(books=books, kind=kind)
    return int(rows.aggregate(cents=Sum("cents", default=0))["cents"])


def booked_in(books: Books, month: dt.date) -> dict[str, int]:
    """Return what was booked in a month as its account's columns: `booked_…_cents`, absent is 0."""
    rows = BookedMoney.objects.filter(books=books, month=month).order_by()
    sums = rows.values_list("kind").annotate(cents=Sum("cents"))
    return {f"booked_{kind}_cents": int(cents) for kind, cents in sums}


def months_unlike(books: Books) -> list[dt.date]:
    """Return the months entered whose columns are not the sum of the rows booked in them."""
    sums: dict[tuple[dt.date, str], int] = {}
    for month, kind, cents in BookedMoney.objects.filter(books=books).values_list("month", "kind", "cents"):
        sums[month, kind] = sums.get((month, kind), 0) + cents
    return [
        account.month
        for account in books.months.all()
        if any(account.booked_cents(kind) != sums.get((account.month, kind), 0) for kind in BOOKED_KINDS)
    ]
