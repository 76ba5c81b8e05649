"""The page of a commission for officers and its chair: who sits there and how far everybody is, without points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from campaigns.calls.forms.refusals import show_refusal
from campaigns.calls.models import Application, Call
from campaigns.commission.forms.deeds import (
    AppointForm,
    CommissionForm,
    ExcludeForm,
    ProposeForm,
    WhyForm,
)
from campaigns.commission.models import Commission, Evaluator, Sheet
from campaigns.commission.permissions import (
    can_exclude,
    can_form_commission,
    can_propose_list,
    can_reopen_sheet,
    can_see_commission,
    can_see_sheet,
    commission_for,
)
from campaigns.commission.selectors.pages import application_rows, sheet_rows
from campaigns.commission.selectors.progress import seats, unread
from campaigns.commission.services.commissions import (
    appoint_evaluator,
    dismiss_evaluator,
    form_commission,
)
from campaigns.commission.services.exclusions import exclude_application, lift_exclusion
from campaigns.commission.services.sheets import reopen_sheet
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def commission_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Form the commission of a call or of a session."""
    require(can_form_commission(request.user))
    call = get_object_or_404(Call, slug=slug)
    form = CommissionForm(request.POST or None, call=call)
    if request.method == "POST" and form.is_valid():
        try:
            made = form_commission(call=call, **form.cleaned_data, by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The commission is formed. Now appoint who sits in it."))
            return redirect(made)
    there = call.commissions.select_related("session")
    return render(
        request, "campaigns/commission/commission_new.html", {"call": call, "form": form, "there": there}
    )


def seen_commission(request: HttpRequest, pk: int) -> Commission:
    """Return a commission that this person may follow, or 404."""
    found: Commission = get_object_or_404(Commission.objects.select_related("call__grid", "session"), pk=pk)
    if not can_see_commission(request.user, found):
        raise Http404
    return found


@login_required
@require_safe
def commission(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who sits in a commission, how far everybody is, and its lists."""
    return _page(request, seen_commission(request, pk))


@login_required
@require_POST
def commission_appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Appoint a person."""
    shown = seen_commission(request, pk)
    form = AppointForm(request.POST)
    if form.is_valid():
        try:
            appoint_evaluator(commission=shown, **form.cleaned_data, by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Appointed. We have written to them."))
            return redirect(shown)
    return _page(request, shown, appoint=form)


def _page(
    request: HttpRequest,
    shown: Commission,
    *,
    appoint: AppointForm | None = None,
    propose: ProposeForm | None = None,
) -> HttpResponse:
    versions = list(shown.lists.select_related("commission"))
    first = not any(one.status == "published" for one in versions)
    waiting = any(one.status == "proposed" for one in versions)
    may_propose = can_propose_list(request.user, shown) and not waiting
    context = {
        "commission": shown,
        "call": shown.call,
        "seats": seats(shown),
        "rows": application_rows(shown),
        "lists": versions,
        "lacking": [one.project.title for one in unread(shown)],
        "over": clock.now() >= shown.closes_at,
        "may_appoint": can_form_commission(request.user),
        "appoint_form": appoint or AppointForm(),
        "propose_form": (propose or ProposeForm(first=first)) if may_propose else None,
    }
    return render(request, "campaigns/commission/commission_detail.html", context)


def page_after_proposal(request: HttpRequest, shown: Commission, form: ProposeForm) -> HttpResponse:
    """Show the page again with what was refused in the proposal of a list."""
    return _page(request, shown, propose=form)


@login_required
@require_http_methods(["GET", "POST"])
def evaluator_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that an evaluator has left, and why."""
    require(can_form_commission(request.user))
    seat = get_object_or_404(Evaluator.objects.select_related("user", "commission__call"), pk=pk)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            dismiss_evaluator(evaluator=seat, **form.cleaned_data, by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Noted. What they closed still counts."))
            return redirect(seat.commission)
    return render(request, "campaigns/commission/evaluator_leave.html", {"seat": seat, "form": form})


@login_required
@require_safe
def scores(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the points on an application to whoever may see them; the chair reopens a sheet from here."""
    application = get_object_or_404(
        Application.objects.select_related("project__organisation", "created_by"), pk=pk
    )
    of = commission_for(application)
    if of is None:
        raise Http404
    rows = sheet_rows(of, application, request.user)
    if not rows and not can_see_commission(request.user, of):
        raise Http404
    context = {
        "application": application,
        "commission": of,
        "rows": rows,
        "may_follow": can_see_commission(request.user, of),
    }
    return render(request, "campaigns/commission/scores.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def sheet_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an evaluator write a closed sheet again."""
    sheet = get_object_or_404(
        Sheet.objects.select_related(
            "evaluator__user", "evaluator__commission", "application__project", "application__created_by"
        ),
        pk=pk,
    )
    require(can_reopen_sheet(request.user, sheet))
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reopen_sheet(sheet=sheet, **form.cleaned_data, by=request.user, now=clock.now())
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The sheet is open again; points are hidden until it is closed."))
            return redirect(sheet.evaluator.commission)
    context = {"sheet": sheet, "form": form, "sees": can_see_sheet(request.user, sheet)}
    return render(request, "campaigns/commission/sheet_reopen.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def exclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Exclude an application from being scored, or let it be scored after all."""
    application = get_object_or_404(
        Application.objects.select_related("project__organisation", "call", "created_by"), pk=pk
    )
    require(can_exclude(request.user, application))
    of = commission_for(application)
    if of is None:
        raise Http404
    standing = application.exclusions.filter(lifted_at__isnull=True).first()
    form = (WhyForm if standing else ExcludeForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "by": request.user, "now": clock.now()}
        try:
            if standing:
                lift_exclusion(exclusion=standing, **given)
            else:
                exclude_application(application=application, **given)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(of)
    context = {"application": application, "commission": of, "standing": standing, "form": form}
    return render(request, "campaigns/commission/exclude.html", context)
