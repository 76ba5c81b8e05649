"""The moved clock: what `created` says. Signatures and delivery use real time. And the days on which banks work."""

import time

DAY = 86400
_MONDAYS_OFFSET = 3  # the epoch began on a Thursday
_FRIDAY = 4


class Clock:
    """Real time plus an offset in whole seconds."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def now(self) -> int:
        """Seconds since the epoch, moved by the offset."""
        return int(time.time()) + self.offset


def business_day(moment: int) -> int:
    """Midnight (UTC) of the first day from this one on that is no Saturday or Sunday; bank holidays are not known."""
    day = moment // DAY
    while (day + _MONDAYS_OFFSET) % 7 > _FRIDAY:
        day += 1
    return day * DAY


def business_days_later(moment: int, days: int) -> int:
    """Midnight (UTC) so many business days after the one a moment counts for."""
    found = business_day(moment)
    for _ in range(days):
        found = business_day(found + DAY)
    return found
