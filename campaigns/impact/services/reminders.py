"""Letters to teams whose indicators are due: on the day, and a week after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from campaigns.impact.formula import SECOND_REMINDER
from campaigns.impact.models import MeasurementReminder
from campaigns.impact.selectors.measurements import to_remind
from campaigns.impact.services.letters import tell_due
from crowdfund.kit import clock, jobs

if TYPE_CHECKING:
    import datetime as dt

    from campaigns.models import Indicator

BATCH: Final = 100


def remind_due() -> int:
    """Write to the teams of funded projects whose indicators are due or a week late (the drain `impact.remind`)."""
    now = clock.now()
    today = now.astimezone(clock.CIVIL).date()
    return jobs.each(to_remind(today, BATCH), lambda one: _remind(one, today, now))


def _remind(indicator: Indicator, today: dt.date, now: dt.datetime) -> None:
    stage = 2 if indicator.due_on <= today - SECOND_REMINDER else 1
    with transaction.atomic():
        _row, made = MeasurementReminder.objects.get_or_create(
            indicator=indicator, due_on=indicator.due_on, stage=stage, defaults={"at": now}
        )
        if made:
            tell_due(indicator=indicator, stage="due" if indicator.due_on == today else "late", now=now)
