"""A team writes down what it measured; somebody from outside verifies it or sends it back."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.impact.enums import MEASUREMENT_TRANSITIONS, MeasurementStatus
from campaigns.impact.models import Measurement
from campaigns.impact.permissions import can_measure, can_verify
from campaigns.impact.services.letters import tell_of_verdict
from campaigns.impact.services.words import clean_text
from crowdfund.kit import states
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.files import CleanFile, keep_private, read_document

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files.base import File

    from accounts.models import User
    from campaigns.models import Indicator

FOLDER: Final = "measurements"
LARGEST: Final = Decimal(10) ** 12
LONGEST_WHY: Final = 200
_CENT: Final = Decimal("0.01")


@dataclasses.dataclass(frozen=True)
class Taken:
    """What was measured: the value in the indicator's unit, the civil day, a note, evidence, who may see it."""

    value: Decimal
    measured_on: dt.date
    note: str = ""
    file: File[bytes] | None = None
    file_public: bool = False


def record_measurement(*, indicator: Indicator, taken: Taken, by: User, now: dt.datetime) -> Measurement:
    """Write down what an indicator was on a day; it waits for somebody to verify it.

    Raises `NotAllowed`; `Invalid` for a value that is no number of two decimals, a day to come, a file that can't be
    attached; `Refused` (`measured`) when this day has a measurement: correct that one.
    """
    require(can_measure(by, indicator.project))
    note, clean = _checked(taken, now)
    standing = indicator.measurements.filter(measured_on=taken.measured_on)
    if standing.exclude(status=MeasurementStatus.REPLACED).exists():
        raise _measured()
    with transaction.atomic():
        return _insert(indicator, taken, note, clean, None, by, now)


def correct_measurement(
    *, measurement: Measurement, taken: Taken, why: str, by: User, now: dt.datetime
) -> Measurement:
    """Put another measurement in the place of one, and say why. A verified one stands until the new one is verified.

    Without a new file the evidence stays. Raises as `record_measurement`; `Refused` (`corrected`) when it was corrected
    before.
    """
    indicator = measurement.indicator
    require(can_measure(by, indicator.project))
    note, clean = _checked(taken, now)
    reason = clean_text(why, field="why", longest=LONGEST_WHY)
    others = indicator.measurements.filter(measured_on=taken.measured_on)
    if (
        taken.measured_on != measurement.measured_on
        and others.exclude(status=MeasurementStatus.REPLACED).exists()
    ):
        raise _measured()
    if measurement.status == MeasurementStatus.REPLACED or hasattr(measurement, "correction"):
        raise _corrected()
    with transaction.atomic():
        made = _insert(indicator, taken, note, clean, measurement, by, now, reason)
        if measurement.status != MeasurementStatus.VERIFIED:
            _replace(measurement, by, now)
        return made


def _measured() -> Refused:
    return Refused(
        "measured", _("There is a measurement of this day: correct that one."), field="measured_on"
    )


def _corrected() -> Refused:
    return Refused("corrected", _("This measurement was corrected already: reload the page."))


def _checked(taken: Taken, now: dt.datetime) -> tuple[str, CleanFile | None]:
    value = taken.value
    if not value.is_finite() or abs(value) >= LARGEST or value != value.quantize(_CENT):
        raise Invalid("not_a_number", _("Write a number with two decimals at most."), field="value")
    if taken.measured_on > now.astimezone(CIVIL).date():
        raise Invalid("date_to_come", _("This day has not come yet."), field="measured_on")
    note = clean_text(taken.note, field="note", longest=500, required=False)
    return note, read_document(taken.file) if taken.file else None


def _insert(
    indicator: Indicator,
    taken: Taken,
    note: str,
    clean: CleanFile | None,
    corrects: Measurement | None,
    by: User,
    now: dt.datetime,
    why: str = "",
) -> Measurement:
    kept = keep_private(clean, FOLDER) if clean else corrects.file if corrects else ""
    kind = clean.kind if clean else corrects.file_kind if corrects else ""
    try:
        with transaction.atomic():
            made = Measurement.objects.create(
                indicator=indicator,
                value=taken.value,
                unit=indicator.unit,
                measured_on=taken.measured_on,
                note=note,
                file=kept,
                file_kind=kind,
                file_public=taken.file_public and bool(kept),
                corrects=corrects,
                recorded_by=by,
                recorded_at=now,
            )
    except IntegrityError as error:  # somebody else of the team wrote at the same moment
        raise (_corrected() if corrects else _measured()) from error
    states.record_birth(made, now=now, by=by, why=why)
    return made


def _replace(measurement: Measurement, by: User, now: dt.datetime) -> None:
    states.advance(measurement, MeasurementStatus.REPLACED, table=MEASUREMENT_TRANSITIONS, now=now, by=by)


def verify_measurement(*, measurement: Measurement, by: User, now: dt.datetime) -> None:
    """Verify what a team measured: it is public from now on, and what it corrects is replaced.

    Raises `NotAllowed` unless an officer or tutor from outside the team; `Refused` when it waits no longer.
    """
    require(can_verify(by, measurement.indicator.project))
    with transaction.atomic():
        before = measurement.corrects
        while before is not None:
            if before.status == MeasurementStatus.VERIFIED:
                _replace(before, by, now)
            before = before.corrects
        states.advance(measurement, MeasurementStatus.VERIFIED, table=MEASUREMENT_TRANSITIONS, now=now, by=by)
        tell_of_verdict(measurement=measurement, why="", now=now)


def send_back_measurement(*, measurement: Measurement, reason: str, by: User, now: dt.datetime) -> None:
    """Give a measurement back to its team with the reason: it is to be corrected. By whoever may verify it."""
    require(can_verify(by, measurement.indicator.project))
    why = clean_text(reason, field="reason", longest=LONGEST_WHY)
    with transaction.atomic():
        states.advance(
            measurement,
            MeasurementStatus.SENT_BACK,
            table=MEASUREMENT_TRANSITIONS,
            now=now,
            by=by,
            why=why,
        )
        tell_of_verdict(measurement=measurement, why=why, now=now)
