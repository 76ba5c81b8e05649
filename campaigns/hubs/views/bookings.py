"""A resident books a space and sees what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Organisation
from campaigns.hubs.forms.bookings import BookingForm
from campaigns.hubs.models import Booking, Space
from campaigns.hubs.permissions import can_book
from campaigns.hubs.selectors.calendar import bookings_of, taken
from campaigns.hubs.services.bookings import Wanted, request_booking
from campaigns.hubs.services.decisions import cancel_booking
from campaigns.hubs.views.public import WEEK, first_day, week
from campaigns.views.access import person
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

WHEN = ("day", "begins", "ends", "until")


@require_http_methods(["GET", "HEAD", "POST"])
def space(request: HttpRequest, slug: str, space_slug: str) -> HttpResponse:
    """Show a space with its rules and its week, and take a request for it."""
    spaces = Space.objects.select_related("hub__building").prefetch_related("hours")
    shown = get_object_or_404(spaces, hub__slug=slug, slug=space_slug)
    may = can_book(request.user, shown)
    if request.method == "POST" and not may:
        return redirect_to_login(request.path)
    mine = Organisation.objects.filter(memberships__user=request.user.pk)
    form = BookingForm(request.POST or None, organisations=mine) if may else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = _asked(request, shown, form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refused:
            form.refuse(refused)
        else:
            said = ngettext(
                "Your request is sent: the hub answers by email.",
                "Your request for %(n)s weeks is sent: the hub answers by email.",
                len(made),
            )
            messages.success(request, said % {"n": len(made)})
            return redirect("my_bookings")
    first = first_day(request)
    context = {"space": shown, "form": form, **week(first, taken(shown, first, WEEK))}
    status = 422 if form is not None and form.errors else 200
    return render(request, "campaigns/hubs/space_detail.html", context, status=status)


def _asked(request: HttpRequest, shown: Space, given: dict[str, Any]) -> list[Booking]:
    facts = {name: value for name, value in given.items() if name not in WHEN}
    wanted = Wanted(**{name: given[name] for name in WHEN})
    return request_booking(space=shown, wanted=wanted, **facts, by=person(request), now=clock.now())


@login_required
@require_safe
def my_bookings(request: HttpRequest) -> HttpResponse:
    """List one's bookings that are not over."""
    now = clock.now()
    context = {"bookings": bookings_of(person(request), now), "now": now}
    return render(request, "campaigns/hubs/my_bookings.html", context)


@login_required
@require_POST
def booking_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a space back: one time, or with all the weeks that follow."""
    rows = Booking.objects.select_related("space__hub", "booked_by")
    booking = get_object_or_404(rows, pk=pk, booked_by=person(request))
    cancel_booking(
        booking=booking, by=person(request), now=clock.now(), whole=request.POST.get("whole") == "1"
    )
    messages.success(request, _("Cancelled: the space is free again."))
    return redirect("my_bookings")
