"""An animator reads what residents report."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from campaigns.codesign.enums import NeedSource
from campaigns.codesign.forms import CollectForm, HideForm, MergeForm
from campaigns.codesign.models import Need
from campaigns.codesign.permissions import can_moderate
from campaigns.codesign.selectors.needs import needs_to_read, public_needs, similar_needs
from campaigns.codesign.selectors.resources import resources_to_read
from campaigns.codesign.services import hide_need, merge_needs, publish_need, report_need
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST_AT_ONCE = 50
MOST_OFFERED = 12


@login_required
@require_GET
def needs_waiting(request: HttpRequest) -> HttpResponse:
    """List what waits to be read, oldest first."""
    require(can_moderate(request.user))
    waiting = needs_to_read()
    resources = resources_to_read()[:MOST_AT_ONCE]
    context = {"needs": waiting[:MOST_AT_ONCE], "count": waiting.count(), "resources": resources}
    return render(request, "campaigns/codesign/need_queue.html", context)


@login_required
@require_POST
def need_publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish a need, and go on with the next."""
    need = get_object_or_404(Need, slug=slug)
    publish_need(need=need, by=request.user, now=clock.now())
    messages.success(request, _("Published: %(title)s") % {"title": need.title})
    return redirect("needs_waiting")


@login_required
@require_http_methods(["GET", "POST"])
def need_hide(request: HttpRequest, slug: str) -> HttpResponse:
    """Hide a need, with the reason."""
    require(can_moderate(request.user))
    need = get_object_or_404(Need, slug=slug)
    form = HideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hide_need(need=need, why=form.cleaned_data["why"], by=request.user, now=clock.now())
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("Hidden: %(title)s") % {"title": need.title})
            return redirect("needs_waiting")
    context = {
        "form": form,
        "title": _("Hide this need"),
        "intro": need.title,
        "submit": _("Hide"),
        "back": need.get_absolute_url(),
    }
    return render(request, "campaigns/codesign/form_page.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def need_merge(request: HttpRequest, slug: str) -> HttpResponse:
    """Merge a need into one that says the same: those that sound like it are offered, others can be looked for."""
    require(can_moderate(request.user))
    need = get_object_or_404(Need.objects.select_related("neighbourhood").defer("search"), slug=slug)
    query = request.GET.get("q", "")
    offered = similar_needs(
        query or f"{need.title} {need.text}",
        neighbourhood=need.neighbourhood.slug,
        besides=need,
        limit=MOST_OFFERED,
    )
    choices = public_needs().exclude(pk=need.pk).filter(pk__in=[one.pk for one in offered])
    form = MergeForm(request.POST or None, needs=choices)
    if request.method == "POST" and form.is_valid():
        into = form.cleaned_data["into"]
        try:
            merge_needs(need=need, into=into, why=form.cleaned_data["why"], by=request.user, now=clock.now())
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("Merged into: %(title)s") % {"title": into.title})
            return redirect(into)
    context = {"form": form, "need": need, "offered": offered, "query": query}
    return render(request, "campaigns/codesign/need_merge.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def needs_collect(request: HttpRequest) -> HttpResponse:
    """Record many needs at a meeting. The script keeps them while there is no network, and asks for JSON."""
    require(can_moderate(request.user))
    kept = {name: request.GET.get(name, "") for name in ("neighbourhood", "theme")}
    form = CollectForm(request.POST or None, initial=kept | {"client_key": uuid.uuid4()})
    for_script = "application/json" in request.headers.get("Accept", "")
    if request.method == "POST" and form.is_valid():
        try:
            need = report_need(
                **form.cleaned_data, source=NeedSource.MEETING, by=request.user, now=clock.now()
            )
        except Refused as error:
            form.refuse(error)
        else:
            return _collected(need, for_script=for_script, request=request)
    if request.method == "POST" and for_script:
        wrong = " ".join(str(problem) for one in form.errors.values() for problem in one)
        return JsonResponse({"wrong": wrong}, status=422)
    return render(request, "campaigns/codesign/need_collect.html", {"form": form})


def _collected(need: Need, *, for_script: bool, request: HttpRequest) -> HttpResponse:
    if for_script:
        return JsonResponse({"url": need.get_absolute_url()}, status=201)
    messages.success(request, _("Recorded: %(title)s") % {"title": need.title})
    same = urlencode({"neighbourhood": need.neighbourhood.slug, "theme": need.theme})
    return redirect(f"{reverse('needs_collect')}?{same}")
