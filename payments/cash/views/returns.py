"""Cash that goes back: found at the desk, handed over against a signature, or sent by transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import done
from accounts.permissions import require
from crowdfund.kit import clock
from payments.cash.forms import AccountForm, SearchForm, SignatureForm
from payments.cash.permissions import can_operate
from payments.cash.selectors.desks import (
    find_returns,
    may_be_withdrawn,
    receipt_rows,
    returns_waiting,
    till_of,
)
from payments.cash.services.give_back import ask_for_transfer, return_cash
from payments.cash.services.withdraw import withdraw_cash
from payments.cash.views.counter import desk_at
from payments.permissions import DESK_RECEIPT, pledge_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.cash.models import CashDesk, DeskReceipt
    from payments.models import Refund


@require_safe
@login_required
def cash_returns(request: HttpRequest, pk: int) -> HttpResponse:
    """Find cash that is owed to somebody, by receipt or by name."""
    desk = desk_at(pk)
    require(can_operate(request.user, desk))
    form = SearchForm(request.GET or None)
    wanted = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "desk": desk,
        "form": form,
        "wanted": wanted,
        "refunds": find_returns(wanted) if wanted else [],
    }
    return render(request, "payments/cash/returns.html", context)


def _owed(request: HttpRequest, pk: int, refund_pk: int) -> tuple[CashDesk, Refund]:
    desk = desk_at(pk)
    require(can_operate(request.user, desk))
    return desk, get_object_or_404(returns_waiting(), pk=refund_pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cash_return(request: HttpRequest, pk: int, refund_pk: int) -> HttpResponse:
    """Hand cash back against a signature."""
    desk, refund = _owed(request, pk, refund_pk)
    form = SignatureForm(request.POST or None, initial={"signature_name": refund.pledge.name})
    made: list[DeskReceipt] = []

    def deed() -> None:
        by, name = cast("User", request.user), form.cleaned_data["signature_name"]
        made.append(return_cash(refund=refund, desk=desk, signature_name=name, by=by, now=clock.now()))

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("Hand the cash over and let them sign the receipt."))
        return redirect("cash_receipt", made[0].pk)
    context = {"desk": desk, "refund": refund, "form": form, "till": till_of(desk, clock.now())}
    return render(request, "payments/cash/return.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cash_return_transfer(request: HttpRequest, pk: int, refund_pk: int) -> HttpResponse:
    """Write down the account that cash goes back to."""
    desk, refund = _owed(request, pk, refund_pk)
    form = AccountForm(request.POST or None)

    def deed() -> None:
        by = cast("User", request.user)
        ask_for_transfer(refund=refund, by=by, now=clock.now(), **form.cleaned_data)

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("The money goes back by bank transfer with the next list."))
        return redirect("cash_till", desk.pk)
    context = {"desk": desk, "refund": refund, "form": form}
    return render(request, "payments/cash/return_transfer.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def cash_receipt_donor(request: HttpRequest, token: str) -> HttpResponse:
    """Show a donor their receipts, by the link they were sent; if the cash goes back, take the account it goes to."""
    public_id = pledge_of(token, DESK_RECEIPT)
    receipts = list(receipt_rows().filter(pledge__public_id=public_id)) if public_id else []
    if not receipts:
        raise Http404
    pledge = receipts[0].pledge
    refund = returns_waiting().filter(pledge=pledge).first()
    form = AccountForm(request.POST or None)

    def deed() -> None:
        if refund is not None:
            ask_for_transfer(
                refund=refund, by=request.user, token=token, now=clock.now(), **form.cleaned_data
            )

    if "withdraw" in request.POST:
        withdraw_cash(pledge=pledge, by=request.user, token=token, now=clock.now())
        messages.success(request, _("Your pledge is taken back. Say below how you want the money."))
        return redirect("cash_receipt_donor", token)
    if request.method == "POST" and done(form, deed):
        messages.success(request, _("The money goes back by bank transfer with the next list."))
        return redirect("cash_receipt_donor", token)
    context = {
        "receipts": receipts,
        "pledge": pledge,
        "refund": refund,
        "form": form,
        "may_withdraw": may_be_withdrawn(pledge, clock.now()),
    }
    answer = render(request, "payments/cash/receipt_donor.html", context, status=422 if form.errors else 200)
    answer["Referrer-Policy"] = "no-referrer"
    return answer
