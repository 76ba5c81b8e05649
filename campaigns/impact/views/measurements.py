"""Measurements of a project: the team writes them down and corrects them, somebody from outside verifies them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from campaigns.forms.serving import served
from campaigns.impact.forms.measurements import (
    CorrectionForm,
    MeasurementForm,
    SendBackForm,
    correction_initial,
)
from campaigns.impact.permissions import can_measure, can_see_evidence, can_see_measurements, can_verify
from campaigns.impact.selectors.measurements import measurements as all_measurements
from campaigns.impact.selectors.measurements import standings
from campaigns.impact.services.measurements import (
    correct_measurement,
    record_measurement,
    send_back_measurement,
    verify_measurement,
)
from campaigns.models import Indicator, Project
from campaigns.views.access import person
from crowdfund.kit import clock
from crowdfund.kit.files import send_private

if TYPE_CHECKING:
    from django.http import FileResponse, HttpRequest, HttpResponse

    from campaigns.impact.models import Measurement


def _facts(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request), "now": clock.now()}


def _crumbs(project: Project) -> list[dict[str, str]]:
    return [
        {"label": project.title, "url": project.get_absolute_url()},
        {"label": _("Measurements"), "url": reverse("measurements", args=[project.slug])},
    ]


def _measurement(pk: int) -> Measurement:
    return get_object_or_404(all_measurements(), pk=pk)


@require_safe
@login_required
def measurements(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the team every indicator with all that was measured, and what is due."""
    project = get_object_or_404(Project.objects.with_place().defer("search", "story"), slug=slug)
    require(can_see_measurements(request.user, project))
    context = {
        "project": project,
        "standings": standings(project, clock.today()),
        "may_measure": can_measure(request.user, project),
        "may_verify": can_verify(request.user, project),
        "crumbs": _crumbs(project)[:1],
    }
    return render(request, "campaigns/impact/measurements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def measurement_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what an indicator was."""
    found = Indicator.objects.select_related("project__organisation").defer("project__search")
    indicator = get_object_or_404(found, pk=pk)
    require(can_measure(request.user, indicator.project))
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    initial = {"measured_on": clock.today()}
    form = MeasurementForm(*given, initial=initial, unit=indicator.unit)
    if form.is_valid():
        deed = functools.partial(
            record_measurement, indicator=indicator, taken=form.taken(), **_facts(request)
        )
        if served(form, deed):
            messages.success(request, _("Written down. It is public once somebody from outside verified it."))
            return redirect("measurements", indicator.project.slug)
    context = {"indicator": indicator, "form": form, "crumbs": _crumbs(indicator.project)}
    return render(
        request, "campaigns/impact/measurement_form.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def measurement_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put another measurement in the place of one."""
    row = _measurement(pk)
    project = row.indicator.project
    require(can_measure(request.user, project))
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CorrectionForm(*given, initial=correction_initial(row), unit=row.indicator.unit)
    if form.is_valid():
        deed = functools.partial(
            correct_measurement,
            measurement=row,
            taken=form.taken(),
            why=form.cleaned_data["why"],
            **_facts(request),
        )
        if served(form, deed):
            messages.success(request, _("Corrected. What was verified stands until the correction is."))
            return redirect("measurements", project.slug)
    context = {"indicator": row.indicator, "row": row, "form": form, "crumbs": _crumbs(project)}
    return render(
        request, "campaigns/impact/measurement_form.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def measurement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one measurement with its history; whoever may verify it does, or sends it back."""
    row = _measurement(pk)
    project = row.indicator.project
    require(can_see_measurements(request.user, project))
    back = SendBackForm(request.POST if "send_back" in request.POST else None)
    if request.method == "POST" and (said := _judged(request, row, back)):
        messages.success(request, said)
        return redirect("measurements", project.slug)
    context = {
        "row": row,
        "indicator": row.indicator,
        "events": row.events.select_related("by"),
        "back": back,
        "may_verify": row.status == "waiting" and can_verify(request.user, project),
        "may_correct": row.status != "replaced"
        and not hasattr(row, "correction")
        and can_measure(request.user, project),
        "crumbs": _crumbs(project),
    }
    return render(request, "campaigns/impact/measurement.html", context, status=422 if back.errors else 200)


def _judged(request: HttpRequest, row: Measurement, back: SendBackForm) -> str:
    """Do what was asked and say that it is done; empty when the form has to be shown again."""
    if "verify" in request.POST:
        verify_measurement(measurement=row, **_facts(request))
        return _("Verified: it is public now.")
    if back.is_valid():
        deed = functools.partial(
            send_back_measurement, measurement=row, **_facts(request), **back.cleaned_data
        )
        return _("Sent back.") if served(back, deed) else ""
    return ""


@require_safe
def measurement_file(request: HttpRequest, pk: int) -> FileResponse:
    """Send the evidence: to everybody once verified and public, else to the team and the city."""
    row = _measurement(pk)
    if not row.file or not can_see_evidence(request.user, row, row.indicator.project):
        raise Http404
    return send_private(row.file, name=f"measurement-{row.pk}.{row.file_kind}", kind=row.file_kind)
