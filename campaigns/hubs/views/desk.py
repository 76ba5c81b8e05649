"""Who runs a hub answers requests, and keeps spaces and hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from campaigns.hubs.forms.bookings import SpaceForm, WhyForm, week_of
from campaigns.hubs.models import Booking, Space
from campaigns.hubs.permissions import can_open_hubs, can_operate, can_see_hub_desk
from campaigns.hubs.selectors.calendar import confirmed, waiting
from campaigns.hubs.selectors.reads import all_hubs
from campaigns.hubs.services.decisions import cancel_booking, confirm_booking, refuse_booking
from campaigns.hubs.services.spaces import SpaceSheet, save_space, set_hours
from campaigns.views.access import person
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from campaigns.hubs.models import Hub

AHEAD = 30


@login_required
@require_safe
def hub_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """List who asks for a space, and what is confirmed in the next month."""
    hub = get_object_or_404(all_hubs(), slug=slug)
    now = clock.now()
    require(can_see_hub_desk(request.user, hub, now))
    context = {
        "hub": hub,
        "waiting": waiting(hub, now),
        "coming": confirmed(hub, now.astimezone(clock.CIVIL).date(), AHEAD).select_related("booked_by"),
        "spaces": hub.spaces.all(),
        "operator": can_operate(request.user, hub, now),
        "may_write": can_operate(request.user, hub, now) or can_open_hubs(request.user),
    }
    return render(request, "campaigns/hubs/hub_desk.html", context)


@login_required
@require_POST
def booking_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Say yes."""
    booking = _booking(pk)
    confirm_booking(booking=booking, by=person(request), now=clock.now())
    messages.success(request, _("Confirmed. We write to who asked."))
    return redirect("hub_desk", booking.space.hub.slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def booking_decline(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Say no to a request (`refuse`), or take back what was confirmed (`withdraw`), with the reason."""
    booking = _booking(pk)
    require(can_operate(request.user, booking.space.hub, clock.now()))
    act = {"refuse": refuse_booking, "withdraw": cancel_booking}.get(deed)
    if act is None:
        raise Http404
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(booking=booking, why=form.cleaned_data["why"], by=person(request), now=clock.now())
        except NotAllowed:
            raise
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Done. We write to who asked."))
            return redirect("hub_desk", booking.space.hub.slug)
    context = {
        "form": form,
        "hub": booking.space.hub,
        "title": _("Refuse this request") if deed == "refuse" else _("Cancel this booking"),
        "submit": _("Refuse") if deed == "refuse" else _("Cancel the booking"),
        "note": f"{booking.title} · {booking.space.name}",
    }
    return render(request, "campaigns/hubs/form_page.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_edit(request: HttpRequest, slug: str, space_slug: str = "") -> HttpResponse:
    """Add a space, or change one, its rules and its week."""
    hub = get_object_or_404(all_hubs(), slug=slug)
    require(can_open_hubs(request.user) or can_operate(request.user, hub, clock.now()))
    space = (
        get_object_or_404(Space.objects.select_related("hub"), hub=hub, slug=space_slug)
        if space_slug
        else None
    )
    form = SpaceForm(request.POST or None, initial=week_of(space) if space else None)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, hub, space, form)
        except NotAllowed:
            raise
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The space is saved."))
            return redirect("hub_desk", slug)
    context = {
        "form": form,
        "hub": hub,
        "title": _("Change “%(name)s”") % {"name": space} if space else _("Add a space"),
        "submit": _("Save the space"),
        "note": _("Hours like 9:00-13:00, 14:00-18:00; leave a day empty when it is closed."),
    }
    return render(request, "campaigns/hubs/form_page.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, hub: Hub, space: Space | None, form: SpaceForm) -> None:
    with transaction.atomic():
        now, by = clock.now(), person(request)
        saved = save_space(hub=hub, space=space, sheet=SpaceSheet(**form.sheet()), by=by, now=now)
        set_hours(space=saved, hours=form.hours(), by=by, now=now)


def _booking(pk: int) -> Booking:
    return get_object_or_404(Booking.objects.select_related("space__hub", "booked_by", "organisation"), pk=pk)
