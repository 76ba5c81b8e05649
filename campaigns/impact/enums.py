from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crowdfund.kit.states import Transitions


class MeasurementStatus(TextChoices):
    """The life of a measurement: somebody from outside the team verifies it, or sends it back."""

    WAITING = "waiting", _("To be verified")
    VERIFIED = "verified", _("Verified")
    SENT_BACK = "sent_back", _("Sent back")
    REPLACED = "replaced", _("Replaced by a correction")


MEASUREMENT_TRANSITIONS: Transitions = {
    MeasurementStatus.WAITING: frozenset(
        {MeasurementStatus.VERIFIED, MeasurementStatus.SENT_BACK, MeasurementStatus.REPLACED}
    ),
    MeasurementStatus.VERIFIED: frozenset({MeasurementStatus.REPLACED}),
    MeasurementStatus.SENT_BACK: frozenset({MeasurementStatus.REPLACED}),
    MeasurementStatus.REPLACED: frozenset(),
}


class Timing(TextChoices):
    """Where an indicator stands in time."""

    OPEN = "open", _("Not due yet")
    SOON = "soon", _("Due within 30 days")
    LATE = "late", _("Late")
    WAITING = "waiting", _("Measured, to be verified")
    MEASURED = "measured", _("Measured")


class TerritoryKind(TextChoices):
    """What a value of a benchmark series is about."""

    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
    CITY = "city", _("City")
