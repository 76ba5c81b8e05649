"""A team's desk and its projects."""

from __future__ import annotations

import copy
import functools
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from campaigns.forms.campaigns import CampaignForm
from campaigns.forms.projects import NewProjectForm, ProjectForm
from campaigns.forms.serving import served
from campaigns.selectors.desk import WRITERS
from campaigns.selectors.projects import projects_of
from campaigns.services.campaigns import draft_campaign
from campaigns.services.projects import create_project, edit_project, set_picture
from campaigns.views.access import person, project_for_team
from crowdfund.kit import clock, desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from campaigns.models import Project


@login_required
@require_safe
def team_desk(request: HttpRequest) -> HttpResponse:
    """Show what is due, and my organisations' projects."""
    user = person(request)
    context = {
        "tasks": desk.team_tasks(user, clock.now()),
        "projects": projects_of(user),
        "can_create": any(role in WRITERS for role in user.team_roles.values()),
    }
    return render(request, "campaigns/team_desk.html", context)


def _with_picture(request: HttpRequest, form: ProjectForm, deed: Callable[[], Project]) -> Project | None:
    """Do the deed and keep the picture that came with it: both or neither."""
    done: list[Project] = []

    def both() -> None:
        with transaction.atomic():
            project = deed()
            if form.cleaned_data["picture"]:
                set_picture(
                    project=project,
                    file=form.cleaned_data["picture"],
                    alt=form.cleaned_data["picture_alt"],
                    by=person(request),
                    now=clock.now(),
                )
            done.append(project)

    return done[0] if served(form, both) else None


@login_required
@require_http_methods(["GET", "POST"])
def project_new(request: HttpRequest) -> HttpResponse:
    """Start a project for one of my organisations."""
    user = person(request)
    require(any(role in WRITERS for role in user.team_roles.values()))
    form = NewProjectForm(request.POST or None, request.FILES or None, user=user)
    if request.method == "POST" and form.is_valid():
        deed = functools.partial(
            create_project,
            organisation=form.cleaned_data["organisation"],
            by=user,
            now=clock.now(),
            **form.texts(),
        )
        if _with_picture(request, form, deed):
            messages.success(request, _("The project is saved. Nobody sees it until a campaign is launched."))
            return redirect("team_desk")
    return render(request, "campaigns/project_form.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Write about a project."""
    project = project_for_team(request, slug)
    # the form gets a copy: is_valid() writes on its instance, and the service must see the row as it is
    form = ProjectForm(request.POST or None, request.FILES or None, instance=copy.copy(project))

    def deed() -> Project:
        edit_project(project=project, by=person(request), now=clock.now(), **form.texts())
        return project

    if request.method == "POST" and form.is_valid() and _with_picture(request, form, deed):
        messages.success(request, _("The project is saved."))
        return redirect("project_edit", slug)
    return render(request, "campaigns/project_form.html", {"form": form, "project": project})


@login_required
@require_http_methods(["GET", "POST"])
def campaign_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Draft a campaign for a project."""
    project = project_for_team(request, slug)
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        deed = functools.partial(draft_campaign, project=project, by=person(request), now=clock.now())
        if served(form, lambda: deed(**form.cleaned_data)):
            campaign = project.campaigns.latest("created_at", "pk")
            messages.success(request, _("The draft is ready: now say what the money buys."))
            return redirect("campaign_budget", campaign.slug)
    return render(request, "campaigns/campaign_form.html", {"form": form, "project": project})
