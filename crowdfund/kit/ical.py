"""Dates as an iCalendar feed (RFC 5545), for the calendars of phones and offices."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Final

from crowdfund.kit.clock import CIVIL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crowdfund.kit.desk import Date

_OCTETS: Final = 75


def as_calendar(dates: Iterable[Date], *, name: str, site: str, now: dt.datetime) -> str:
    """Write dates as one calendar. `site` (https://host) makes addresses whole and identifiers unique."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//civic-crowdfunding//desk//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        *(line for date in dates for line in _event(date, site, now)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def _event(date: Date, site: str, now: dt.datetime) -> Iterator[str]:
    what, url = str(date.what), f"{site}{date.url}"
    # the same thing keeps its identifier when its moment changes, so that a calendar moves it
    key = hashlib.sha256(f"{date.kind}|{what}|{date.subject}|{url}".encode()).hexdigest()[:32]
    yield "BEGIN:VEVENT"
    yield f"UID:{key}@{site.partition('//')[2]}"
    yield f"DTSTAMP:{_utc(now)}"
    if date.all_day:
        day = date.at.astimezone(CIVIL).date()
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + dt.timedelta(days=1):%Y%m%d}"
    else:
        yield f"DTSTART:{_utc(date.at)}"
        yield f"DTEND:{_utc(date.at)}"
    yield f"SUMMARY:{_text(f'{what}: {date.subject}')}"
    yield f"URL:{url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Escape what has a meaning in a calendar; line breaks and other control characters become spaces."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _fold(line: str) -> str:
    """Fold a line at 75 octets, never inside a character."""
    folded, room = "", _OCTETS
    for sign in line:
        size = len(sign.encode())
        if size > room:
            folded, room = f"{folded}\r\n ", _OCTETS - 1
        folded += sign
        room -= size
    return folded
