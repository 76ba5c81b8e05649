"""A team appeals; an officer answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from campaigns.calls.forms.refusals import show_refusal
from campaigns.calls.models import Application
from campaigns.commission.forms.deeds import AnswerForm, AppealForm
from campaigns.commission.models import Appeal
from campaigns.commission.permissions import can_answer_appeal, can_appeal
from campaigns.commission.selectors.reads import appeal_until, standing_entry
from campaigns.commission.services.appeals import answer_appeal, file_appeal
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def appeal_new(request: HttpRequest, pk: int) -> HttpResponse:
    """File an appeal against what the list says of an application."""
    application = get_object_or_404(Application.objects.with_project(), pk=pk)
    require(can_appeal(request.user, application))
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            file_appeal(application=application, **form.cleaned_data, by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(
                request, _("Your appeal is filed. An officer answers; we will write to your team.")
            )
            return redirect(application)
    entry = standing_entry(application)
    context = {
        "application": application,
        "entry": entry,
        "until": appeal_until(entry.ranked_list) if entry else None,
        "form": form,
    }
    return render(request, "campaigns/commission/appeal_new.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def appeal_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an appeal with the reason."""
    appeal = get_object_or_404(
        Appeal.objects.select_related(
            "application__project__organisation", "application__created_by", "ranked_list__commission__call"
        ),
        pk=pk,
    )
    require(can_answer_appeal(request.user, appeal))
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_appeal(
                appeal=appeal,
                upheld=form.cleaned_data["upheld"] == "yes",
                reason=form.cleaned_data["reason"],
                by=request.user,
                now=clock.now(),
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Answered. We have written to the team."))
            return redirect(appeal.ranked_list.commission)
    context = {"appeal": appeal, "form": form if appeal.status == "filed" else None}
    return render(request, "campaigns/commission/appeal_answer.html", context)
