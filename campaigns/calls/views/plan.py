"""A team writes its business plan month by month, and its logframe entry by entry."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.calls.enums import Step
from campaigns.calls.forms.plan import (
    IndicatorForm,
    PlanMonthForm,
    RungForm,
    indicator_initial,
    rung_initial,
)
from campaigns.calls.views.steps import draft_to_write
from campaigns.enums import LogframeLevel
from campaigns.forms.serving import served
from campaigns.models import LAST_MONTH
from campaigns.services.logframe import remove_indicator, remove_rung, write_indicator, write_rung
from campaigns.services.plan import set_plan_month
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from campaigns.calls.models import Application


def _given(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.user, "now": clock.now()}


def _page(request: HttpRequest, template: str, application: Application, **context: Any) -> HttpResponse:
    context |= {"application": application, "call": application.call}
    return render(request, f"campaigns/calls/{template}.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def plan_month(request: HttpRequest, pk: int, month: int) -> HttpResponse:
    """Write one month, and copy it to those after it where asked."""
    application = draft_to_write(request, pk)
    if not 1 <= month <= LAST_MONTH:
        raise Http404
    project = application.project
    lines = project.plan_lines.filter(month=month)
    initial = {line.kind: line.amount_cents for line in lines}
    form = PlanMonthForm(request.POST or None, initial=initial, month=month)
    if request.method == "POST" and form.is_valid():
        deed = functools.partial(
            set_plan_month,
            project=project,
            month=month,
            amounts=form.amounts(),
            until=form.cleaned_data["until"],
            **_given(request),
        )
        if served(form, deed):
            messages.success(request, _("The plan is saved."))
            following = (form.cleaned_data["until"] or month) + 1
            if "next" in request.POST and following <= LAST_MONTH:
                return redirect("plan_month", pk, following)
            return redirect("application_step", pk, Step.PLAN)
    return _page(request, "plan_month", application, form=form, month=month)


@login_required
@require_http_methods(["GET", "POST"])
def rung_new(request: HttpRequest, pk: int, level: str) -> HttpResponse:
    """Add an entry to the logframe."""
    application = draft_to_write(request, pk)
    if level not in LogframeLevel.values:
        raise Http404
    form = RungForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        deed = functools.partial(
            write_rung, project=application.project, level=level, **form.cleaned_data, **_given(request)
        )
        if served(form, deed):
            messages.success(request, _("Saved."))
            return redirect("application_step", pk, Step.LOGFRAME)
    return _page(request, "rung_form", application, form=form, level=LogframeLevel(level))


@login_required
@require_http_methods(["GET", "POST"])
def rung_edit(request: HttpRequest, pk: int, entry_pk: int) -> HttpResponse:
    """Change an entry, or take it out."""
    application = draft_to_write(request, pk)
    entry = get_object_or_404(application.project.logframe, pk=entry_pk)
    if "remove" in request.POST:
        remove_rung(entry=entry, **_given(request))
        return redirect("application_step", pk, Step.LOGFRAME)
    form = RungForm(request.POST or None, initial=rung_initial(entry))
    if request.method == "POST" and form.is_valid():
        deed = functools.partial(
            write_rung,
            project=application.project,
            level=entry.level,
            entry=entry,
            **form.cleaned_data,
            **_given(request),
        )
        if served(form, deed):
            messages.success(request, _("Saved."))
            return redirect("application_step", pk, Step.LOGFRAME)
    context = {"form": form, "entry": entry, "level": LogframeLevel(entry.level)}
    return _page(request, "rung_form", application, **context)


@login_required
@require_http_methods(["GET", "POST"])
def indicator_new(request: HttpRequest, pk: int, entry_pk: int) -> HttpResponse:
    """Add an indicator to an entry."""
    application = draft_to_write(request, pk)
    entry = get_object_or_404(application.project.logframe, pk=entry_pk)
    form = IndicatorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        deed = functools.partial(write_indicator, entry=entry, measure=form.measure(), **_given(request))
        if served(form, deed):
            messages.success(request, _("Saved."))
            return redirect("application_step", pk, Step.LOGFRAME)
    return _page(request, "indicator_form", application, form=form, entry=entry)


@login_required
@require_http_methods(["GET", "POST"])
def indicator_edit(request: HttpRequest, pk: int, indicator_pk: int) -> HttpResponse:
    """Change an indicator."""
    application = draft_to_write(request, pk)
    found = get_object_or_404(
        application.project.indicators.select_related("entry__project"), pk=indicator_pk
    )
    form = IndicatorForm(request.POST or None, initial=indicator_initial(found))
    if request.method == "POST" and form.is_valid():
        deed = functools.partial(
            write_indicator, entry=found.entry, measure=form.measure(), indicator=found, **_given(request)
        )
        if served(form, deed):
            messages.success(request, _("Saved."))
            return redirect("application_step", pk, Step.LOGFRAME)
    context = {"form": form, "entry": found.entry, "indicator": found}
    return _page(request, "indicator_form", application, **context)


@login_required
@require_POST
def indicator_remove(request: HttpRequest, pk: int, indicator_pk: int) -> HttpResponse:
    """Take an indicator out."""
    application = draft_to_write(request, pk)
    remove_indicator(
        indicator=get_object_or_404(application.project.indicators, pk=indicator_pk), **_given(request)
    )
    return redirect("application_step", pk, Step.LOGFRAME)
