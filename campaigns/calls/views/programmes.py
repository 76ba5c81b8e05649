from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from campaigns.calls.forms.programmes import ProgrammeForm
from campaigns.calls.forms.refusals import show_refusal
from campaigns.calls.models import Programme
from campaigns.calls.permissions import can_write_calls
from campaigns.calls.selectors.cards import call_cards, programme_cards
from campaigns.calls.selectors.reads import (
    picture_url,
    programme_calls,
    programme_list,
    programme_projects,
)
from campaigns.calls.services.programmes import FIELDS, create_programme, edit_programme
from campaigns.enums import PUBLIC_STATUSES
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """List the programmes."""
    context = {"cards": programme_cards(programme_list()), "may_write": can_write_calls(request.user)}
    return render(request, "campaigns/calls/programme_list.html", context)


@require_safe
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a programme's public sheet, its figures and its calls."""
    shown = get_object_or_404(Programme, slug=slug)
    admitted = list(programme_projects(shown))
    places = {one.project.neighbourhood for one in admitted}
    context = {
        "programme": shown,
        "scene_url": picture_url(shown.picture),
        "projects": [
            (one, one.campaign is not None and one.campaign.status in PUBLIC_STATUSES) for one in admitted
        ],
        "neighbourhoods": sorted(places, key=lambda place: place.name),
        "pictures": shown.pictures.all(),
        "documents": shown.documents.all(),
        "calls": call_cards(programme_calls(shown), clock.now()),
        "may_write": can_write_calls(request.user),
    }
    return render(request, "campaigns/calls/programme_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def programme_new(request: HttpRequest) -> HttpResponse:
    """Create a programme."""
    require(can_write_calls(request.user))
    form = ProgrammeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_programme(sheet=form.sheet(), by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The programme is there."))
            return redirect(made)
    return render(request, "campaigns/calls/programme_form.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def programme_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a programme's sheet."""
    require(can_write_calls(request.user))
    shown = get_object_or_404(Programme, slug=slug)
    initial = {name: getattr(shown, name) for name in FIELDS}
    form = ProgrammeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            edit_programme(programme=shown, sheet=form.sheet(), by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The sheet is saved."))
            return redirect(shown)
    return render(request, "campaigns/calls/programme_form.html", {"form": form, "programme": shown})
