"""Pots: who has what from one, and its opening and topping up by two people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import tell
from accounts.permissions import require
from campaigns.calls.models import Call
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused
from payments.ledger.selectors import credit_balance, newest_transfers
from payments.matching.documents import move_in_words, restrictions_in_words, terms_in_words
from payments.matching.enums import FundChangeStatus, FundMoney
from payments.matching.forms import ReasonForm, SponsorFundForm, TopUpForm, WhyForm
from payments.matching.models import FundChange, MatchFund
from payments.matching.permissions import can_decide_fund_change, can_propose_fund_change, can_see_fund
from payments.matching.selectors import admitted_cents, changes_of, fund_changes, payer_of
from payments.matching.services import (
    approve_fund_change,
    propose_fund_closing,
    propose_sponsor_fund,
    propose_top_up,
    reject_fund_change,
)
from payments.selectors.payout_desk import in_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def fund(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who has what from a pot, how it grew and what moved; a POST proposes to top it up or to close it."""
    require(can_see_fund(request.user))
    pots = MatchFund.objects.select_related("call__programme", "organisation")
    pot = get_object_or_404(pots.prefetch_related("neighbourhoods"), pk=pk)
    form = TopUpForm(None if "close" in request.POST else request.POST or None)
    close_form = ReasonForm(request.POST if "close" in request.POST else None, auto_id="id_close_%s")
    if request.method == "POST" and _proposed(request, pot, close_form if "close" in request.POST else form):
        return redirect("fund", pk)
    changes = list(changes_of(pot))
    waits = any(change.status == "proposed" for change in changes)
    context = {
        "fund": pot,
        "payer": payer_of(pot),
        "open_to": restrictions_in_words(pot),
        "held_cents": credit_balance(f"held_fund:{pot.pk}"),
        "moves": [move_in_words(row) for row in newest_transfers(f"fund:{pot.pk}")],
        "reservations": pot.reservations.select_related("campaign__project").order_by("created_at"),
        "changes": changes,
        "form": form,
        "close_form": close_form,
        "admitted_cents": admitted_cents(pot.call.programme_id),
        "may_propose": can_propose_fund_change(request.user, pot.organisation_id) and not waits,
        "grows_by_itself": pot.of_sponsor and pot.money == FundMoney.HELD,
    }
    wrong = bool(form.errors or close_form.errors)
    return render(request, "payments/fund.html", context, status=422 if wrong else 200)


def _proposed(request: HttpRequest, pot: MatchFund, form: TopUpForm | ReasonForm) -> bool:
    if not form.is_valid():
        return False
    facts: dict[str, Any] = {"fund": pot, "by": cast("User", request.user), "now": clock.now()}
    try:
        if isinstance(form, ReasonForm):
            propose_fund_closing(**facts, **form.cleaned_data)
            messages.success(request, _("The closing is proposed. Another person approves it."))
        else:
            propose_top_up(call=pot.call, **facts, **form.cleaned_data)
            messages.success(request, _("The top-up is proposed. Another person approves it."))
    except NotAllowed:
        raise
    except Refused as refused:
        tell(form, refused)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sponsor_fund(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose a sponsor's pot beside the city's."""
    require(can_propose_fund_change(request.user))
    call = get_object_or_404(Call, slug=slug)
    form = SponsorFundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            by = cast("User", request.user)
            change = propose_sponsor_fund(call=call, by=by, now=clock.now(), **form.given())
        except NotAllowed:
            raise
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("The sponsor's pot is proposed. Another person approves it."))
            return redirect("fund_change", change.pk)
    context = {"call": call, "form": form}
    return render(request, "payments/sponsor_fund.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def funds(request: HttpRequest) -> HttpResponse:
    """List the pots, newest first, and the changes that wait for a decision."""
    require(can_see_fund(request.user))
    pots = list(MatchFund.objects.select_related("call", "organisation").order_by("-opened_at", "-pk"))
    context = {
        "funds": [(pot, payer_of(pot)) for pot in pots],
        "waiting": fund_changes().filter(status="proposed"),
        "calls": [pot.call for pot in pots if not pot.of_sponsor and pot.closed_at is None],
        "may_propose": can_propose_fund_change(request.user),
    }
    return render(request, "payments/funds.html", context)


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
        "terms": terms_in_words(change),
        "may_decide": change.status == "proposed" and can_decide_fund_change(user, change),
        "story": in_words(change.events.all(), FundChangeStatus),
        "form": form,
    }
    return render(request, "payments/fund_change.html", context, status=422 if form.errors else 200)


def _opened_by(change: FundChange) -> MatchFund | None:
    return MatchFund.objects.filter(call=change.call_id, organisation=change.organisation_id).last()
