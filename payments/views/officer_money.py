"""The officers' pages of money: tranches to decide, mandates and receipts, a campaign's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import tell
from accounts.permissions import require
from campaigns.models import Campaign
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.forms.officer import WHICH_MONEY, DisbursementForm, MandateForm, ReceiptForm, WhyForm
from payments.permissions import (
    can_propose_disbursement,
    can_propose_unspent,
    can_see_all_money,
    can_void_disbursement,
)
from payments.selectors.money import disbursements as all_disbursements
from payments.selectors.money import may_refuse_mandate, next_step
from payments.selectors.payout_desk import story_of
from payments.selectors.releasable import releasable_by_channel
from payments.selectors.tranches import shares_of
from payments.selectors.unspent import reports_settled, unspent_decisions
from payments.services.disburse import approve_disbursement, propose_disbursement, reject_disbursement
from payments.services.payout import confirm_receipt, record_mandate

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.models import Disbursement

PAGE = 50


def _done(form: forms.Form, deed: Callable[[], object]) -> bool:
    """Do the deed of a valid form; a refusal is shown in the form."""
    if not form.is_valid():
        return False
    try:
        deed()
    except NotAllowed:
        raise
    except Refused as refused:
        tell(form, refused)
        return False
    return True


def _campaign(slug: str) -> Campaign:
    return get_object_or_404(
        Campaign.objects.select_related("project__organisation", "settlement"), slug=slug
    )


def _disbursement(request: HttpRequest, pk: int) -> Disbursement:
    require(can_see_all_money(request.user))
    return get_object_or_404(all_disbursements(), pk=pk)


@require_safe
@login_required
def disbursements(request: HttpRequest) -> HttpResponse:
    """List the tranches: those that wait for this person first."""
    require(can_see_all_money(request.user))
    user = cast("User", request.user)
    rows = list(all_disbursements()[: PAGE * 4])
    mine = [row for row in rows if next_step(row, user)]
    others = [row for row in rows if row not in mine]
    return render(request, "payments/disbursements.html", {"mine": mine, "others": others})


@require_safe
@login_required
def officer_money(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a campaign's money with the transfers behind each figure."""
    campaign = _campaign(slug)
    require(can_see_all_money(request.user))
    context = {
        "campaign": campaign,
        "settlement": getattr(campaign, "settlement", None),
        "has_match": campaign.reservations.exists(),
        "disbursements": all_disbursements().filter(campaign=campaign),
        "may_propose": can_propose_disbursement(request.user, campaign) and campaign.status == "funded",
        "unspent": unspent_decisions().filter(campaign=campaign),
        "may_settle": reports_settled(campaign) and can_propose_unspent(request.user, campaign),
    }
    return render(request, "payments/officer_money.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def disbursement_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose a tranche."""
    campaign = _campaign(slug)
    require(can_propose_disbursement(request.user, campaign))
    left = releasable_by_channel(campaign, clock.now())
    most = {channel: found.maximum_cents for channel, found in left}
    form = DisbursementForm(request.POST or None, campaign=campaign, most=most)

    def deed() -> None:
        by = cast("User", request.user)
        propose_disbursement(campaign=campaign, by=by, now=clock.now(), **form.deed())

    if request.method == "POST" and _done(form, deed):
        messages.success(request, _("The tranche is proposed. Another person approves it."))
        return redirect("officer_money", slug)
    context = {
        "campaign": campaign,
        "form": form,
        "shares": shares_of(campaign),
        "left": [(WHICH_MONEY[channel], found, found.lines()) for channel, found in left],
    }
    return render(request, "payments/disbursement_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def disbursement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a tranche and what can be done with it; a POST approves or rejects it."""
    row = _disbursement(request, pk)
    user = cast("User", request.user)
    form = WhyForm(request.POST if "reject" in request.POST else None)
    if request.method == "POST":
        if "approve" in request.POST:
            approve_disbursement(disbursement=row, by=user, now=clock.now())
            messages.success(request, _("The tranche is approved."))
            return redirect("disbursement", pk)
        if _done(form, lambda: _reject(row, form, user)):
            messages.success(request, _("The tranche is rejected."))
            return redirect("disbursement", pk)
    context = {
        "disbursement": row,
        "payout": getattr(row, "payout", None),
        "story": story_of(row),
        "step": next_step(row, user),
        "may_void": row.status in {"proposed", "approved"} and can_void_disbursement(user, row),
        "may_refuse": may_refuse_mandate(row, user),
        "form": form,
    }
    return render(request, "payments/disbursement.html", context, status=422 if form.errors else 200)


def _reject(row: Disbursement, form: WhyForm, user: User) -> None:
    reject_disbursement(disbursement=row, why=form.cleaned_data["why"], by=user, now=clock.now())


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the treasury's mandate of a tranche."""
    row = _disbursement(request, pk)
    form = MandateForm(request.POST or None, initial={"amount_cents": row.amount_cents})

    def deed() -> None:
        by = cast("User", request.user)
        record_mandate(payout=row.payout, by=by, now=clock.now(), **form.deed())

    if request.method == "POST" and _done(form, deed):
        messages.success(
            request, _("The mandate is recorded. Confirm the treasurer's receipt when it comes.")
        )
        return redirect("disbursement", pk)
    return _step_page(request, row, form, _("Record the mandate"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm the treasurer's receipt of a mandate."""
    row = _disbursement(request, pk)
    form = ReceiptForm(request.POST or None)

    def deed() -> None:
        on = form.cleaned_data["receipt_on"]
        confirm_receipt(payout=row.payout, receipt_on=on, by=cast("User", request.user), now=clock.now())

    if request.method == "POST" and _done(form, deed):
        messages.success(request, _("The tranche is paid."))
        return redirect("disbursement", pk)
    return _step_page(request, row, form, _("Confirm the treasurer's receipt"))


def _step_page(request: HttpRequest, row: Disbursement, form: forms.Form, title: str) -> HttpResponse:
    context = {"disbursement": row, "form": form, "title": title}
    return render(request, "payments/payout_step.html", context, status=422 if form.errors else 200)
