"""Pots: who has what from one, and its opening and topping up by two people."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import tell
from accounts.permissions import require
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.matching.enums import FundChangeStatus
from payments.matching.forms import TopUpForm, WhyForm
from payments.matching.models import FundChange, MatchFund
from payments.matching.permissions import can_decide_fund_change, can_propose_fund_change, can_see_fund
from payments.matching.selectors import admitted_cents, changes_of, fund_changes
from payments.matching.services import approve_fund_change, propose_top_up, reject_fund_change
from payments.selectors.payout_desk import in_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def fund(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who has what from a pot and how it grew; a POST proposes to top it up."""
    require(can_see_fund(request.user))
    pot = get_object_or_404(MatchFund.objects.select_related("call__programme", "organisation"), pk=pk)
    form = TopUpForm(request.POST or None)
    if request.method == "POST" and _proposed(request, pot, form):
        messages.success(request, _("The top-up is proposed. Another person approves it."))
        return redirect("fund", pk)
    changes = list(changes_of(pot))
    context = {
        "fund": pot,
        "reservations": pot.reservations.select_related("campaign__project").order_by("created_at"),
        "changes": changes,
        "form": form,
        "admitted_cents": admitted_cents(pot.call.programme_id),
        "may_propose": can_propose_fund_change(request.user, pot.organisation_id)
        and not any(change.status == "proposed" for change in changes),
    }
    return render(request, "payments/fund.html", context, status=422 if form.errors else 200)


def _proposed(request: HttpRequest, pot: MatchFund, form: TopUpForm) -> bool:
    if not form.is_valid():
        return False
    try:
        by = cast("User", request.user)
        propose_top_up(call=pot.call, fund=pot, by=by, now=clock.now(), **form.cleaned_data)
    except NotAllowed:
        raise
    except Refused as refused:
        tell(form, refused)
        return False
    return True


@require_safe
@login_required
def funds(request: HttpRequest) -> HttpResponse:
    """List the pots, newest first, and the changes that wait for a decision."""
    require(can_see_fund(request.user))
    pots = MatchFund.objects.select_related("call", "organisation").order_by("-opened_at", "-pk")
    waiting = fund_changes().filter(status="proposed")
    return render(request, "payments/funds.html", {"funds": pots, "waiting": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def fund_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is to be done to a pot; a POST approves or rejects it."""
    require(can_see_fund(request.user))
    change = get_object_or_404(fund_changes(), pk=pk)
    user = cast("User", request.user)
    form = WhyForm(request.POST if "reject" in request.POST else None)
    if request.method == "POST":
        if "approve" in request.POST:
            approve_fund_change(change=change, by=user, now=clock.now())
            messages.success(request, _("Approved: the money is set aside."))
            return redirect("fund_change", pk)
        if form.is_valid():
            reject_fund_change(change=change, why=form.cleaned_data["why"], by=user, now=clock.now())
            messages.success(request, _("Rejected."))
            return redirect("fund_change", pk)
    admitted = admitted_cents(change.call.programme_id)
    context = {
        "change": change,
        "fund": change.fund or _opened_by(change),
        "admitted_cents": admitted,
        "left_cents": admitted - change.amount_cents,
        "may_decide": change.status == "proposed" and can_decide_fund_change(user, change),
        "story": in_words(change.events.all(), FundChangeStatus),
        "form": form,
    }
    return render(request, "payments/fund_change.html", context, status=422 if form.errors else 200)


def _opened_by(change: FundChange) -> MatchFund | None:
    return MatchFund.objects.filter(call=change.call_id, organisation=change.organisation_id).last()
