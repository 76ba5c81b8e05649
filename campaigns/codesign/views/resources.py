"""A resident offers what the neighbourhood has; an animator reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.codesign.forms import ResourceForm
from campaigns.codesign.models import Resource
from campaigns.codesign.services.resources import hide_resource, offer_resource, publish_resource
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "POST"])
def resource_offer(request: HttpRequest) -> HttpResponse:
    """Offer people, skills, a place or a thing, without an account too."""
    initial = {"neighbourhood": request.GET.get("neighbourhood", "")}
    form = ResourceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            offered = offer_resource(**form.cleaned_data, by=request.user, now=clock.now())
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(
                request, _("Thank you! An animator reads what is offered before it appears here.")
            )
            return redirect("neighbourhood", offered.neighbourhood.slug)
    context = {
        "form": form,
        "title": _("Offer something to the neighbourhood"),
        "intro": _("Neighbourhoods"),
        "note": _(
            "Hands, something you can do, a room, a tool. No telephone numbers: everybody can read this."
        ),
        "submit": _("Offer it"),
        "back": reverse("neighbourhoods"),
    }
    return render(request, "campaigns/codesign/form_page.html", context)


@login_required
@require_POST
def resource_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish or hide what was offered."""
    resource = get_object_or_404(Resource, pk=pk)
    deed = publish_resource if request.POST.get("deed") == "publish" else hide_resource
    deed(resource=resource, by=request.user, now=clock.now())
    messages.success(request, _("Saved."))
    return redirect("needs_waiting")
