from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from campaigns.hubs.enums import HOLDING, BookingStatus
from campaigns.hubs.models.spaces import Space
from crowdfund.kit.fields import CentsField, Int8Range
from crowdfund.kit.states import StatusEvent


class Series(models.Model):
    """A booking of every week: asked for, decided and priced as one."""

    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="series")
    until = models.DateField(_("every week until"))

    def __str__(self) -> str:
        return f"{self.space} · {self.until}"


class Booking(models.Model):
    """A space for a while: from `starts_at` up to, and without, `ends_at`.

    While it is asked for or confirmed nobody else has the space: a constraint of the table, whatever the code does.
    """

    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="bookings")
    series = models.ForeignKey(
        Series, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings"
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("what for"), max_length=120)
    public = models.BooleanField(_("in the public calendar with its title"), default=False)
    people = models.PositiveSmallIntegerField(_("how many people"))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    price_cents = CentsField(default=0)
    status = models.CharField(max_length=12, choices=BookingStatus.choices, default=BookingStatus.REQUESTED)
    booked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bookings")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings"
    )
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_ends_after_start"),
            models.CheckConstraint(condition=Q(price_cents__gte=0), name="booking_price_not_negative"),
            models.CheckConstraint(condition=Q(people__gte=1), name="booking_people_positive"),
            models.CheckConstraint(condition=Q(status__in=BookingStatus.values), name="booking_status_known"),
            ExclusionConstraint(
                name="booking_without_overlap",
                expressions=[
                    (Int8Range("space", "space", Value("[]")), RangeOperators.OVERLAPS),
                    (Func("starts_at", "ends_at", function="TSTZRANGE"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=[status.value for status in HOLDING]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space} · {self.starts_at:%Y-%m-%d %H:%M}"


class BookingEvent(StatusEvent):
    """What became of a booking."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="events")
