"""Everybody reads what a hub offers and what happens there."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from campaigns.hubs.models import AgreementDocument
from campaigns.hubs.permissions import can_open_hubs, can_operate, can_see_hub_desk
from campaigns.hubs.selectors.calendar import confirmed, day_asked
from campaigns.hubs.selectors.reads import agreement_on, all_hubs, hub_to_show
from crowdfund.kit import clock, files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import FileResponse, HttpRequest, HttpResponse

    from campaigns.hubs.models import Booking

PER_PAGE = 24
WEEK = 7


@require_safe
def hubs(request: HttpRequest) -> HttpResponse:
    """List the hubs."""
    page = Paginator(all_hubs(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "officer": can_open_hubs(request.user)}
    return render(request, "campaigns/hubs/hub_list.html", context)


@require_safe
def hub(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a hub: what happens today, its spaces, who runs it under what agreement, what was spent, what it hosts."""
    shown = get_object_or_404(hub_to_show(), slug=slug)
    now = clock.now()
    today = now.astimezone(clock.CIVIL).date()
    context = {
        "hub": shown,
        "today": confirmed(shown, today, 1),
        "agreement": agreement_on(shown, today),
        "officer": can_open_hubs(request.user),
        "desk": can_see_hub_desk(request.user, shown, now),
        "operator": can_operate(request.user, shown, now),
    }
    return render(request, "campaigns/hubs/hub_detail.html", context)


@require_safe
def hub_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a week of the hub, from the day asked for."""
    shown = get_object_or_404(all_hubs(), slug=slug)
    first = first_day(request)
    context = {"hub": shown, **week(first, confirmed(shown, first, WEEK))}
    return render(request, "campaigns/hubs/hub_calendar.html", context)


def first_day(request: HttpRequest) -> dt.date:
    """Return the day asked for (`?from=2026-11-25`)."""
    return day_asked(request.GET.get("from", ""), clock.today())


def week(first: dt.date, bookings: Iterable[Booking]) -> dict[str, Any]:
    """Sort bookings under the seven days from `first`, with the addresses of the weeks beside it."""
    days: dict[dt.date, list[Booking]] = {first + dt.timedelta(days=n): [] for n in range(WEEK)}
    for booking in bookings:
        days[max(first, booking.starts_at.astimezone(clock.CIVIL).date())].append(booking)
    step = dt.timedelta(days=WEEK)
    return {
        "days": list(days.items()),
        "previous_url": f"?from={first - step:%Y-%m-%d}",
        "next_url": f"?from={first + step:%Y-%m-%d}",
    }


@require_safe
def agreement_document(request: HttpRequest, pk: int) -> FileResponse:
    """Download a document of an agreement."""
    row = get_object_or_404(AgreementDocument, pk=pk)
    return files.send_private(row.stored, name=row.name, kind=row.kind)
