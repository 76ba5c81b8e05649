"""The officer's calls and applications: draft, publish, close, decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import can_see_officer_desk, require
from campaigns.calls.enums import ApplicationStatus
from campaigns.calls.forms.applications import DecisionForm, JudgementForm
from campaigns.calls.forms.calls import CallForm, call_initial, proposed_by
from campaigns.calls.forms.refusals import show_refusal
from campaigns.calls.forms.sessions import ExtendForm, sessions_formset, show_call_refusal
from campaigns.calls.models import Call, MatchRule
from campaigns.calls.permissions import can_write_calls
from campaigns.calls.selectors.cards import application_badge, call_badge
from campaigns.calls.selectors.reads import (
    applications_seen_by,
    call_with_terms,
    office_calls,
)
from campaigns.calls.selectors.words import call_in_words, rule_in_words
from campaigns.calls.services.calls import (
    close_call,
    draft_call,
    edit_call,
    publish_call,
    publishing_problems,
)
from campaigns.calls.services.decisions import (
    admit_application,
    judge_accessibility,
    mark_eligible_not_funded,
    reject_application,
)
from campaigns.calls.services.windows import extend_window
from campaigns.calls.views.applications import page_of, seen_application
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

DEEDS = {
    DecisionForm.ADMIT: admit_application,
    DecisionForm.NOT_FUNDED: mark_eligible_not_funded,
    DecisionForm.REJECT: reject_application,
}


@login_required
@require_safe
def officer_calls(request: HttpRequest) -> HttpResponse:
    """List every call, with how many applications came in and how many wait."""
    require(can_see_officer_desk(request.user))
    now = clock.now()
    context = {
        "calls": [(call, call_badge(call, now)) for call in office_calls()],
        "may_write": can_write_calls(request.user),
    }
    return render(request, "campaigns/calls/office_call_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def call_new(request: HttpRequest) -> HttpResponse:
    """Draft a call; `?rule=` fills in what a rule proposes."""
    require(can_write_calls(request.user))
    asked = request.GET.get("rule", "")
    rule = MatchRule.objects.filter(pk=asked).first() if asked.isdigit() else None
    form = CallForm(request.POST or None, initial=proposed_by(rule) if rule else {})
    return _written(request, form, None)


@login_required
@require_http_methods(["GET", "POST"])
def call_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a draft."""
    require(can_write_calls(request.user))
    call = get_object_or_404(Call, slug=slug)
    return _written(request, CallForm(request.POST or None, initial=call_initial(call)), call)


def _written(request: HttpRequest, form: CallForm, call: Call | None) -> HttpResponse:
    """Show a call's form with its sessions; written well, it is saved."""
    sessions = sessions_formset(request.POST or None, call)
    if request.method == "POST" and form.is_valid() and sessions.is_valid():
        terms, by, now = form.terms(sessions.windows()), request.user, clock.now()
        try:
            if call:
                made = edit_call(call=call, terms=terms, by=by, now=now)
            else:
                made = draft_call(terms=terms, by=by, now=now)
        except Refused as refused:
            show_call_refusal(form, sessions, refused)
        else:
            messages.success(request, _("The draft is saved. Read it through, then publish it."))
            return redirect("call_publish", slug=made.slug)
    context = {"form": form, "sessions": sessions, "call": call}
    return render(request, "campaigns/calls/call_form.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def call_extend(request: HttpRequest, slug: str) -> HttpResponse:
    """Give applicants of a published call more time."""
    require(can_write_calls(request.user))
    call = get_object_or_404(Call, slug=slug)
    form = ExtendForm(request.POST or None, call=call)
    if request.method == "POST" and form.is_valid():
        try:
            extend_window(call=call, **form.cleaned_data, by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Applicants have more time, and the teams with a draft are told."))
            return redirect(call)
    return render(request, "campaigns/calls/call_extend.html", {"call": call, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def call_publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what will hold for good, then publish it."""
    require(can_write_calls(request.user))
    call: Call = get_object_or_404(call_with_terms(slug))
    now = clock.now()
    if request.method == "POST":
        try:
            publish_call(call=call, by=request.user, now=now)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("call_publish", slug=slug)
        messages.success(request, _("The call is published as soon as another person approves its pot."))
        return redirect(call)
    context = {
        "call": call,
        "problems": publishing_problems(call, now=now),
        "who_may_apply": call_in_words(call),
        "rule_sentences": rule_in_words(call.rule),
    }
    return render(request, "campaigns/calls/call_publish.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def call_close(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask first, then close."""
    require(can_write_calls(request.user))
    call = get_object_or_404(Call, slug=slug)
    if request.method == "POST":
        close_call(call=call, by=request.user, now=clock.now())
        messages.success(request, _("The call is closed."))
        return redirect(call)
    return render(request, "campaigns/calls/call_close.html", {"call": call})


@login_required
@require_safe
def officer_applications(request: HttpRequest) -> HttpResponse:
    """List the applications, those that wait for a decision unless another state or call is asked for."""
    require(can_see_officer_desk(request.user))
    status = request.GET.get("status", ApplicationStatus.SUBMITTED)
    shown = applications_seen_by(request.user).exclude(status=ApplicationStatus.DRAFT)
    if status in ApplicationStatus.values:
        shown = shown.filter(status=status)
    if call := request.GET.get("call", ""):
        shown = shown.filter(call__slug=call)
    context = {
        "applications": [(one, application_badge(one)) for one in shown.order_by("submitted_at", "id")[:200]],
        "states": [choice for choice in ApplicationStatus.choices if choice[0] != ApplicationStatus.DRAFT],
        "status": status,
        "call_slug": call,
    }
    return render(request, "campaigns/calls/office_application_list.html", context)


@login_required
@require_POST
def application_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether a project is open to all abilities, as its application says."""
    shown = seen_application(request, pk)
    form = JudgementForm(request.POST)
    if form.is_valid():
        try:
            judge_accessibility(application=shown, **form.cleaned_data, by=request.user, now=clock.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose an answer."))
    return redirect(shown)


@login_required
@require_POST
def application_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide on an application; what stops it is shown on its page, with the reason still written."""
    shown = seen_application(request, pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        deed = DEEDS[form.cleaned_data["decision"]]
        try:
            deed(application=shown, reason=form.cleaned_data["reason"], by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The decision is recorded and the team has been told."))
            return redirect(shown)
    shown = seen_application(request, pk)
    return render(request, "campaigns/calls/application_detail.html", page_of(request, shown, form))
