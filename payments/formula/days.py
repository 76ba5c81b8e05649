"""The days on which banks move euro: T2's calendar (formerly TARGET2), by the European Central Bank.

Closed on Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December.
"""

import datetime as dt
import functools

_SATURDAY = 5
_FIXED = ((1, 1), (5, 1), (12, 25), (12, 26))


@functools.cache
def _easter(year: int) -> dt.date:
    """Easter Sunday of a Gregorian year (Meeus, Jones and Butcher's algorithm)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leaps, h = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - correction + 15) % 30
    i, k = divmod(rest, 4)
    weekday = (32 + 2 * h + 2 * i - epact - k) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def is_business_day(day: dt.date) -> bool:
    """Say whether banks move euro on this day."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in _FIXED:
        return False
    return day - _easter(day.year) not in {dt.timedelta(days=-2), dt.timedelta(days=1)}


def business_days_later(day: dt.date, days: int) -> dt.date:
    """Return the business day that is `days` business days after a day; a first day that is none does not count."""
    while days > 0:
        day += dt.timedelta(days=1)
        days -= is_business_day(day)
    return day
