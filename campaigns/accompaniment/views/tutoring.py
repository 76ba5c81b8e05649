"""A tutor's hours with a project, on one page: what was agreed, what comes next, and a form to write it down."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from campaigns.accompaniment.forms import ReasonForm, TutoringForm
from campaigns.accompaniment.models import TutoringSession
from campaigns.accompaniment.permissions import (
    can_finish_step,
    can_log_tutoring,
    can_see_tutoring,
    can_strike_tutoring,
)
from campaigns.accompaniment.selectors.tutoring import hours_of, sessions_of
from campaigns.accompaniment.services import finish_step, log_tutoring, strike_tutoring
from campaigns.models import Project
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@login_required
@require_http_methods(["GET", "POST"])
def tutoring(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the log of a project's accompaniment; a tutor writes the next session down here."""
    project = get_object_or_404(Project.objects.defer("search", "story"), slug=slug)
    require(can_see_tutoring(request.user, project))
    form = TutoringForm(request.POST) if request.method == "POST" else TutoringForm()
    if request.method == "POST" and form.is_valid():
        try:
            log_tutoring(project=project, held=form.held(), by=cast("User", request.user), now=clock.now())
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("Written down."))
            return redirect("tutoring", slug)
    rows = [
        (one, can_finish_step(request.user, one), can_strike_tutoring(request.user, one))
        for one in sessions_of(project)
    ]
    context = {
        "project": project,
        "form": form if can_log_tutoring(request.user, project) else None,
        "rows": rows,
        **hours_of(project),
    }
    return render(request, "campaigns/accompaniment/tutoring.html", context)


def _session(pk: int) -> TutoringSession:
    return get_object_or_404(TutoringSession.objects.select_related("project"), pk=pk)


@login_required
@require_POST
def step_finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a step off."""
    session = _session(pk)
    finish_step(session=session, by=cast("User", request.user), now=clock.now())
    messages.success(request, _("Ticked off."))
    return redirect("tutoring", session.project.slug)


@login_required
@require_http_methods(["GET", "POST"])
def tutoring_strike(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike a session out, with the reason."""
    session = _session(pk)
    require(can_strike_tutoring(request.user, session))
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm()
    if request.method == "POST" and form.is_valid():
        try:
            strike_tutoring(
                session=session, **form.cleaned_data, by=cast("User", request.user), now=clock.now()
            )
        except Refused as error:
            form.refuse(error)
        else:
            messages.success(request, _("Struck out."))
            return redirect("tutoring", session.project.slug)
    context = {"session": session, "project": session.project, "form": form}
    return render(request, "campaigns/accompaniment/tutoring_strike.html", context)
