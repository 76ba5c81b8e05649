"""Remind evaluators, once, some days before their sheets are due."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from campaigns.commission.enums import SheetStatus
from campaigns.commission.models import Evaluator
from campaigns.commission.selectors.progress import to_read
from campaigns.commission.services.letters import tell_evaluator
from crowdfund.kit import clock

BEFORE = dt.timedelta(days=3)


def remind_due() -> int:
    """Write to whoever has sheets to close within three days; return to how many. A drain."""
    now = clock.now()
    seats = Evaluator.objects.sitting().filter(
        reminded_at__isnull=True,
        commission__sheets_due_at__gt=now,
        commission__sheets_due_at__lte=now + BEFORE,
    )
    return sum(_remind(seat, now) for seat in seats.select_related("user", "commission__call"))


def _remind(seat: Evaluator, now: dt.datetime) -> bool:
    done = seat.sheets.exclude(status=SheetStatus.OPEN).values("application")
    if not to_read(seat.commission).exclude(pk__in=done).exists():
        return False
    with transaction.atomic():
        fresh = Evaluator.objects.filter(pk=seat.pk, reminded_at__isnull=True).update(reminded_at=now)
        if fresh:
            tell_evaluator(event="evaluator_reminded", seat=seat, now=now)
    return bool(fresh)
