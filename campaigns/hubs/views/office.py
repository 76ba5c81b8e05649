"""Officers record buildings, hubs, agreements and what a hub hosts: one form a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from campaigns.hubs.forms import office
from campaigns.hubs.permissions import can_open_hubs
from campaigns.hubs.selectors.reads import all_hubs
from campaigns.hubs.services import agreements, buildings
from campaigns.views.access import person
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from accounts.forms import RefusableForm
    from campaigns.hubs.models import Hub


def _building(given: dict[str, Any], hub: Hub | None, **who: Any) -> None:
    picture = given.pop("picture", None)
    buildings.record_building(sheet=buildings.BuildingSheet(**given), picture=picture, **who)


def _hub(given: dict[str, Any], hub: Hub | None, **who: Any) -> None:
    buildings.open_hub(**given, **who)


def _agreement(given: dict[str, Any], hub: Hub | None, **who: Any) -> None:
    agreements.record_agreement(hub=_known(hub), terms=agreements.Terms(**given), **who)


def _document(given: dict[str, Any], hub: Hub | None, **who: Any) -> None:
    latest = _known(hub).agreements.first()
    if latest is None:
        raise Refused("no_agreement", _("This hub has no agreement yet: record it first."))
    agreements.add_agreement_document(agreement=latest, **given, **who)


def _outlay(given: dict[str, Any], hub: Hub | None, **who: Any) -> None:
    buildings.record_outlay(building=_known(hub).building, **given, **who)


def _hosted(given: dict[str, Any], hub: Hub | None, **who: Any) -> None:
    buildings.host_project(hub=_known(hub), hosted=True, **given, **who)


def _known(hub: Hub | None) -> Hub:
    if hub is None:
        raise Http404
    return hub


OF_NO_HUB: dict[str, tuple[type[RefusableForm], Callable[..., None], Any]] = {
    "building": (office.BuildingForm, _building, gettext_lazy("Record a building")),
    "hub": (office.HubForm, _hub, gettext_lazy("Open a hub")),
}
OF_A_HUB: dict[str, tuple[type[RefusableForm], Callable[..., None], Any]] = {
    "agreement": (office.AgreementForm, _agreement, gettext_lazy("Record an agreement")),
    "document": (
        office.AgreementDocumentForm,
        _document,
        gettext_lazy("Publish a document of the agreement"),
    ),
    "outlay": (office.OutlayForm, _outlay, gettext_lazy("Record works or equipment")),
    "project": (office.HostedForm, _hosted, gettext_lazy("Host a project")),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hub_office(request: HttpRequest, what: str, slug: str = "") -> HttpResponse:
    """Show and take one of the forms."""
    require(can_open_hubs(request.user))
    known = OF_A_HUB if slug else OF_NO_HUB
    if what not in known:
        raise Http404
    hub = get_object_or_404(all_hubs(), slug=slug) if slug else None
    form_class, deed, title = known[what]
    form = form_class(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _done(request, form, deed, hub):
        messages.success(request, _("Saved."))
        return redirect(hub) if hub else redirect("hubs")
    context = {"form": form, "hub": hub, "title": title, "submit": _("Save")}
    return render(request, "campaigns/hubs/form_page.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, form: RefusableForm, deed: Callable[..., None], hub: Hub | None) -> bool:
    try:
        deed(dict(form.cleaned_data), hub, by=person(request), now=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        form.refuse(refused)
        return False
    return True
