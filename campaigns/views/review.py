"""An officer reads campaigns and answers."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import can_see_officer_desk, require
from campaigns.enums import CANCELLABLE, CampaignStatus
from campaigns.forms.campaigns import ReasonForm
from campaigns.forms.serving import served
from campaigns.models import Campaign
from campaigns.permissions import can_cancel_campaign, can_review_campaign
from campaigns.selectors.cards import state_badge
from campaigns.selectors.page import campaign_page
from campaigns.selectors.readiness import problems_before_review
from campaigns.services.campaigns import approve_campaign, send_back_campaign
from campaigns.views.access import crumb, person
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LISTED = (CampaignStatus.REVIEW, CampaignStatus.APPROVED, CampaignStatus.LIVE, CampaignStatus.DRAFT)


@login_required
@require_safe
def campaign_reviews(request: HttpRequest) -> HttpResponse:
    """List the campaigns before and during their time, those to be read first."""
    require(can_see_officer_desk(request.user))
    campaigns = (
        Campaign.objects.with_project()
        .filter(status__in=LISTED)
        .annotate(since=Max("events__at"))
        .order_by("since", "pk")
    )
    groups = [
        (state_badge(status, 0), [campaign for campaign in campaigns if campaign.status == status])
        for status in LISTED
    ]
    context = {"groups": groups, "crumbs": [crumb(_("Desk"), "officer_desk")]}
    return render(request, "campaigns/campaign_reviews.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_review(request: HttpRequest, slug: str) -> HttpResponse:
    """Show everything about a campaign, and approve it or send it back with a reason."""
    require(can_see_officer_desk(request.user))
    page, now = campaign_page(slug), clock.now()
    if page is None:
        raise Http404
    campaign, user = page.campaign, person(request)
    asked_back = request.method == "POST" and request.POST.get("answer") == "send_back"
    form = ReasonForm(request.POST if asked_back else None)
    if asked_back:
        deed = functools.partial(send_back_campaign, campaign=campaign, by=user, now=now)
        if form.is_valid() and served(form, lambda: deed(**form.cleaned_data)):
            messages.success(request, _("The campaign is with its team again, with your reason."))
            return redirect("campaign_reviews")
    elif request.method == "POST":
        approve_campaign(campaign=campaign, by=user, now=now)
        messages.success(request, _("The campaign is approved: its owner can launch it."))
        return redirect("campaign_reviews")
    context = {
        "page": page,
        "campaign": campaign,
        "project": campaign.project,
        "budget": [{"label": row["label"], "value": row["amount_cents"]} for row in page.budget],
        "problems": problems_before_review(campaign),
        "events": [
            {"at": event.at, "label": CampaignStatus(event.to_status).label, "by": event.by, "why": event.why}
            for event in campaign.events.select_related("by")
        ],
        "crumbs": [crumb(_("Desk"), "officer_desk"), crumb(_("Campaigns to review"), "campaign_reviews")],
        "badge": state_badge(campaign.status, campaign.percent),
        "may_answer": campaign.status == CampaignStatus.REVIEW and can_review_campaign(user, campaign),
        "may_cancel": campaign.status in CANCELLABLE and can_cancel_campaign(user, campaign),
        "form": form,
    }
    return render(request, "campaigns/campaign_review.html", context)
