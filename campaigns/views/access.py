"""Which campaign or project an address means, and whether this person may know that it exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.permissions import is_person, require
from campaigns.models import Campaign, Project
from campaigns.permissions import can_edit_campaign, can_edit_project, can_see_campaign, can_see_team_pages

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User


def crumb(label: str, name: str) -> dict[str, str]:
    """Return a step of the way to a page, as the breadcrumb reads it."""
    return {"label": label, "url": reverse(name)}


def person(request: HttpRequest) -> User:
    """Return who is logged in. Behind `login_required`, so never nobody."""
    require(is_person(request.user))
    return cast("User", request.user)


def campaign_for_team(request: HttpRequest, slug: str) -> Campaign:
    """Return the campaign if this person may write it; 404 if they may not even see it, else 403."""
    campaign = get_object_or_404(Campaign.objects.with_project(), slug=slug)
    if not can_see_campaign(request.user, campaign):
        raise Http404
    require(can_edit_campaign(request.user, campaign))
    return campaign


def campaign_to_see(request: HttpRequest, slug: str) -> Campaign:
    """Return the campaign if this person may see it, or 404."""
    campaign = get_object_or_404(Campaign.objects.with_project(), slug=slug)
    if not can_see_campaign(request.user, campaign):
        raise Http404
    return campaign


def project_for_team(request: HttpRequest, slug: str) -> Project:
    """Return the project if this person may write it; 404 if they may not even see it, else 403."""
    project = project_to_see(request, slug)
    require(can_edit_project(request.user, project))
    return project


def project_to_see(request: HttpRequest, slug: str) -> Project:
    """Return the project if it is public or this person's, or 404."""
    project = get_object_or_404(Project.objects.with_place(), slug=slug)
    if (
        not can_see_team_pages(request.user, project)
        and not Project.objects.public().filter(pk=project.pk).exists()
    ):
        raise Http404
    return project
