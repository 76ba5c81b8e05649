"""Book what this service paid to a project by itself, and take back what went back: each event once."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext, override

from campaigns.sustainability.formula import first_day, month_of
from campaigns.sustainability.formula.booking import taken_back
from campaigns.sustainability.locks import lock_books_of
from campaigns.sustainability.models import BookedMoney, Correction, MonthlyAccount

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.sustainability.models import Books


@dataclasses.dataclass(frozen=True)
class Flow:
    """Money between this service and a project: `cents` above zero was paid, below zero went back.

    `kind` is one of `BOOKED_KINDS`, `on` the civil day, `reference` the event's own name, `undoes` the reference of the
    payment it takes back, where one is known.
    """

    project_id: int
    kind: str
    cents: int
    on: dt.date
    reference: str
    undoes: str = ""


def book_money(flow: Flow, *, now: dt.datetime) -> list[BookedMoney]:
    """Book one event in its month; nothing while the books are not open, nor the second time.

    A payment counts in the month of its day (before the books' first month: in that one); what went back lowers the
    month it was booked in, or the newest that hold it. A closed month changes by a correction that says so. Called by
    the service itself, inside the transaction of the deed, after its locks.
    """
    with transaction.atomic():
        books = lock_books_of(flow.project_id)
        if books is None or BookedMoney.objects.filter(reference=flow.reference).exists():
            return []
        return [
            _book(books, month, flow, cents, n, now)
            for n, (month, cents) in enumerate(_parts(books, flow), 1)
        ]


def _parts(books: Books, flow: Flow) -> list[tuple[dt.date, int]]:
    if flow.cents > 0:
        return [(max(flow.on, books.opened_on).replace(day=1), flow.cents)]
    rows = BookedMoney.objects.filter(books=books, kind=flow.kind).order_by()
    sums = rows.values_list("month").annotate(cents=Sum("cents"))
    held = {month_of(month): int(cents) for month, cents in sums}
    undone = rows.filter(reference=flow.undoes).first() if flow.undoes else None
    parts = taken_back(held, -flow.cents, month_of(undone.month) if undone else None)
    return [(first_day(month), -cents) for month, cents in parts]


def _book(books: Books, month: dt.date, flow: Flow, cents: int, n: int, now: dt.datetime) -> BookedMoney:
    row = BookedMoney.objects.create(
        books=books,
        month=month,
        kind=flow.kind,
        cents=cents,
        reference=flow.reference if n == 1 else f"{flow.reference}:{n}",
        at=now,
    )
    account = MonthlyAccount.objects.select_for_update().filter(books=books, month=month).first()
    if account is not None:
        _add(account, row, now)
    return row


def _add(account: MonthlyAccount, row: BookedMoney, now: dt.datetime) -> None:
    """Add to a month that is there already; a closed one by a correction."""
    figure, booked = f"{row.kind}_cents", f"booked_{row.kind}_cents"
    before = getattr(account, figure)
    sums = {figure: F(figure) + row.cents, booked: F(booked) + row.cents}
    MonthlyAccount.objects.filter(pk=account.pk).update(**sums)
    if account.closed_at:
        Correction.objects.create(
            account=account,
            figure=row.kind,
            before_cents=before,
            after_cents=before + row.cents,
            reason=_why(row),
            by=None,
            at=now,
        )


def _why(row: BookedMoney) -> str:
    """Say why a closed month changed, in the city's language, as the team writes its own reasons."""
    with override(settings.LANGUAGE_CODE):
        if row.cents > 0:
            return gettext("Booked by the service: money that it paid to the project in this month.")
        return gettext("Booked by the service: money that it paid in this month came back or was returned.")
