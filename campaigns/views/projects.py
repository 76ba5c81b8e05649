"""Projects and the neighbourhoods they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.places.models import Neighbourhood
from campaigns.permissions import can_edit_project
from campaigns.selectors.cards import PAGE, Wish, as_cards, find_campaigns
from campaigns.selectors.projects import neighbourhoods, per_resident, project_page, public_projects
from campaigns.views.access import crumb, project_to_see
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """List the projects that are public."""
    page = Paginator(public_projects(), PAGE).get_page(request.GET.get("page"))
    context = {
        "projects": page.object_list,
        "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "campaigns/project_list.html", context)


@require_safe
def project_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one project: does it stand on its own feet, and how it came there."""
    project = project_to_see(request, slug)
    page = project_page(project, clock.now())
    context = {
        "page": page,
        "project": project,
        "can_edit": can_edit_project(request.user, project),
        "crumbs": [crumb(_("Projects"), "projects")],
    }
    return render(request, "campaigns/project_detail.html", context)


@require_safe
def neighbourhood_list(request: HttpRequest) -> HttpResponse:
    """List the neighbourhoods."""
    found = list(neighbourhoods())
    context = {"neighbourhoods": found, "map_places": [_on_map(one) for one in found]}
    return render(request, "campaigns/neighbourhood_list.html", context)


def _on_map(place: Neighbourhood, here: str = "") -> dict[str, Any]:
    """Give what the map shows of a place."""
    return {
        "name": place.name,
        "url": reverse("neighbourhood", args=[place.slug]),
        "outline": place.outline,
        "source": place.boundary_source,
        "here": place.slug == here,
    }


@require_safe
def neighbourhood_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one neighbourhood: what is missing there, what is being done."""
    neighbourhood = get_object_or_404(neighbourhoods(), slug=slug)
    now = clock.now()
    found = find_campaigns(Wish(neighbourhood=slug), now)[:PAGE]
    context = {
        "neighbourhood": neighbourhood,
        "map_places": [_on_map(one, slug) for one in Neighbourhood.objects.defer("boundary")],
        "per_resident_cents": per_resident(neighbourhood),
        "crumbs": [crumb(_("Neighbourhoods"), "neighbourhoods")],
        "campaigns": as_cards(found, now),
        "projects": public_projects().filter(neighbourhood=neighbourhood)[:PAGE],
    }
    return render(request, "campaigns/neighbourhood_detail.html", context)
