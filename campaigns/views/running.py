"""A team hands in, launches, cancels; posts updates and answers questions."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from campaigns.enums import CANCELLABLE, CampaignStatus
from campaigns.forms.campaigns import AnswerForm, LaunchForm, ReasonForm, UpdateForm
from campaigns.forms.serving import served
from campaigns.permissions import can_cancel_campaign, can_launch_campaign
from campaigns.selectors.readiness import problems_before_review
from campaigns.services.campaigns import (
    NotReady,
    cancel_campaign,
    last_moment,
    launch_campaign,
    submit_for_review,
)
from campaigns.services.content import answer_question, post_update
from campaigns.views.access import campaign_for_team, campaign_to_see, person
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# Where a campaign is on its way to the public, for the row of steps
STEPS = {CampaignStatus.DRAFT.value: 1, CampaignStatus.REVIEW.value: 2, CampaignStatus.APPROVED.value: 3}


@login_required
@require_http_methods(["GET", "POST"])
def campaign_submit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show everything that is missing, and hand the campaign in when nothing is."""
    campaign = campaign_for_team(request, slug)
    if request.method == "POST":
        try:
            submit_for_review(campaign=campaign, by=person(request), now=clock.now())
        except NotReady:
            pass  # the page below lists what is missing
        else:
            messages.success(
                request, _("The municipality has your campaign: you get an email with its answer.")
            )
            return redirect("campaign_submit", slug)
    last = campaign.events.filter(to_status="draft").exclude(why="").last()
    context = {
        "campaign": campaign,
        "project": campaign.project,
        "problems": problems_before_review(campaign),
        "sent_back": last.why if last and campaign.status == "draft" else "",
        "may_launch": can_launch_campaign(request.user, campaign),
        "may_cancel": campaign.status in CANCELLABLE and can_cancel_campaign(request.user, campaign),
        "steps": [_("Write"), _("Municipality"), _("Launch"), _("Live")],
        "step": STEPS.get(campaign.status, 4),
        "part": "submit",
    }
    return render(request, "campaigns/campaign_submit.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_launch(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask once more, then open the campaign to everyone."""
    campaign = campaign_for_team(request, slug)
    require(can_launch_campaign(request.user, campaign))
    now, form = clock.now(), LaunchForm(request.POST or None)
    deed = functools.partial(launch_campaign, campaign=campaign, by=person(request), now=now)
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(deadline=form.moment())):
        messages.success(request, _("The campaign is live. Tell everyone!"))
        return redirect("campaign", slug)
    context = {
        "campaign": campaign,
        "project": campaign.project,
        "form": form,
        "deadline": last_moment(now, campaign.days),
        "part": "submit",
    }
    return render(request, "campaigns/campaign_launch.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the reason, then end the campaign. For owners and officers."""
    campaign = campaign_to_see(request, slug)
    require(can_cancel_campaign(request.user, campaign))
    form = ReasonForm(request.POST or None)
    deed = functools.partial(cancel_campaign, campaign=campaign, by=person(request), now=clock.now())
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(**form.cleaned_data)):
        messages.success(request, _("The campaign is cancelled. Nobody is charged."))
        return redirect("campaign", slug)
    return render(request, "campaigns/campaign_cancel.html", {"campaign": campaign, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def campaign_updates(request: HttpRequest, slug: str) -> HttpResponse:
    """List the updates and post one."""
    campaign = campaign_for_team(request, slug)
    form = UpdateForm(request.POST or None)
    deed = functools.partial(post_update, campaign=campaign, by=person(request), now=clock.now())
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(**form.cleaned_data)):
        messages.success(request, _("The update is public."))
        return redirect("campaign_updates", slug)
    context = {
        "campaign": campaign,
        "project": campaign.project,
        "form": form,
        "updates": campaign.updates.all()[:30],
        "part": "updates",
    }
    return render(request, "campaigns/campaign_updates.html", context)


@login_required
@require_http_methods(["GET"])
def campaign_questions(request: HttpRequest, slug: str) -> HttpResponse:
    """List the questions, those without an answer first."""
    campaign = campaign_for_team(request, slug)
    questions = campaign.questions.order_by("answered_at", "asked_at")
    context = {
        "campaign": campaign,
        "project": campaign.project,
        "waiting": [question for question in questions if not question.answered_at],
        "answered": [question for question in questions if question.answered_at],
        "part": "questions",
    }
    return render(request, "campaigns/campaign_questions.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def question_answer(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Answer one question, or put the answer right."""
    campaign = campaign_for_team(request, slug)
    question = get_object_or_404(campaign.questions, pk=pk)
    form = AnswerForm(request.POST or None, initial={"answer": question.answer})
    deed = functools.partial(answer_question, question=question, by=person(request), now=clock.now())
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(**form.cleaned_data)):
        messages.success(request, _("The answer is public."))
        return redirect("campaign_questions", slug)
    context = {
        "campaign": campaign,
        "project": campaign.project,
        "form": form,
        "question": question,
        "part": "questions",
    }
    return render(request, "campaigns/question_answer.html", context)
