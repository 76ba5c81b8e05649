"""Civil time and prices of bookings: no database, no clock."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from crowdfund.kit.clock import CIVIL

if TYPE_CHECKING:
    from collections.abc import Iterable

    Hours = Iterable[tuple[dt.time, dt.time]]

WEEK = dt.timedelta(days=7)


class NoSuchTimeError(ValueError):
    """The clocks go forward over this time: that day never has it."""


def instant(day: dt.date, time: dt.time) -> dt.datetime:
    """Return the moment (UTC) at which the city's clock shows `time` on `day`; the first of two in autumn.

    Raises `NoSuchTimeError` for a time the clock jumps over in spring.
    """
    civil = dt.datetime.combine(day, time, tzinfo=CIVIL)
    moment = civil.astimezone(dt.UTC)
    if moment.astimezone(CIVIL).replace(tzinfo=None) != civil.replace(tzinfo=None):
        raise NoSuchTimeError(f"{day} {time}")
    return moment


def weekly(day: dt.date, until: dt.date | None) -> list[dt.date]:
    """Return `day` and the same weekday of each week up to and with `until`."""
    days = [day]
    while until is not None and days[-1] + WEEK <= until:
        days.append(days[-1] + WEEK)
    return days


def is_open(hours: Hours, begins: dt.time, ends: dt.time) -> bool:
    """Say whether opening hours of one day cover all of a period; what closes when the next opens is one."""
    reached = begins
    for opens, closes in sorted(hours):
        if opens <= reached < closes:
            reached = closes
    return begins < ends <= reached


def price_cents(per_hour_cents: int, period: dt.timedelta) -> int:
    """Return the price of a period in whole cents, half a cent upwards; the time that goes by is what is paid."""
    seconds = int(period.total_seconds())
    return (per_hour_cents * seconds * 2 + 3600) // 7200
