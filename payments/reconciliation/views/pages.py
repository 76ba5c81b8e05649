"""The officers' pages of reconciliation: what differs, what can be done, what was found before."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import tell
from accounts.permissions import require
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid
from payments.reconciliation.enums import CARRIED_OUT_HERE, UNDER_WAY, DifferenceStatus
from payments.reconciliation.forms import AcceptForm
from payments.reconciliation.models import Difference
from payments.reconciliation.permissions import can_reconcile, can_see_differences
from payments.reconciliation.selectors.bank_side import lines_of
from payments.reconciliation.selectors.differences import (
    OF_THE_BANK,
    happened,
    movements_of,
    open_differences,
    runs,
    sentence_of,
    transfers_of,
)
from payments.reconciliation.services.resolve import accept_difference, resolve_difference
from payments.reconciliation.services.runs import ask_for_run

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

SHOWN_RUNS = 10
PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Show the last reconciliations and what is open; a POST orders another one."""
    require(can_see_differences(request.user))
    if request.method == "POST":
        ask_for_run(by=cast("User", request.user), now=clock.now())
        messages.success(request, _("The reconciliation begins: its progress is shown here."))
        return redirect("reconciliation")
    shown = list(runs()[:SHOWN_RUNS])
    under_way = next((run for run in shown if run.status in UNDER_WAY), None)
    context = {
        "runs": shown,
        "under_way": under_way,
        "last": next((run for run in shown if run.status == "done"), None),
        "rows": [(row, sentence_of(row), row.proposal in CARRIED_OUT_HERE) for row in open_differences()],
        "may_reconcile": can_reconcile(request.user),
    }
    return render(request, "payments/reconciliation/overview.html", context)


@require_safe
@login_required
def difference_history(request: HttpRequest) -> HttpResponse:
    """List what was resolved or accepted, newest first."""
    require(can_see_differences(request.user))
    closed = Difference.objects.exclude(status=DifferenceStatus.OPEN).select_related("closed_by")
    page = Paginator(closed.order_by("-closed_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    rows = [(row, sentence_of(row)) for row in page.object_list]
    return render(request, "payments/reconciliation/history.html", {"rows": rows, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def difference(request: HttpRequest, pk: int) -> HttpResponse:
    """Show both sides of a difference; a POST carries out what is proposed, or accepts it with a reason."""
    require(can_see_differences(request.user))
    row = get_object_or_404(Difference.objects.select_related("closed_by"), pk=pk)
    form = AcceptForm(request.POST if "accept" in request.POST else None)
    if request.method == "POST":
        if "resolve" in request.POST:
            _resolve(request, row)
            return redirect("difference", pk)
        if _accepted(request, row, form):
            messages.success(request, _("The difference is accepted."))
            return redirect("reconciliation")
    context = {
        "difference": row,
        "sentence": sentence_of(row),
        "movements": movements_of(row),
        "transfers": transfers_of(row),
        "lines": lines_of(row.root) if row.family in OF_THE_BANK else [],
        "of_the_bank": row.family in OF_THE_BANK,
        "events": happened(row),
        "may_resolve": row.status == "open"
        and row.proposal in CARRIED_OUT_HERE
        and can_reconcile(request.user),
        "may_accept": row.status == "open" and can_reconcile(request.user),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "payments/reconciliation/difference.html", context, status=status)


def _resolve(request: HttpRequest, row: Difference) -> None:
    if resolve_difference(difference=row, by=cast("User", request.user), now=clock.now()):
        messages.success(request, _("Both sides are equal now."))
    else:
        messages.info(request, _("Done, but the two sides are not equal yet. What was tried is noted below."))


def _accepted(request: HttpRequest, row: Difference, form: AcceptForm) -> bool:
    if not form.is_valid():
        return False
    try:
        by, why = cast("User", request.user), form.cleaned_data["why"]
        accept_difference(difference=row, why=why, by=by, now=clock.now())
    except Invalid as invalid:
        tell(form, invalid)
        return False
    return True
