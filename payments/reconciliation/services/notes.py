"""What a comparison found, kept as rows: opened, opened again when it comes again, closed when it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from crowdfund.kit.states import advance, record_birth
from payments.reconciliation.enums import DIFFERENCE_TRANSITIONS, DifferenceStatus
from payments.reconciliation.models import Difference

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from payments.reconciliation.models import ReconciliationRun
    from payments.reconciliation.selectors.sides import Found

NOTES_LOCK = 7_311
"""An advisory lock: two comparisons never write their differences at the same time."""


def note_differences(*, found: Iterable[Found], run: ReconciliationRun, now: dt.datetime) -> list[Difference]:
    """Write down what differs, and close what no longer does; return the differences that are new, or came again.

    One that an officer accepted stays so while its amount is the same.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NOTES_LOCK])
        there = {one.subject: one for one in found}
        known = {row.subject: row for row in Difference.objects.filter(subject__in=there)}
        fresh = [
            row
            for subject, one in there.items()
            if (row := _note(known.get(subject), one, run, now)) is not None
        ]
        gone = Difference.objects.exclude(status=DifferenceStatus.RESOLVED).exclude(subject__in=there)
        for row in gone.order_by("pk"):
            _close(row, now)
    return fresh


def _note(
    known: Difference | None, found: Found, run: ReconciliationRun, now: dt.datetime
) -> Difference | None:
    """Write one difference; returned when it is new, or open again."""
    if known is None:
        made = Difference.objects.create(subject=found.subject, opened_at=now, last_run=run, **_facts(found))
        record_birth(made, now=now)
        return made
    cents = found.moved_cents - found.booked_cents
    if known.status == DifferenceStatus.ACCEPTED and known.accepted_cents == cents:
        return None
    for name, value in {**_facts(found), "last_run": run}.items():
        setattr(known, name, value)
    known.save(update_fields=[*_facts(found), "last_run"])
    if known.status == DifferenceStatus.OPEN:
        return None
    advance(
        known,
        DifferenceStatus.OPEN,
        table=DIFFERENCE_TRANSITIONS,
        now=now,
        why="it came again",
        opened_at=now,
        closed_at=None,
        closed_by=None,
        accepted_cents=None,
    )
    return known


def _facts(found: Found) -> dict[str, object]:
    return {
        "family": found.family,
        "root": found.root,
        "source": found.source,
        "kind": found.kind,
        "proposal": found.proposal,
        "moved_cents": found.moved_cents,
        "booked_cents": found.booked_cents,
    }


def _close(row: Difference, now: dt.datetime) -> None:
    advance(
        row,
        DifferenceStatus.RESOLVED,
        table=DIFFERENCE_TRANSITIONS,
        now=now,
        why="it is gone",
        closed_at=now,
        closed_by=None,
        accepted_cents=None,
    )
