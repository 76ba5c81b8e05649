"""The one clock: the database's, plus an offset that only tests and the demonstration can set."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

CIVIL = ZoneInfo("Europe/Rome")
_offset = dt.timedelta()


def real_now() -> dt.datetime:
    """Return the database's time, never moved: for leases, links and signatures."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[dt.datetime] = cursor.fetchone()
    return row[0]


def now() -> dt.datetime:
    """Return the service's time, aware. Call it once at the edge and pass it down as `now`."""
    return real_now() + _offset


def today() -> dt.date:
    """Return the civil date in the city."""
    return now().astimezone(CIVIL).date()


def midnight(day: dt.date) -> dt.datetime:
    """Return the moment at which a civil day begins in the city."""
    return dt.datetime.combine(day, dt.time(), tzinfo=CIVIL)


def last_second(day: dt.date) -> dt.datetime:
    """Return the last second of a civil day in the city."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=CIVIL)


def move(offset: dt.timedelta) -> None:
    """Set the offset. Raises `ImproperlyConfigured` where the clock may not move (production)."""
    if not settings.CLOCK_MAY_MOVE:
        raise ImproperlyConfigured("The clock moves only in tests and in the demonstration.")
    global _offset  # noqa: PLW0603 - one clock a process, on purpose
    _offset = offset


def offset() -> dt.timedelta:
    """Return how far the clock is moved."""
    return _offset


@contextlib.contextmanager
def moved(offset: dt.timedelta) -> Iterator[None]:
    """Move the clock within a block."""
    before = _offset
    move(offset)
    try:
        yield
    finally:
        move(before)
