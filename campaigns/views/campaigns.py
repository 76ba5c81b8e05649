"""What everyone sees of campaigns."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.enums import PUBLIC_STATUSES
from campaigns.forms.campaigns import QuestionForm
from campaigns.forms.search import CampaignSearch
from campaigns.forms.serving import served
from campaigns.permissions import can_edit_campaign, can_see_campaign
from campaigns.selectors.cards import PAGE, as_cards, facets, find_campaigns, state_badge
from campaigns.selectors.page import campaign_page
from campaigns.services.content import ask_question
from campaigns.views.access import campaign_to_see, crumb, person
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,3}", text) else 1


def _address(request: HttpRequest, page: int) -> str:
    asked = {name: value for name, value in request.GET.items() if value and name != "page"}
    return "?" + urlencode(asked | ({"page": page} if page > 1 else {}))


@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """List campaigns with filters and search, a page at a time, without counting them all."""
    now, page = clock.now(), _page_number(request)
    form = CampaignSearch(request.GET, facets=facets())
    first = (page - 1) * PAGE
    cards = as_cards(find_campaigns(form.wish(), now)[first : first + PAGE + 1], now)
    context = {
        "form": form,
        "campaigns": cards[:PAGE],
        "searching": any(request.GET.get(name) for name in form.fields if name != "sort"),
        "previous_url": _address(request, page - 1) if page > 1 else "",
        "next_url": _address(request, page + 1) if len(cards) > PAGE else "",
    }
    return render(request, "campaigns/campaign_list.html", context)


@require_safe
def campaign_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one campaign: what it needs, where it stands, what can I do; then everything else."""
    page, now = campaign_page(slug), clock.now()
    if page is None or not can_see_campaign(request.user, page.campaign):
        raise Http404
    campaign = page.campaign
    label, kind = state_badge(campaign.status, campaign.percent)
    context = {
        "page": page,
        "campaign": campaign,
        "project": campaign.project,
        "crumbs": [crumb(_("Campaigns"), "campaigns")],
        "public": campaign.status in PUBLIC_STATUSES,
        "now": now,
        "status_label": label,
        "status_kind": kind,
        "budget": [{"label": row["label"], "value": row["amount_cents"]} for row in page.budget],
        "can_edit": can_edit_campaign(request.user, campaign),
    }
    return render(request, "campaigns/campaign_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the team a question."""
    campaign = campaign_to_see(request, slug)
    form = QuestionForm(request.POST or None)
    deed = functools.partial(ask_question, campaign=campaign, by=person(request), now=clock.now())
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(**form.cleaned_data)):
        messages.success(request, _("The team has your question: you get an email when they answer."))
        return redirect("campaign", slug)
    return render(request, "campaigns/campaign_ask.html", {"campaign": campaign, "form": form})
