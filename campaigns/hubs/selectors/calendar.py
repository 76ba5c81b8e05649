"""Who has which space when."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q

from campaigns.hubs.enums import HOLDING, BookingStatus
from campaigns.hubs.models import Booking, Hub, Space
from crowdfund.kit.clock import midnight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import User

    Period = tuple[dt.datetime, dt.datetime]

FURTHEST = dt.timedelta(days=730)


def clashes(space: Space, periods: Iterable[Period]) -> list[Booking]:
    """Return the bookings that hold the space in any of some periods; the end of one may be the start of another."""
    overlapping = Q(pk__in=[])
    for starts_at, ends_at in periods:
        overlapping |= Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
    return list(space.bookings.filter(overlapping, status__in=HOLDING))


def day_asked(asked: str, today: dt.date) -> dt.date:
    """Read a day like `2026-11-25`; today when it is none, or years away."""
    try:
        day = dt.date.fromisoformat(asked)
    except ValueError:
        return today
    return day if abs(day - today) <= FURTHEST else today


def day_of(day: dt.date) -> Period:
    """Return from when to when a civil day lasts; 23, 24 or 25 hours."""
    first, last = (midnight(one).astimezone(dt.UTC) for one in (day, day + dt.timedelta(days=1)))
    return first, last


def confirmed(hub: Hub, first: dt.date, days: int) -> QuerySet[Booking]:
    """Return what is confirmed in a hub within some civil days, from `first`."""
    begin, end = day_of(first)[0], day_of(first + dt.timedelta(days=days - 1))[1]
    return Booking.objects.filter(
        space__hub=hub, status=BookingStatus.CONFIRMED, starts_at__lt=end, ends_at__gt=begin
    ).select_related("space", "organisation")


def taken(space: Space, first: dt.date, days: int) -> QuerySet[Booking]:
    """Return what holds a space within some civil days, confirmed or asked for."""
    begin, end = day_of(first)[0], day_of(first + dt.timedelta(days=days - 1))[1]
    return space.bookings.filter(status__in=HOLDING, starts_at__lt=end, ends_at__gt=begin).select_related(
        "organisation"
    )


def waiting(hub: Hub, now: dt.datetime) -> list[Booking]:
    """Return the requests a hub has to decide, a series once (its first), the soonest first."""
    rows = (
        Booking.objects.filter(space__hub=hub, status=BookingStatus.REQUESTED, ends_at__gt=now)
        .select_related("space", "series", "booked_by", "organisation")
        .order_by("starts_at", "pk")
    )
    once: dict[object, Booking] = {}
    for row in rows:
        once.setdefault(row.series_id or f"single {row.pk}", row)
    return list(once.values())


def bookings_of(user: User, now: dt.datetime) -> QuerySet[Booking]:
    """Return a person's bookings that are not over, the soonest first."""
    return Booking.objects.filter(booked_by=user, ends_at__gt=now).select_related("space__hub", "series")
