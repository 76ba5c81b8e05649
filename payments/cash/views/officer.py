"""The officers' pages of cash: the desks, who works there, their tills and closings."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import done
from accounts.permissions import require
from crowdfund.kit import clock
from payments.cash.forms import DeskForm, OperatorForm
from payments.cash.models import DeskOperator
from payments.cash.permissions import can_manage_desks, can_see_desks
from payments.cash.selectors.desks import closing_rows, desk_lines, returns_waiting, till_of
from payments.cash.services.desks import (
    assign_operator,
    edit_desk,
    end_operator,
    open_desk,
    reopen_desk,
    shut_desk,
)
from payments.cash.views.counter import desk_at

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

PAGE = 30


@require_safe
@login_required
def cash_officer(request: HttpRequest) -> HttpResponse:
    """List the desks with their tills, the closings (newest first) and the cash that is owed back."""
    require(can_see_desks(request.user))
    closings = closing_rows()
    if "differences" in request.GET:
        closings = closings.exclude(counted_cents=F("booked_cents"))
    page = Paginator(closings, PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": desk_lines(),
        "page": page,
        "differences": "differences" in request.GET,
        "owed": returns_waiting(),
        "may_manage": can_manage_desks(request.user),
    }
    return render(request, "payments/cash/officer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cash_desk_new(request: HttpRequest) -> HttpResponse:
    """Open a desk."""
    require(can_manage_desks(request.user))
    form = DeskForm(request.POST or None)

    def deed() -> None:
        open_desk(by=cast("User", request.user), now=clock.now(), **form.cleaned_data)

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("The desk is open. Say who works there."))
        return redirect("cash_officer")
    return render(request, "payments/cash/desk_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cash_desk_officer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a desk, its people and its closings; a POST changes its card, shuts it or opens it again."""
    desk = desk_at(pk)
    require(can_see_desks(request.user))
    by, now = cast("User", request.user), clock.now()
    saving = request.method == "POST" and not {"shut", "reopen"} & set(request.POST)
    form = DeskForm(request.POST if saving else None, initial=DeskForm.card_of(desk))
    if request.method == "POST":
        if not saving:
            (shut_desk if "shut" in request.POST else reopen_desk)(desk=desk, by=by, now=now)
            messages.success(request, _("Done."))
            return redirect("cash_desk_officer", pk)
        if done(form, lambda: edit_desk(desk=desk, by=by, now=now, **form.cleaned_data)):
            messages.success(request, _("Saved."))
            return redirect("cash_desk_officer", pk)
    context = {
        "desk": desk,
        "form": form,
        "till": till_of(desk, now),
        "people": desk.operators.filter(ended_at__isnull=True).select_related("user"),
        "closings": closing_rows().filter(desk=desk)[:PAGE],
        "operator_form": OperatorForm(),
        "may_manage": can_manage_desks(request.user),
    }
    return render(request, "payments/cash/desk.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def cash_operator_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody work at a desk."""
    desk = desk_at(pk)
    form = OperatorForm(request.POST)
    if form.is_valid():
        email = form.cleaned_data["email"]
        assign_operator(desk=desk, email=email, by=cast("User", request.user), now=clock.now())
        messages.success(request, _("This person works at the desk now."))
    else:
        messages.error(request, _("Check the email."))
    return redirect("cash_desk_officer", pk)


@require_POST
@login_required
def cash_operator_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody no longer work at a desk."""
    operator = get_object_or_404(DeskOperator.objects.select_related("desk"), pk=pk)
    end_operator(operator=operator, by=cast("User", request.user), now=clock.now())
    messages.success(request, _("This person no longer works at the desk."))
    return redirect("cash_desk_officer", operator.desk_id)
