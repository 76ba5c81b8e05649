"""An evaluator's desk: sign, declare on each application, read it, give points, close."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.calls.forms.refusals import show_refusal
from campaigns.calls.models import Application
from campaigns.commission.forms.sheets import ConflictForm, DeclareForm, SheetForm, sheet_initial
from campaigns.commission.models import Commission, Sheet
from campaigns.commission.permissions import commission_for, seat_of
from campaigns.commission.selectors.pages import application_in_full
from campaigns.commission.selectors.progress import readings
from campaigns.commission.services.commissions import DECLARATION, sign_declaration
from campaigns.commission.services.sheets import close_sheet, declare, save_sheet
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from campaigns.commission.models import Evaluator


def _seat(request: HttpRequest, commission: Commission | None) -> Evaluator:
    seat = seat_of(request.user, commission) if commission else None
    if seat is None:
        raise Http404
    return seat


@login_required
@require_safe
def evaluator_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """List what an evaluator has to read, and how far they are."""
    commission = get_object_or_404(Commission.objects.select_related("call__grid", "session"), pk=pk)
    seat = _seat(request, commission)
    rows = readings(seat) if seat.signed_at else []
    context = {
        "commission": commission,
        "call": commission.call,
        "seat": seat,
        "readings": rows,
        "done": sum(row.state in {"closed", "conflict"} for row in rows),
        "over": clock.now() >= commission.closes_at,
        "declaration": DECLARATION,
    }
    return render(request, "campaigns/commission/evaluator_desk.html", context)


@login_required
@require_POST
def evaluator_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign the declaration on conflicts."""
    commission = get_object_or_404(Commission, pk=pk)
    sign_declaration(commission=commission, by=request.user, now=clock.now())
    messages.success(request, _("Signed. Now say for each application whether you can judge it."))
    return redirect("evaluator_desk", pk=pk)


def _asked(request: HttpRequest, pk: int) -> tuple[Application, Evaluator, Sheet | None]:
    application = get_object_or_404(
        Application.objects.with_project().select_related("call__rule", "created_by"), pk=pk
    )
    seat = _seat(request, commission_for(application))
    mine = seat.sheets.select_related("evaluator__commission__call__grid", "application")
    return application, seat, mine.filter(application=application).first()


@login_required
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an application and the sheet on it, once declared; save a draft or close."""
    application, seat, mine = _asked(request, pk)
    if mine is None or mine.status == "conflict":
        return _declare_page(request, application, seat, DeclareForm(), mine)
    form = SheetForm(
        request.POST or None,
        criteria=list(seat.commission.call.grid.criteria.all()),
        initial=sheet_initial(mine),
    )
    if request.method == "POST" and form.is_valid() and _written(request, form, mine):
        return (
            redirect("evaluator_desk", pk=seat.commission_id)
            if "close" in request.POST
            else redirect("sheet", pk=pk)
        )
    context = {
        "sheet": mine,
        "seat": seat,
        "form": form,
        "conflict_form": ConflictForm(),
        **application_in_full(application),
    }
    return render(request, "campaigns/commission/sheet.html", context)


def _written(request: HttpRequest, form: SheetForm, mine: Sheet) -> bool:
    now = clock.now()
    try:
        save_sheet(sheet=mine, marks=form.marks(), by=request.user, now=now)
        if "close" in request.POST:
            close_sheet(sheet=mine, by=request.user, now=now)
    except NotAllowed:
        raise
    except Refused as refused:
        show_refusal(form, refused)
        return False
    done = _("Your sheet is closed.") if "close" in request.POST else _("The draft is saved.")
    messages.success(request, done)
    return True


@login_required
@require_POST
def sheet_declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare that there is no conflict on an application, or which one."""
    application, seat, mine = _asked(request, pk)
    form = ConflictForm(request.POST) if mine else DeclareForm(request.POST)
    if not form.is_valid():
        return _declare_page(request, application, seat, form, mine)
    has_conflict = mine is not None or form.cleaned_data["conflict"] == DeclareForm.CONFLICT
    try:
        declare(
            application=application,
            has_conflict=has_conflict,
            why=cast("str", form.cleaned_data["why"]),
            by=request.user,
            now=clock.now(),
        )
    except Refused as refused:
        show_refusal(form, refused)
        answer = _declare_page(request, application, seat, form, mine)
        answer.status_code = 403 if isinstance(refused, NotAllowed) else 200
        return answer
    if has_conflict:
        messages.success(request, _("Noted: you don't judge this application."))
        return redirect("evaluator_desk", pk=seat.commission_id)
    return redirect("sheet", pk=pk)


def _declare_page(
    request: HttpRequest,
    application: Application,
    seat: Evaluator,
    form: DeclareForm | ConflictForm,
    mine: Sheet | None,
) -> HttpResponse:
    """Show who applies and nothing more, until there is a declaration."""
    context = {"application": application, "seat": seat, "form": form, "sheet": mine}
    return render(request, "campaigns/commission/sheet_declare.html", context)
