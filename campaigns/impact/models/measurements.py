from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.impact.enums import MeasurementStatus
from campaigns.models import Indicator
from crowdfund.kit.states import StatusEvent


class Measurement(models.Model):
    """What an indicator was on a day, in `unit`. Append-only: a mistake is corrected by a new one (`corrects`).

    The evidence is private until the measurement is verified, and public then only if the team said so.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="measurements")
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=40)
    measured_on = models.DateField(_("day"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    file = models.CharField(max_length=200, blank=True)
    file_kind = models.CharField(max_length=8, blank=True)
    file_public = models.BooleanField(default=False)
    status = models.CharField(
        max_length=10, choices=MeasurementStatus.choices, default=MeasurementStatus.WAITING
    )
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="correction"
    )
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["measured_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=MeasurementStatus.values), name="measurement_status_known"
            ),
            models.CheckConstraint(condition=~Q(unit=""), name="measurement_has_unit"),
            models.CheckConstraint(
                condition=Q(file="", file_kind="", file_public=False) | ~Q(file="") & ~Q(file_kind=""),
                name="measurement_file_whole",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(corrects=F("id")), name="measurement_corrects_another"
            ),
            models.UniqueConstraint(
                fields=["indicator", "measured_on"],
                condition=Q(corrects__isnull=True) & ~Q(status="replaced"),
                name="measurement_once_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.measured_on}: {self.value} {self.unit}"


class MeasurementEvent(StatusEvent):
    """A change of a measurement's status: who verified it or sent it back, and why."""

    measurement = models.ForeignKey(Measurement, on_delete=models.CASCADE, related_name="events")


class MeasurementReminder(models.Model):
    """A letter that was sent because an indicator was due: at the day (1), a week after (2)."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="reminders")
    due_on = models.DateField()
    stage = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "due_on", "stage"], name="measurement_reminder_once"
            ),
            models.CheckConstraint(condition=Q(stage__in=[1, 2]), name="measurement_reminder_two"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.due_on}: {self.stage}"
