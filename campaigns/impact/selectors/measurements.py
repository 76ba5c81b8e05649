"""What a project's indicators were measured at, how far they have come, what is late."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q

from campaigns.enums import CampaignStatus
from campaigns.impact.enums import MeasurementStatus, Timing
from campaigns.impact.formula import DUE_SOON, SECOND_REMINDER, Progress, progress, timing
from campaigns.impact.models import Measurement, MeasurementReminder
from campaigns.models import Campaign, Indicator

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from campaigns.models import Project


@dataclasses.dataclass(frozen=True)
class Standing:
    """An indicator: everything that was measured, oldest first, the latest verified, its progress and its timing.

    Of measurements in a unit that the indicator no longer has, nothing is computed.
    """

    indicator: Indicator
    measurements: list[Measurement]
    verified: list[Measurement]
    latest: Measurement | None
    progress: Progress
    timing: Timing


def measurements() -> QuerySet[Measurement]:
    """Return measurements with what pages ask of them."""
    return Measurement.objects.select_related("indicator__project__organisation", "corrects").defer(
        "indicator__project__search", "indicator__project__story"
    )


def indicators(found: QuerySet[Indicator]) -> QuerySet[Indicator]:
    """Fetch indicators with their measurements, two queries."""
    rows = Measurement.objects.select_related("correction").order_by("measured_on", "id")
    found = found.select_related("entry", "benchmark__series", "project__neighbourhood")
    found = found.defer("project__search", "project__story", "project__neighbourhood__boundary")
    return found.prefetch_related(Prefetch("measurements", rows))


def standing_of(indicator: Indicator, today: dt.date) -> Standing:
    """Say where an indicator stands. Its measurements should be fetched already."""
    rows = list(indicator.measurements.all())
    alike = [row for row in rows if row.unit == indicator.unit]
    verified = [row for row in alike if row.status == MeasurementStatus.VERIFIED]
    waiting = [row.measured_on for row in alike if row.status == MeasurementStatus.WAITING]
    latest = verified[-1] if verified else None
    made = progress(
        baseline=indicator.baseline, target=indicator.target, value=latest.value if latest else None
    )
    when = timing(
        due_on=indicator.due_on,
        today=today,
        verified=[row.measured_on for row in verified],
        waiting=waiting,
        reached=made.reached,
    )
    return Standing(indicator, rows, verified, latest, made, Timing(when))


def standings(project: Project, today: dt.date) -> list[Standing]:
    """Return where every indicator of a project stands, by due date; two queries."""
    return [standing_of(one, today) for one in indicators(Indicator.objects.filter(project=project))]


def funded(today: dt.date) -> QuerySet[Indicator]:
    """Return the indicators of projects that were funded and that are due, and not measured: the earliest first."""
    won = Campaign.objects.filter(project=OuterRef("project"), status=CampaignStatus.FUNDED)
    taken = Measurement.objects.filter(
        indicator=OuterRef("pk"),
        unit=OuterRef("unit"),
        measured_on__gte=OuterRef("due_on") - DUE_SOON,
        status__in=[MeasurementStatus.WAITING, MeasurementStatus.VERIFIED],
    )
    return (
        Indicator.objects.filter(Exists(won), ~Exists(taken), due_on__lte=today)
        .select_related("project__organisation")
        .defer("project__search", "project__story")
        .order_by("due_on", "pk")
    )


def to_remind(today: dt.date, most: int) -> list[Indicator]:
    """Return due indicators whose team wasn't written to for this stage; those reached before need no letter."""

    def sent(*stages: int) -> Exists:
        rows = MeasurementReminder.objects.filter(indicator=OuterRef("pk"), due_on=OuterRef("due_on"))
        return Exists(rows.filter(stage__in=stages))

    late = Q(due_on__lte=today - SECOND_REMINDER)
    wanted = funded(today).filter(late & ~sent(2) | ~late & ~sent(1, 2))
    return [one for one in indicators(wanted)[: most * 2] if not standing_of(one, today).progress.reached][
        :most
    ]


def to_verify(organisations: Iterable[int]) -> QuerySet[Measurement]:
    """Return what waits to be verified, the oldest first, but not of these organisations."""
    return (
        measurements()
        .filter(status=MeasurementStatus.WAITING)
        .exclude(indicator__project__organisation__in=list(organisations))
        .order_by(F("recorded_at"), "pk")
    )


def measurement_data(row: Measurement) -> dict[str, Any]:
    """Return a measurement as plain data; numbers as text, so that nothing is rounded on the way."""
    return {
        "id": row.pk,
        "value": str(row.value),
        "unit": row.unit,
        "measured_on": row.measured_on.isoformat(),
        "note": row.note,
        "status": row.status,
        "corrects": row.corrects_id,
        "has_file": bool(row.file),
        "file_public": row.file_public,
    }


def standing_data(one: Standing, *, all_of_it: bool) -> dict[str, Any]:
    """Return an indicator and its measurements as plain data: the verified ones, or `all_of_it`."""
    indicator = one.indicator
    share = one.progress.share
    return {
        "id": indicator.pk,
        "name": indicator.name,
        "kind": indicator.kind,
        "field": indicator.field,
        "direct": indicator.direct,
        "unit": indicator.unit,
        "baseline": None if indicator.baseline is None else str(indicator.baseline),
        "target": str(indicator.target),
        "due_on": indicator.due_on.isoformat(),
        "progress": None if share is None else f"{share.numerator}/{share.denominator}",
        "progress_reason": one.progress.reason or None,
        "reached": one.progress.reached,
        "timing": one.timing,
        "measurements": [measurement_data(row) for row in (one.measurements if all_of_it else one.verified)],
    }
