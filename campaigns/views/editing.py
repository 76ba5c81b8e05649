"""A team writes its campaign: figures, budget, rewards, milestones."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.forms.campaigns import (
    BaseBudgetFormSet,
    BudgetFormSet,
    CampaignForm,
    EvidenceForm,
    MilestoneForm,
    RewardForm,
)
from campaigns.forms.serving import served
from campaigns.selectors.readiness import fees_estimate_cents, is_matched
from campaigns.services.budget import set_budget
from campaigns.services.campaigns import edit_campaign
from campaigns.services.milestones import add_milestone, reach_milestone, remove_milestone
from campaigns.services.rewards import add_reward, edit_reward, remove_reward
from campaigns.views.access import campaign_for_team, person
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from campaigns.models import Campaign

FIGURES = ("cost_cents", "goal_cents", "days", "fees_borne_by_campaign")


def _page(request: HttpRequest, template: str, campaign: Campaign, **context: Any) -> HttpResponse:
    """Show a page of a campaign in the making, with the menu of its parts."""
    context = {"campaign": campaign, "project": campaign.project, **context}
    return render(request, f"campaigns/{template}.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change cost, goal and days."""
    campaign = campaign_for_team(request, slug)
    initial = {name: getattr(campaign, name) for name in FIGURES}
    form = CampaignForm(request.POST or None, initial=initial)
    deed = functools.partial(edit_campaign, campaign=campaign, by=person(request), now=clock.now())
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(**form.cleaned_data)):
        messages.success(request, _("The figures are saved."))
        return redirect("campaign_edit", slug)
    return _page(request, "campaign_form", campaign, form=form, matched=is_matched(campaign), part="figures")


def _budget_saved(formset: BaseBudgetFormSet, campaign: Campaign, by: User) -> bool:
    try:
        set_budget(campaign=campaign, lines=formset.lines(), by=by, now=clock.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        formset.refusal = str(refusal)
        return False
    return True


@login_required
@require_http_methods(["GET", "POST"])
def campaign_budget(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what the money buys, the whole list at once."""
    campaign = campaign_for_team(request, slug)
    lines = list(campaign.budget_lines.values("kind", "label", "amount_cents"))
    formset = cast("BaseBudgetFormSet", BudgetFormSet(request.POST or None, initial=lines, prefix="lines"))
    if request.method == "POST" and formset.is_valid() and _budget_saved(formset, campaign, person(request)):
        messages.success(request, _("The budget is saved."))
        return redirect("campaign_budget", slug)
    return _page(
        request,
        "campaign_budget",
        campaign,
        formset=formset,
        estimate_cents=fees_estimate_cents(campaign.goal_cents),
        total_cents=sum(line["amount_cents"] for line in lines),
        part="budget",
    )


@login_required
@require_http_methods(["GET", "POST"])
def campaign_rewards(request: HttpRequest, slug: str) -> HttpResponse:
    """List the rewards and add one."""
    campaign = campaign_for_team(request, slug)
    form = RewardForm(request.POST or None)
    deed = functools.partial(add_reward, campaign=campaign, by=person(request), now=clock.now())
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(**form.values())):
        messages.success(request, _("The reward is added."))
        return redirect("campaign_rewards", slug)
    rewards = campaign.rewards.all()
    return _page(request, "campaign_rewards", campaign, form=form, rewards=rewards, part="rewards")


@login_required
@require_http_methods(["GET", "POST"])
def reward_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change one reward."""
    campaign = campaign_for_team(request, slug)
    reward = get_object_or_404(campaign.rewards, pk=pk)
    names = ("title", "text", "min_cents", "declared_value_cents", "stock")
    form = RewardForm(request.POST or None, initial={name: getattr(reward, name) for name in names})
    deed = functools.partial(edit_reward, reward=reward, by=person(request), now=clock.now())
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(**form.values())):
        messages.success(request, _("The reward is saved."))
        return redirect("campaign_rewards", slug)
    return _page(request, "reward_form", campaign, form=form, reward=reward, part="rewards")


@login_required
@require_POST
def reward_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Withdraw a reward that nobody chose."""
    campaign = campaign_for_team(request, slug)
    reward = get_object_or_404(campaign.rewards, pk=pk)
    remove_reward(reward=reward, by=person(request), now=clock.now())
    messages.success(request, _("The reward is removed."))
    return redirect("campaign_rewards", slug)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_milestones(request: HttpRequest, slug: str) -> HttpResponse:
    """List the steps of the work and plan one."""
    campaign = campaign_for_team(request, slug)
    form = MilestoneForm(request.POST or None)
    deed = functools.partial(add_milestone, campaign=campaign, by=person(request), now=clock.now())
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(**form.cleaned_data)):
        messages.success(request, _("The milestone is added."))
        return redirect("campaign_milestones", slug)
    milestones = campaign.milestones.all()
    left = 100 - sum(milestone.share_percent for milestone in milestones)
    return _page(
        request,
        "campaign_milestones",
        campaign,
        form=form,
        milestones=milestones,
        left=left,
        part="milestones",
    )


@login_required
@require_POST
def milestone_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a step out of a draft."""
    campaign = campaign_for_team(request, slug)
    milestone = get_object_or_404(campaign.milestones, pk=pk)
    remove_milestone(milestone=milestone, by=person(request), now=clock.now())
    messages.success(request, _("The milestone is removed."))
    return redirect("campaign_milestones", slug)


@login_required
@require_http_methods(["GET", "POST"])
def milestone_reach(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Report a step as done, with what shows it."""
    campaign = campaign_for_team(request, slug)
    milestone = get_object_or_404(campaign.milestones, pk=pk)
    form = EvidenceForm(request.POST or None)
    deed = functools.partial(reach_milestone, milestone=milestone, by=person(request), now=clock.now())
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(**form.cleaned_data)):
        messages.success(request, _("The milestone is reported: the municipality decides on its tranche."))
        return redirect("campaign_milestones", slug)
    return _page(request, "milestone_reach", campaign, form=form, milestone=milestone, part="milestones")
