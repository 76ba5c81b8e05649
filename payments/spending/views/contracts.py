"""Contracts: read by everybody once booked; recorded, confirmed and documented by the municipality's desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import done
from accounts.permissions import require
from campaigns.calls.models import Programme
from crowdfund.kit import clock, files
from payments.selectors.payout_desk import in_words
from payments.spending.enums import ContractStatus
from payments.spending.forms.contracts import ContractForm, DocumentForm, WhyForm
from payments.spending.models import Contract, ContractDocument
from payments.spending.permissions import (
    can_confirm_contract,
    can_open_contracts,
    can_propose_movement,
    can_see_spending,
)
from payments.spending.selectors import ladders
from payments.spending.selectors.contracts import contract_badge, contracts_seen_by
from payments.spending.services import attach_document, confirm_contract, record_contract, reject_contract
from payments.spending.views.ladders import story_context

if TYPE_CHECKING:
    from django.http import FileResponse, HttpRequest, HttpResponse

    from accounts.models import User


@require_safe
def programme_contracts(request: HttpRequest, slug: str) -> HttpResponse:
    """List a programme's contracts: those that were booked, and to the desk those that wait."""
    programme = get_object_or_404(Programme, slug=slug)
    rows = contracts_seen_by(request.user).filter(programme=programme)
    context = {
        "programme": programme,
        "contracts": [(row, contract_badge(row)) for row in rows],
        "may_record": can_open_contracts(request.user),
    }
    return render(request, "payments/spending/contracts.html", context)


@require_safe
@login_required
def office_contracts(request: HttpRequest) -> HttpResponse:
    """List the contracts of all programmes, those that wait first."""
    require(can_see_spending(request.user))
    rows = sorted(contracts_seen_by(request.user), key=lambda row: row.status != ContractStatus.RECORDED)
    context = {
        "contracts": [(row, contract_badge(row)) for row in rows],
        "programmes": Programme.objects.order_by("title"),
        "may_record": can_open_contracts(request.user),
    }
    return render(request, "payments/spending/contracts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contract_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Record a contract of a programme."""
    require(can_open_contracts(request.user))
    programme = get_object_or_404(Programme, slug=slug)
    form = ContractForm(request.POST or None, initial={"cup": programme.cup})
    user, made = cast("User", request.user), []

    def record() -> None:
        made.append(record_contract(programme=programme, sheet=form.sheet(), by=user, now=clock.now()))

    if request.method == "POST" and done(form, record):
        messages.success(request, _("Recorded. Another person confirms it: nothing is bound before."))
        return redirect(made[0])
    context = {"programme": programme, "form": form}
    return render(
        request, "payments/spending/contract_form.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a contract with its ladder and movements; a POST confirms or rejects it."""
    row = get_object_or_404(contracts_seen_by(request.user).select_related("proposed_person"), pk=pk)
    form = WhyForm(request.POST if "reject" in request.POST else None)
    if request.method == "POST" and _decided(request, row, form):
        return redirect(row)
    told = ladders.story(ladders.scope_of_contract(row), clock.now())
    desk = can_see_spending(request.user)
    context = {
        "contract": row,
        "badge": contract_badge(row),
        "movements_of": row.movements.select_related("undoes", "proposed_by", "decided_by"),
        "desk": desk,
        "documents": row.documents.all() if desk else [],
        "story": in_words(row.events.select_related("by"), ContractStatus) if desk else [],
        "why_form": form,
        "may_decide": row.status == ContractStatus.RECORDED and can_confirm_contract(request.user, row),
        "may_propose": desk
        and row.status == ContractStatus.CONFIRMED
        and can_propose_movement(request.user, row),
        "may_attach": desk and can_propose_movement(request.user, row),
        **story_context(request, told, row.get_absolute_url()),
    }
    status = 422 if form.errors or context["form"].errors else 200
    return render(request, "payments/spending/contract.html", context, status=status)


def _decided(request: HttpRequest, row: Contract, form: WhyForm) -> bool:
    """Confirm or reject; False when the form must be shown again."""
    user, now = cast("User", request.user), clock.now()
    if "reject" not in request.POST:
        confirm_contract(contract=row, by=user, now=now)
        messages.success(request, _("Confirmed: the amount is legally bound."))
        return True
    if not done(form, lambda: reject_contract(contract=row, why=form.cleaned_data["why"], by=user, now=now)):
        return False
    messages.success(request, _("Rejected."))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contract_document_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach a file to a contract."""
    require(can_see_spending(request.user))
    row = get_object_or_404(Contract, pk=pk)
    require(can_propose_movement(request.user, row))
    form = DocumentForm(request.POST or None, request.FILES or None)
    user = cast("User", request.user)

    def attach() -> None:
        attach_document(contract=row, by=user, now=clock.now(), **form.cleaned_data)

    if request.method == "POST" and done(form, attach):
        messages.success(request, _("The file is attached."))
        return redirect(row)
    context = {"contract": row, "form": form}
    status = 422 if form.errors else 200
    return render(request, "payments/spending/contract_document_form.html", context, status=status)


@require_safe
@login_required
def contract_document(request: HttpRequest, pk: int) -> FileResponse:
    """Download a contract's file. For the municipality's desk."""
    require(can_see_spending(request.user))
    row = get_object_or_404(ContractDocument, pk=pk)
    return files.send_private(row.stored, name=row.name, kind=row.kind)
