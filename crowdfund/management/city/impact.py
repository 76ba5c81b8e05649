"""What the workshop changes: its logframe, two measurements that the tutor verifies, a series to compare with."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from campaigns.impact.documents.table import read_series
from campaigns.impact.services.measurements import Taken, record_measurement, verify_measurement
from campaigns.impact.services.series import Described, import_values, link_series, publish_series
from campaigns.models import Indicator
from campaigns.services.logframe import Measure, Rung, set_logframe
from crowdfund.management.city.before import owner

if TYPE_CHECKING:
    from crowdfund.management.city.walk import Walk

NOTE = "Cifre inventate per la dimostrazione."


def write_logframe(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Say what the workshop is to change, from 0 to 12 people at work."""
    people = Measure(
        name="Persone che hanno trovato lavoro",
        unit="persone",
        baseline=Decimal(0),
        target=Decimal(12),
        due_on=now.date() + dt.timedelta(days=120),
        kind="outcome",
        field="economic",
        source_of_verification="Contratti di lavoro",
    )
    rungs = [
        Rung(level="goal", text="Un quartiere dove chi cerca lavoro lo trova"),
        Rung(level="purpose", text="Chi frequenta la ciclofficina impara un mestiere", indicators=[people]),
    ]
    set_logframe(project=walk.projects[entry["key"]], rungs=rungs, by=owner(walk, entry), now=now)


def measure(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Write down what was found twice, verify it, and leave a third to be verified."""
    project, today = walk.projects[entry["key"]], now.date()
    indicator = Indicator.objects.select_related("project__organisation").get(project=project)
    for days, value in ((200, 3), (20, 7), (0, 8)):
        taken = Taken(Decimal(value), today - dt.timedelta(days=days), note="Contratti firmati")
        row = record_measurement(indicator=indicator, taken=taken, by=owner(walk, entry), now=now)
        if days:
            verify_measurement(measurement=row, by=walk.people["tutor"], now=now)


def compare(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Publish a series with invented figures, and show it beside the workshop's indicator."""
    project, officer = walk.projects[entry["key"]], walk.people["officer"]
    described = Described("Persone in cerca di lavoro", "%", NOTE, "CC BY 4.0", about=NOTE)
    series = publish_series(described=described, by=officer, now=now)
    lines = ["kind,territory,year,value"]
    for years, here, turin in ((3, "9.1", "8.4"), (2, "8.7", "8.0"), (1, "8.2", "7.9")):
        year = now.year - years
        lines += [f"neighbourhood,{project.neighbourhood.name},{year},{here}", f"city,Torino,{year},{turin}"]
    table = read_series("\n".join(lines).encode(), this_year=now.year)
    import_values(series=series, table=table, by=officer, now=now)
    indicator = Indicator.objects.select_related("project").get(project=project)
    link_series(indicator=indicator, series=series, by=officer, now=now)


def schedule(walk: Walk, entry: dict[str, Any]) -> None:
    """Put the measurements of a funded project into the agenda."""
    walk.on(-0.13, partial(write_logframe, walk, entry), needs_jobs=False)
    walk.on(-0.12, partial(measure, walk, entry), needs_jobs=False)
    walk.on(-0.11, partial(compare, walk, entry), needs_jobs=False)
