"""The desk's calendar: a month on a page, and a feed for one's own calendar behind a signed private link."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import can_see_officer_desk, remembering_teams, require
from accounts.services import renew_calendar_link, withdraw_calendar_link
from accounts.services.calendar import calendar_token, reader_of
from crowdfund.kit import clock, desk
from crowdfund.kit.ical import as_calendar

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

FEED_BEHIND: Final = dt.timedelta(days=31)
FEED_AHEAD: Final = dt.timedelta(days=366)
FIRST_YEAR, LAST_YEAR = 2000, 2199


@login_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show a month of dates (`?month=2026-12`), by day."""
    require(can_see_officer_desk(request.user))
    now = clock.now()
    today = now.astimezone(clock.CIVIL).date()
    first = _month_asked(request.GET.get("month", ""), today)
    after = _next(first)
    start, end = clock.midnight(first), clock.midnight(after)
    with remembering_teams():
        found = desk.dates(request.user, start, end)
    context = {
        "first": first,
        "before": first - dt.timedelta(days=1),
        "after": after,
        "today": today,
        "days": _days(first, after, found),
        "dates": found,
        "blanks": first.isoweekday(),
        "feed_url": _feed_url(request),
    }
    return render(request, "accounts/desk_calendar.html", context)


def _month_asked(text: str, today: dt.date) -> dt.date:
    """Read `2026-12`; anything else is this month."""
    try:
        asked = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        asked = today
    return (asked if FIRST_YEAR <= asked.year <= LAST_YEAR else today).replace(day=1)


def _next(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)


def _days(first: dt.date, after: dt.date, found: list[desk.Date]) -> list[dict[str, Any]]:
    days = [first + dt.timedelta(days=number) for number in range((after - first).days)]
    return [
        {"day": day, "dates": [one for one in found if one.at.astimezone(clock.CIVIL).date() == day]}
        for day in days
    ]


def _feed_url(request: HttpRequest) -> str:
    link = getattr(request.user, "calendar_link", None)
    if link is None or link.withdrawn_at:
        return ""
    return request.build_absolute_uri(reverse("desk_feed", args=[calendar_token(link)]))


@login_required
@require_POST
def link_renew(request: HttpRequest) -> HttpResponse:
    """Make one's private link, or another one in place of it."""
    renew_calendar_link(by=cast("User", request.user), now=clock.now())
    messages.success(request, _("Your private link is ready. Earlier ones show nothing any more."))
    return redirect("desk_calendar")


@login_required
@require_POST
def link_withdraw(request: HttpRequest) -> HttpResponse:
    """Take one's private link back."""
    withdraw_calendar_link(by=cast("User", request.user), now=clock.now())
    messages.success(request, _("The private link shows nothing any more."))
    return redirect("desk_calendar")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give the dates of a month behind and a year ahead to a calendar program that has the private link."""
    user = reader_of(token)
    if user is None:
        raise Http404
    now = clock.now()
    with translation.override(user.language), remembering_teams():
        dates = desk.dates(user, now - FEED_BEHIND, now + FEED_AHEAD)
        site = request.build_absolute_uri("/").rstrip("/")
        text = as_calendar(dates, name=_("The municipality's desk"), site=site, now=now)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, max-age=900"
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
