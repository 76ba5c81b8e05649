"""An officer keeps the neighbourhoods: boundaries from a file, residents by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import BoundaryForm, ResidentsForm
from accounts.permissions import can_keep_places, require
from accounts.places.models import BoundaryImport, Neighbourhood
from accounts.services.places import import_boundaries, set_residents
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

NEWEST = 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def places(request: HttpRequest) -> HttpResponse:
    """List the neighbourhoods and what was imported; a POST takes a file in."""
    require(can_keep_places(request.user))
    form = BoundaryForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        wish = dict(form.cleaned_data)
        try:
            done = import_boundaries(
                content=wish.pop("file").read(), **wish, by=cast("User", request.user), now=clock.now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            counts = {"changed": done.changed, "created": done.created}
            messages.success(
                request, _("Imported: %(changed)s neighbourhoods changed, %(created)s new.") % counts
            )
            return redirect("places")
    context = {
        "form": form,
        "places": Neighbourhood.objects.defer("boundary"),
        "imports": BoundaryImport.objects.all()[:NEWEST],
    }
    return render(request, "accounts/places.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def place_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Say how many live in a neighbourhood, and in which zone it lies."""
    require(can_keep_places(request.user))
    place = get_object_or_404(Neighbourhood.objects.defer("boundary"), slug=slug)
    form = ResidentsForm(request.POST or None, initial={"residents": place.residents, "zone": place.zone})
    if request.method == "POST" and form.is_valid():
        try:
            set_residents(
                neighbourhood=place, **form.cleaned_data, by=cast("User", request.user), now=clock.now()
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("places")
    context = {"form": form, "place": place}
    return render(request, "accounts/place_edit.html", context, status=422 if form.errors else 200)
