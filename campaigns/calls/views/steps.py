"""The application step by step: each is saved by itself, so that a team can come back from any phone."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from campaigns.calls.enums import ApplicationStatus, Step
from campaigns.calls.forms.applications import STEP_FORMS, step_initial
from campaigns.calls.permissions import can_edit_application
from campaigns.calls.selectors.completeness import plan_months
from campaigns.calls.selectors.contents import logframe_rows, plan_rows
from campaigns.calls.selectors.plans import plan_seen
from campaigns.calls.selectors.reads import application_prospect
from campaigns.calls.selectors.steps import step_after, steps_of, steps_seen
from campaigns.calls.selectors.terms import has_higher_cap
from campaigns.calls.services.applications import declare, edit_application, set_cost_lines
from campaigns.calls.views.applications import seen_application
from campaigns.enums import LogframeLevel
from campaigns.forms.campaigns import BudgetFormSet
from campaigns.forms.serving import served
from campaigns.selectors.readiness import fees_estimate_cents
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest, HttpResponse

    from campaigns.calls.models import Application
    from campaigns.forms.campaigns import BaseBudgetFormSet


def draft_to_write(request: HttpRequest, pk: int) -> Application:
    """Return a draft this person may write, 403 when they may only read it, 404 once it is submitted."""
    application = seen_application(request, pk)
    require(can_edit_application(request.user, application))
    if application.status != ApplicationStatus.DRAFT:
        raise Http404
    return application


def step_page(request: HttpRequest, application: Application, step: Step, **context: Any) -> HttpResponse:
    """Show a step with the others beside it, and what this one still lacks."""
    seen = steps_seen(application)
    steps = [one.step for one in seen]
    context |= {
        "application": application,
        "call": application.call,
        "steps": seen,
        "labels": [one.label for one in seen],
        "number": steps.index(step) + 1,
        "here": seen[steps.index(step)],
    }
    return render(request, f"campaigns/calls/step_{step}.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def application_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Write one step; “save and go on” leads to the next, “save” to the overview."""
    application = draft_to_write(request, pk)
    if step not in steps_of(application.call):
        raise Http404
    if step == Step.LOGFRAME:
        rows = logframe_rows(application.project, with_ids=True)
        levels = [(level, level.label, level in {row["level"] for row in rows}) for level in LogframeLevel]
        return step_page(request, application, Step.LOGFRAME, rows=rows, levels=levels)
    form = STEP_FORMS[step](request.POST or None, initial=step_initial(application, step))
    lines = _lines(request, application) if step == Step.COST else None
    good = request.method == "POST" and form.is_valid() and (lines is None or lines.is_valid())
    if good and "preview" not in request.POST and _saved(request, application, form, lines):
        messages.success(request, _("Saved."))
        following = step_after(application, step)
        if "later" in request.POST or following is None:
            return redirect(application)
        return redirect("application_step", pk, following)
    return step_page(request, application, Step(step), form=form, **_beside(application, step, lines, form))


def _lines(request: HttpRequest, application: Application) -> BaseBudgetFormSet:
    lines = list(application.cost_lines.values("kind", "label", "amount_cents"))
    return cast("BaseBudgetFormSet", BudgetFormSet(request.POST or None, initial=lines, prefix="lines"))


def _saved(
    request: HttpRequest, application: Application, form: forms.Form, lines: BaseBudgetFormSet | None
) -> bool:
    """Hand what was written to the services; what they refuse stands at its field."""
    given: dict[str, Any] = {"application": application, "by": request.user, "now": clock.now()}
    if "declared" in form.fields:
        return served(form, functools.partial(declare, **given))
    if not served(form, functools.partial(edit_application, **given, **form.cleaned_data)):
        return False
    if lines is None:
        return True
    try:
        set_cost_lines(**given, lines=lines.lines())
    except NotAllowed:
        raise
    except Refused as refusal:
        lines.refusal = str(refusal)
        return False
    return True


def _beside(
    application: Application, step: str, lines: BaseBudgetFormSet | None, form: forms.Form
) -> dict[str, Any]:
    """Return what a step shows beside its form."""
    if step == Step.COST:
        written = application.cost_lines.values_list("amount_cents", flat=True)
        goal = application_prospect(application).goal_cents
        return {"formset": lines, "total_cents": sum(written), "estimate_cents": fees_estimate_cents(goal)}
    if step == Step.MONEY:
        if form.is_bound and form.is_valid():
            application.goal_cents = form.cleaned_data["goal_cents"]  # shown, not saved
        return {"prospect": application_prospect(application)}
    if step == Step.PLAN:
        rows = plan_rows(application.project.plan_lines.all())
        return {
            "plan": plan_seen(rows, least=plan_months(application)),
            "asked": "plan" in application.call.asks,
        }
    if step == Step.ACCESSIBILITY:
        return {"higher_cap": has_higher_cap(application.call.rule)}
    return {}
