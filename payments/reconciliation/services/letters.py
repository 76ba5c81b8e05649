"""Telling the officers that the books differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from payments.services.circulars import officers, write_to_people

if TYPE_CHECKING:
    import datetime as dt

    from payments.reconciliation.models import ReconciliationRun

SEE_DIFFERENCES = gettext_noop("See the differences")


def tell_books_differ(*, run: ReconciliationRun, now: dt.datetime) -> None:
    """Write to every officer what a night's reconciliation found that is new."""
    write_to_people(
        officers(),
        "books_differ",
        page="reconciliation",
        args=[],
        label=SEE_DIFFERENCES,
        once=str(run.pk),
        now=now,
        new=run.new_differences,
        open=run.open_differences,
    )
