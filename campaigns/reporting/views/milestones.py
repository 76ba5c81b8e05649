"""A step of the work: the team shows that it was done or asks for another date, an officer judges."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from campaigns.forms.serving import served
from campaigns.reporting.enums import ChangeStatus
from campaigns.reporting.forms.officer import SendBackForm, WhyNotForm
from campaigns.reporting.forms.team import ChangeForm, EvidenceFileForm
from campaigns.reporting.models import MilestoneFile
from campaigns.reporting.permissions import can_add_evidence, can_ask_change, can_judge_milestone
from campaigns.reporting.selectors import reads
from campaigns.reporting.services.changes import agree_change, ask_change, refuse_change
from campaigns.reporting.services.milestones import (
    accept_milestone,
    add_evidence,
    remove_evidence,
    send_back_milestone,
)
from campaigns.reporting.views.access import step_to_see, team_crumbs
from campaigns.reporting.views.team import facts
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest, HttpResponse

    from campaigns.models import Milestone


def _context(step: Milestone, **more: Any) -> dict[str, Any]:
    return {
        "step": step,
        "campaign": step.campaign,
        "files": step.files.all(),
        "changes": step.changes.all(),
        "waiting": next((one for one in step.changes.all() if one.status == ChangeStatus.REQUESTED), None),
        "overdue": reads.is_overdue(step, clock.today()),
        "events": step.events.select_related("by"),
        "crumbs": team_crumbs(step.campaign),
        **more,
    }


def _sent(request: HttpRequest, name: str, kind: type[forms.Form], **more: Any) -> forms.Form:
    """Make a form, with what was sent if it was this one."""
    mine = request.method == "POST" and name in request.POST
    return kind(request.POST if mine else None, request.FILES if mine else None, auto_id=f"{name}_%s", **more)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def milestone_work(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a step to its team; a POST adds a file or asks for another date."""
    step = step_to_see(request, pk)
    file, change = _sent(request, "add_file", EvidenceFileForm), _sent(request, "change", ChangeForm)
    if file.is_valid():
        deed = functools.partial(add_evidence, milestone=step, **facts(request), **file.cleaned_data)
        if served(file, deed):
            messages.success(request, _("The file is added."))
            return redirect("milestone_work", slug, pk)
    elif change.is_valid():
        ask = functools.partial(ask_change, milestone=step, **facts(request), **change.cleaned_data)
        if served(change, ask):
            messages.success(request, _("The request is sent: an officer answers it."))
            return redirect("milestone_work", slug, pk)
    context = _context(
        step,
        file=file,
        change=change,
        may_add=step.status != "accepted" and can_add_evidence(request.user, step.campaign),
        may_ask=step.status == "planned" and can_ask_change(request.user, step.campaign),
    )
    status = 422 if file.errors or change.errors else 200
    return render(request, "campaigns/reporting/milestone_work.html", context, status=status)


@require_POST
@login_required
def milestone_file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file away."""
    found = MilestoneFile.objects.select_related("milestone__campaign__project")
    file = get_object_or_404(found, pk=pk)
    step = file.milestone
    remove_evidence(file=file, **facts(request))
    messages.success(request, _("The file is removed."))
    return redirect("milestone_work", step.campaign.slug, step.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def milestone_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a step to an officer; a POST accepts it, sends it back, or answers a request for another date."""
    step = step_to_see(request, pk)
    require(can_judge_milestone(request.user, step.campaign))
    back, no = _sent(request, "send_back", SendBackForm), _sent(request, "refuse", WhyNotForm)
    if request.method == "POST" and (said := _judged(request, step, back, no)):
        messages.success(request, said)
        return redirect("milestone_judge", pk)
    context = _context(step, back=back, no=no)
    status = 422 if back.errors or no.errors else 200
    return render(request, "campaigns/reporting/milestone_judge.html", context, status=status)


def _judged(request: HttpRequest, step: Milestone, back: forms.Form, no: forms.Form) -> str:
    """Do what was asked and say that it is done; empty when a form has to be shown again."""
    waiting = _context(step)["waiting"]
    if "accept" in request.POST:
        accept_milestone(milestone=step, **facts(request))
        return _("The milestone is accepted: a tranche may hang on it.")
    if "agree" in request.POST and waiting:
        agree_change(change=waiting, **facts(request))
        return _("The new date stands.")
    if back.is_valid():
        deed = functools.partial(send_back_milestone, milestone=step, **facts(request), **back.cleaned_data)
        return _("The milestone is sent back.") if served(back, deed) else ""
    if no.is_valid() and waiting:
        deed = functools.partial(refuse_change, change=waiting, **facts(request), **no.cleaned_data)
        return _("The request is refused.") if served(no, deed) else ""
    return ""
