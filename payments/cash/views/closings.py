"""The end of a desk's day: counted, countersigned, sent, arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import done
from accounts.permissions import require
from crowdfund.kit import clock
from payments.cash.enums import ClosingStatus
from payments.cash.forms import BankedForm, CountForm, SendForm, WhyForm
from payments.cash.permissions import can_operate, can_see_desk
from payments.cash.selectors.desks import closing_rows, next_steps, till_of
from payments.cash.services.closings import close_day, confirm_banked, countersign, reject_closing, send_cash
from payments.cash.views.counter import desk_at

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.cash.models import DeskClosing


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cash_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the day: count the till, and say why if it is not what the books say."""
    desk = desk_at(pk)
    require(can_operate(request.user, desk))
    form = CountForm(request.POST or None)
    made: list[DeskClosing] = []

    def deed() -> None:
        by = cast("User", request.user)
        made.append(close_day(desk=desk, by=by, now=clock.now(), **form.cleaned_data))

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("The day is closed. Another person countersigns it."))
        return redirect("cash_closing", made[0].pk)
    context = {"desk": desk, "form": form, "till": till_of(desk, clock.now())}
    return render(request, "payments/cash/close.html", context, status=422 if form.errors else 200)


DEEDS: dict[str, tuple[type[forms.Form], Any]] = {
    "reject": (WhyForm, reject_closing),
    "send": (SendForm, send_cash),
    "bank": (BankedForm, confirm_banked),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cash_closing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a closing and what this person can do with it; a POST does it."""
    closing = get_object_or_404(closing_rows(), pk=pk)
    require(can_see_desk(request.user, closing.desk))
    forms_shown = {name: made(initial=_initial(closing)) for name, (made, _deed) in DEEDS.items()}
    status = 200
    if request.method == "POST":
        wanted = next((name for name in (*DEEDS, "countersign") if name in request.POST), "")
        if _do(request, closing, wanted, forms_shown):
            messages.success(request, _("Done."))
            return redirect("cash_closing", pk)
        status = 422
    context = {
        "closing": closing,
        "events": [
            (event, ClosingStatus(event.to_status).label) for event in closing.events.select_related("by")
        ],
        "steps": next_steps(closing, request.user),
        "forms": forms_shown,
    }
    return render(request, "payments/cash/closing.html", context, status=status)


def _initial(closing: DeskClosing) -> dict[str, Any]:
    return {"cents": closing.counted_cents}


def _do(request: HttpRequest, closing: DeskClosing, wanted: str, forms_shown: dict[str, forms.Form]) -> bool:
    by, now = cast("User", request.user), clock.now()
    if wanted == "countersign":
        countersign(closing=closing, by=by, now=now)
        return True
    if wanted not in DEEDS:
        return False
    made, deed = DEEDS[wanted]
    form = forms_shown[wanted] = made(request.POST)
    return done(form, lambda: deed(closing=closing, by=by, now=now, **form.cleaned_data))
