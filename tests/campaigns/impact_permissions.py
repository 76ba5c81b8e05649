"""Rows of the table of permissions: who measures, who corrects, who verifies and sends back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from campaigns.impact.documents.table import Table
from campaigns.impact.services import series
from campaigns.impact.services.measurements import (
    Taken,
    correct_measurement,
    record_measurement,
    send_back_measurement,
    verify_measurement,
)
from campaigns.impact.services.series import Described
from tests.campaigns.call_permissions import indicator
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaigns.impact.models import Measurement, Series

TEAM, OUTSIDE = {"owner", "editor"}, {"officer", "tutor"}
DESCRIBED = Described("Affitti", "euro", "OMI", "CC BY 4.0")
TAKEN = Taken(Decimal(3), NOW.date())


def measured(stage: Any) -> Measurement:
    """A measurement that waits."""
    return record_measurement(indicator=indicator(stage), taken=TAKEN, by=stage.people["owner"], now=NOW)


def published(stage: Any) -> Series:
    """A series without values."""
    return series.publish_series(described=DESCRIBED, by=stage.officer, now=NOW)


ROWS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], Any], set[str]]] = {
    "record_measurement": (
        indicator,
        lambda one, by: record_measurement(indicator=one, taken=TAKEN, by=by, now=NOW),
        TEAM,
    ),
    "correct_measurement": (
        measured,
        lambda one, by: correct_measurement(measurement=one, taken=TAKEN, why="w", by=by, now=NOW),
        TEAM,
    ),
    "verify_measurement": (
        measured,
        lambda one, by: verify_measurement(measurement=one, by=by, now=NOW),
        OUTSIDE,
    ),
    "send_back_measurement": (
        measured,
        lambda one, by: send_back_measurement(measurement=one, reason="r", by=by, now=NOW),
        OUTSIDE,
    ),
    "publish_series": (
        lambda s: s.project,
        lambda _p, by: series.publish_series(described=DESCRIBED, by=by, now=NOW),
        {"officer"},
    ),
    "import_values": (
        published,
        lambda one, by: series.import_values(series=one, table=Table([], []), by=by, now=NOW),
        {"officer"},
    ),
    "link_series": (
        lambda s: (indicator(s), published(s)),
        lambda t, by: series.link_series(indicator=t[0], series=t[1], by=by, now=NOW),
        {*TEAM, "officer"},
    ),
    "publish_study": (
        lambda s: s.project,
        lambda _p, by: series.publish_study(
            title="t", authors="a", published_on=NOW.date(), link="https://example.org", by=by, now=NOW
        ),
        {"officer"},
    ),
}
