"""The public calendar of a hub as iCalendar (RFC 5545): what is confirmed, with a title only where it may be public."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.hubs.selectors.calendar import confirmed
from campaigns.hubs.selectors.reads import all_hubs
from crowdfund.kit import clock
from crowdfund.kit.ical import folded, text_value, utc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from campaigns.hubs.models import Booking, Hub

PAST_DAYS: Final = 30
DAYS: Final = 30 + 366


@require_safe
def hub_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a hub's calendar to phones and calendar programs: a month back, a year ahead."""
    hub = get_object_or_404(all_hubs(), slug=slug)
    now = clock.now()
    first = now.astimezone(clock.CIVIL).date() - dt.timedelta(days=PAST_DAYS)
    text = calendar_text(hub, confirmed(hub, first, DAYS), now)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{hub.slug}.ics"'
    return answer


def calendar_text(hub: Hub, bookings: Iterable[Booking], now: dt.datetime) -> str:
    """Write the calendar; times in UTC, so that no time zone need be described, lines folded as RFC 5545 says."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{text_value(settings.SITE_NAME)}//Hubs//IT",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{text_value(hub.name)}",
    ]
    for booking in bookings:
        lines += _event(hub, booking, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(hub: Hub, booking: Booking, now: dt.datetime) -> list[str]:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    title = booking.title if booking.public else _("Reserved")
    return [
        "BEGIN:VEVENT",
        f"UID:{booking.uid}@{host}",
        f"DTSTAMP:{utc(now)}",
        f"LAST-MODIFIED:{utc(booking.changed_at)}",
        f"DTSTART:{utc(booking.starts_at)}",
        f"DTEND:{utc(booking.ends_at)}",
        f"SUMMARY:{text_value(f'{title} ({booking.space.name})')}",
        f"LOCATION:{text_value(f'{hub.name}, {hub.building.address}')}",
        f"URL:{settings.SITE_URL}{hub.get_absolute_url()}",
        "STATUS:CONFIRMED",
        "END:VEVENT",
    ]
