"""A team's page of its campaign's money, and the account it goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Organisation
from accounts.permissions import require
from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.models import PayoutAccount
from payments.permissions import can_open_payout_account, can_see_money
from payments.selectors.money import disbursements
from payments.services.payout_account import open_payout_account, refresh_payout_account

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_safe
@login_required
def campaign_money(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what came in, what is coming and what was paid out."""
    campaign = get_object_or_404(
        Campaign.objects.select_related("project__organisation", "settlement"), slug=slug
    )
    require(can_see_money(request.user, campaign))
    organisation = campaign.project.organisation
    context = {
        "campaign": campaign,
        "organisation": organisation,
        "settlement": getattr(campaign, "settlement", None),
        "account": PayoutAccount.objects.filter(organisation=organisation).first(),
        "may_open_account": can_open_payout_account(request.user, organisation),
        "disbursements": disbursements().filter(campaign=campaign),
    }
    return render(request, "payments/campaign_money.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def payout_account(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead the owner to Stripe's onboarding (POST); coming back, read how far it is."""
    organisation = get_object_or_404(Organisation, slug=slug)
    require(can_open_payout_account(request.user, organisation))
    now = clock.now()
    if request.method == "POST":
        address = open_payout_account(organisation=organisation, by=cast("User", request.user), now=now)
        return HttpResponseRedirect(address)
    account = PayoutAccount.objects.filter(organisation=organisation).first()
    if account and not account.transfers_active:
        refresh_payout_account(account_id=account.stripe_account_id, now=now)
        account.refresh_from_db()
    newest = Campaign.objects.filter(project__organisation=organisation).order_by("-created_at").first()
    if account and account.transfers_active and newest:
        return redirect("campaign_money", newest.slug)
    return render(request, "payments/payout_account.html", {"organisation": organisation, "account": account})
