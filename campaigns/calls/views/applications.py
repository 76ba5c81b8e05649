"""A team applies: draft, preview of the match, submit, withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from campaigns.calls.enums import ApplicationStatus, Step
from campaigns.calls.forms.applications import BeginForm, DecisionForm, JudgementForm
from campaigns.calls.forms.refusals import show_refusal
from campaigns.calls.models import Application
from campaigns.calls.permissions import can_decide_application, can_edit_application, can_see_application
from campaigns.calls.selectors.cards import application_badge
from campaigns.calls.selectors.completeness import missing_in, plan_months
from campaigns.calls.selectors.contents import contents_of
from campaigns.calls.selectors.plans import plan_seen
from campaigns.calls.selectors.reads import (
    application_prospect,
    call_with_terms,
    calls_seen_by,
    history,
    match_preview,
    projects_to_apply_with,
    submit_by,
)
from campaigns.calls.selectors.steps import step_url, steps_seen
from campaigns.calls.selectors.terms import has_higher_cap
from campaigns.calls.selectors.words import call_in_words, rule_in_words
from campaigns.calls.services.applications import (
    apply_to_call,
    submit_application,
    withdraw_application,
)
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from campaigns.calls.formula import Prospect
    from campaigns.calls.models import Call


def seen_application(request: HttpRequest, pk: int) -> Application:
    """Return an application this person may see, or 404: whether it exists is nobody else's business."""
    application: Application = get_object_or_404(
        Application.objects.with_project().select_related("call__rule"), pk=pk
    )
    if not can_see_application(request.user, application):
        raise Http404
    return application


@login_required
@require_http_methods(["GET", "POST"])
def application_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin an application: a draft is saved, then written step by step; “Work out the match” only shows a match."""
    call = get_object_or_404(call_with_terms(slug).filter(pk__in=calls_seen_by(request.user)))
    projects = projects_to_apply_with(request.user, call)
    form = BeginForm(request.POST or None, projects=projects)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            made = apply_to_call(call=call, **form.cleaned_data, by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The draft is saved: you can come back to it at any time."))
            return redirect("application_step", made.pk, Step.PROJECT)
    context = {
        "call": call,
        "form": form,
        "has_projects": bool(projects),
        "submit_by": submit_by(call, clock.now()),
        "preview": _preview(call, form),
        "rule_sentences": rule_in_words(call.rule),
        "who_may_apply": call_in_words(call),
    }
    return render(request, "campaigns/calls/application_form.html", context)


@login_required
@require_safe
def application_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the first step that still lacks something."""
    shown = seen_application(request, pk)
    require(can_edit_application(request.user, shown))
    if shown.status != ApplicationStatus.DRAFT:
        return redirect(shown)
    lacking = next((one for one in steps_seen(shown) if one.problems), None)
    return redirect(lacking.url if lacking else step_url(shown, Step.PROJECT))


@login_required
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an application: its state in words, what is missing, what it would bring, what happened."""
    shown = seen_application(request, pk)
    form = DecisionForm() if can_decide_application(request.user, shown) else None
    return render(request, "campaigns/calls/application_detail.html", page_of(request, shown, form))


@login_required
@require_POST
def application_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit a draft; whatever is missing is shown at once on its page."""
    shown = seen_application(request, pk)
    try:
        submit_application(application=shown, by=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Your application is in. We have written to your team."))
    return redirect(shown)


@login_required
@require_http_methods(["GET", "POST"])
def application_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask first, then withdraw."""
    shown = seen_application(request, pk)
    require(can_edit_application(request.user, shown))
    if request.method == "POST":
        try:
            withdraw_application(application=shown, by=request.user, now=clock.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The application is withdrawn."))
        return redirect(shown)
    return render(request, "campaigns/calls/application_withdraw.html", {"application": shown})


def page_of(request: HttpRequest, shown: Application, form: DecisionForm | None) -> dict[str, object]:
    """Gather what an application's page shows; `form` is the officer's, where a decision is still open."""
    is_draft = shown.status == ApplicationStatus.DRAFT
    decidable = shown.status in {ApplicationStatus.SUBMITTED, ApplicationStatus.ELIGIBLE_NOT_FUNDED}
    may_edit = can_edit_application(request.user, shown)
    contents = contents_of(shown)
    return {
        "application": shown,
        "badge": application_badge(shown),
        "submit_by": submit_by(shown.call, clock.now()),
        "contents": contents,
        "plan": plan_seen(contents["plan_lines"], least=plan_months(shown))
        if contents["plan_lines"]
        else None,
        "steps": steps_seen(shown) if may_edit and is_draft else [],
        "missing": missing_in(shown) if is_draft or (decidable and form) else [],
        "prospect": application_prospect(shown),
        "history": history(shown),
        "is_team": may_edit,
        "may_edit": may_edit and is_draft,
        "may_withdraw": may_edit and (is_draft or decidable),
        "decision_form": form if decidable else None,
        "judgement_form": _judgement(shown) if form and decidable else None,
    }


def _judgement(shown: Application) -> JudgementForm | None:
    """Return the officer's question whether the project is open to all abilities, where the match depends on it."""
    if not shown.all_abilities or not has_higher_cap(shown.call.rule):
        return None
    answers = {True: "yes", False: "no", None: None}
    return JudgementForm(initial={"confirmed": answers[shown.all_abilities_confirmed]})


def _preview(call: Call, form: BeginForm) -> Prospect | None:
    """Work out what the form's cost and goal would bring, as soon as there is a cost."""
    if not form.is_bound:
        return None
    given = form.cleaned_data if form.is_valid() or hasattr(form, "cleaned_data") else {}
    cost = given.get("cost_cents")
    return match_preview(call, cost_cents=cost, goal_cents=given.get("goal_cents")) if cost else None
