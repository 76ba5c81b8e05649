"""The counter, on a phone: the till, cash taken, a receipt shown and cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import done
from accounts.permissions import require
from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.cash.forms import CampaignForm, TakeForm, WhyForm
from payments.cash.models import CashDesk
from payments.cash.permissions import can_operate, can_see_desk, can_see_desks
from payments.cash.selectors.desks import (
    closing_tasks,
    desks_at_work,
    last_campaign_of,
    may_be_withdrawn,
    public_desks,
    receipt_rows,
    till_of,
)
from payments.cash.services.take import cancel_receipt, take_cash
from payments.cash.services.withdraw import withdraw_cash

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.cash.models import DeskReceipt


NOTES = (5, 10, 20, 50)
"""Amounts to tap, in euro: the notes that people have."""


def desk_at(pk: int) -> CashDesk:
    """Find a desk."""
    return get_object_or_404(CashDesk.objects.select_related("neighbourhood"), pk=pk)


@require_safe
def cash_desks(request: HttpRequest) -> HttpResponse:
    """Say where cash can be given; who works at a desk finds the way to its till."""
    context = {
        "desks": public_desks(),
        "mine": desks_at_work(request.user),
        "may_see_all": can_see_desks(request.user),
    }
    return render(request, "payments/cash/desks.html", context)


@require_safe
@login_required
def cash_till(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a desk's day: what is in the till, today's receipts, and what can be done."""
    desk = desk_at(pk)
    require(can_see_desk(request.user, desk))
    till = till_of(desk, clock.now())
    context = {
        "desk": desk,
        "till": till,
        "works_here": can_operate(request.user, desk),
        "campaign": last_campaign_of(desk),
        "tasks": closing_tasks(request.user, till.waiting),
    }
    return render(request, "payments/cash/till.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cash_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take cash: which project, then how much and from whom; the receipt comes at once."""
    desk = desk_at(pk)
    require(can_operate(request.user, desk))
    campaign = _campaign(request.GET.get("campaign", ""))
    if campaign is None:
        return render(request, "payments/cash/take_campaign.html", {"desk": desk, "form": CampaignForm()})
    form = TakeForm(request.POST or None, campaign=campaign)
    made: list[DeskReceipt] = []

    def deed() -> None:
        by, language = cast("User", request.user), get_language() or "it"
        receipt = take_cash(
            desk=desk, campaign=campaign, by=by, language=language, now=clock.now(), **form.cleaned_data
        )
        made.append(receipt)

    if request.method == "POST" and done(form, deed):
        return redirect("cash_receipt", made[0].pk)
    context = {"desk": desk, "campaign": campaign, "form": form, "presets": NOTES}
    return render(request, "payments/cash/take.html", context, status=422 if form.errors else 200)


def _campaign(slug: str) -> Campaign | None:
    return (
        Campaign.objects.live()
        .select_related("project")
        .prefetch_related("rewards")
        .filter(slug=slug)
        .first()
    )


def _receipt(request: HttpRequest, pk: int) -> DeskReceipt:
    receipt = get_object_or_404(receipt_rows(), pk=pk)
    require(can_see_desk(request.user, receipt.desk))
    return receipt


@require_safe
@login_required
def cash_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a receipt with its number in large figures, to be read out, printed or cancelled."""
    receipt = _receipt(request, pk)
    now = clock.now()
    today = receipt.issued_on == now.astimezone(clock.CIVIL).date()
    works_here = can_operate(request.user, receipt.desk)
    cancelled = hasattr(receipt, "cancelled_by")
    context = {
        "receipt": receipt,
        "works_here": works_here,
        "may_withdraw": works_here and receipt.kind == "received" and may_be_withdrawn(receipt.pledge, now),
        "may_cancel": works_here and today and receipt.kind == "received" and not cancelled,
    }
    return render(request, "payments/cash/receipt.html", context)


@require_POST
@login_required
def cash_receipt_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a donor who stands at the desk take their cash back."""
    receipt = _receipt(request, pk)
    require(can_operate(request.user, receipt.desk))
    refund = withdraw_cash(pledge=receipt.pledge, by=request.user, now=clock.now())
    messages.success(request, _("The pledge is taken back. Hand the cash over against a signature."))
    return redirect("cash_return", receipt.desk_id, refund.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cash_receipt_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a receipt of today by another one."""
    receipt = _receipt(request, pk)
    require(can_operate(request.user, receipt.desk))
    form = WhyForm(request.POST or None)
    made: list[DeskReceipt] = []

    def deed() -> None:
        by, why = cast("User", request.user), form.cleaned_data["why"]
        made.append(cancel_receipt(receipt=receipt, why=why, by=by, now=clock.now()))

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("The receipt is cancelled. Give the cash back."))
        return redirect("cash_receipt", made[0].pk)
    context = {"receipt": receipt, "form": form}
    return render(request, "payments/cash/cancel.html", context, status=422 if form.errors else 200)
