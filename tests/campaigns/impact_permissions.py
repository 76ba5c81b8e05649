"""Rows of the table of permissions: who measures, who corrects, who verifies and sends back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from campaigns.impact.services.measurements import (
    Taken,
    correct_measurement,
    record_measurement,
    send_back_measurement,
    verify_measurement,
)
from tests.campaigns.call_permissions import indicator
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaigns.impact.models import Measurement

TEAM, OUTSIDE = {"owner", "editor"}, {"officer", "tutor"}
TAKEN = Taken(Decimal(3), NOW.date())


def measured(stage: Any) -> Measurement:
    """A measurement that waits."""
    return record_measurement(indicator=indicator(stage), taken=TAKEN, by=stage.people["owner"], now=NOW)


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
}
