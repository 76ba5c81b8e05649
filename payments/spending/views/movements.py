"""Mandates, reductions and corrections of contracts: proposed on one page, decided on another."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import done
from accounts.permissions import require
from crowdfund.kit import clock
from payments.selectors.payout_desk import in_words
from payments.spending.enums import UNDOES, MovementKind, MovementStatus
from payments.spending.forms.contracts import MandateForm, ReductionForm, WhyForm
from payments.spending.models import Contract, ContractMovement
from payments.spending.permissions import can_decide_movement, can_propose_movement, can_see_spending
from payments.spending.services import (
    approve_movement,
    propose_annulment,
    propose_correction,
    propose_movement,
    reject_movement,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

FORMS: dict[str, type[MandateForm]] = {"mandate": MandateForm, "economy": ReductionForm}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def movement_new(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Propose to book a mandate or a reduction of a contract."""
    require(can_see_spending(request.user))
    contract = get_object_or_404(Contract, pk=pk)
    require(can_propose_movement(request.user, contract))
    form = FORMS[kind](request.POST or None)
    user = cast("User", request.user)

    def propose() -> None:
        propose_movement(contract=contract, kind=kind, sheet=form.sheet(), by=user, now=clock.now())

    if request.method == "POST" and done(form, propose):
        messages.success(request, _("Proposed. Another person confirms it."))
        return redirect(contract)
    context = {"contract": contract, "form": form, "title": MovementKind(kind).label}
    return render(
        request, "payments/spending/movement_form.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contract_annul(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to annul a contract that was booked in error."""
    require(can_see_spending(request.user))
    contract = get_object_or_404(Contract, pk=pk)
    require(can_propose_movement(request.user, contract))
    form = WhyForm(request.POST or None)
    user = cast("User", request.user)

    def annul() -> None:
        propose_annulment(contract=contract, why=form.cleaned_data["why"], by=user, now=clock.now())

    if request.method == "POST" and done(form, annul):
        messages.success(request, _("Proposed. Another person confirms it."))
        return redirect(contract)
    context = {"contract": contract, "form": form, "title": MovementKind.ANNULMENT.label}
    return render(
        request, "payments/spending/movement_form.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contract_movement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a movement of a contract; a POST confirms, rejects, or proposes to correct it."""
    require(can_see_spending(request.user))
    rows = ContractMovement.objects.select_related(
        "contract__programme", "undoes", "proposed_by", "proposed_person", "decided_by"
    )
    row = get_object_or_404(rows, pk=pk)
    form = WhyForm(request.POST if {"reject", "correct"} & set(request.POST) else None)
    if request.method == "POST" and _dealt_with(request, row, form):
        return redirect("contract_movement", pk)
    user = request.user
    context = {
        "movement": row,
        "contract": row.contract,
        "story": in_words(row.events.select_related("by"), MovementStatus),
        "form": form,
        "may_decide": row.status == MovementStatus.PROPOSED and can_decide_movement(user, row),
        "may_correct": row.status == MovementStatus.APPROVED
        and row.kind in UNDOES
        and can_propose_movement(user, row.contract)
        and not row.undone_by.exclude(status=MovementStatus.REJECTED).exists(),
    }
    return render(request, "payments/spending/movement.html", context, status=422 if form.errors else 200)


def _dealt_with(request: HttpRequest, row: ContractMovement, form: WhyForm) -> bool:
    """Confirm, reject or correct; False when the form must be shown again."""
    user, now = cast("User", request.user), clock.now()
    if not {"reject", "correct"} & set(request.POST):
        approve_movement(movement=row, by=user, now=now)
        messages.success(request, _("Confirmed: it is booked."))
        return True
    deed = reject_movement if "reject" in request.POST else propose_correction
    if not done(form, lambda: deed(movement=row, why=form.cleaned_data["why"], by=user, now=now)):
        return False
    messages.success(
        request, _("Rejected.") if "reject" in request.POST else _("Proposed. Another person confirms it.")
    )
    return True
