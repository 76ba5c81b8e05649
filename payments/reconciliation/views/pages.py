"""The officers' pages of reconciliation: what differs, what can be done, what was found before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

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
from payments.reconciliation.permissions import (
    can_decide_acceptance,
    can_propose_acceptance,
    can_reconcile,
    can_see_differences,
)
from payments.reconciliation.selectors.bank_side import lines_of
from payments.reconciliation.selectors.differences import (
    OF_THE_BANK,
    happened,
    movements_of,
    open_differences,
    proposed_acceptance,
    runs,
    sentence_of,
    transfers_of,
)
from payments.reconciliation.services.accept import (
    approve_acceptance,
    propose_acceptance,
    reject_acceptance,
)
from payments.reconciliation.services.resolve import resolve_difference
from payments.reconciliation.services.runs import ask_for_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.reconciliation.models import DifferenceAcceptance

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
    """Show both sides of a difference; a POST carries out what is proposed, or says that it may stand, and decides."""
    require(can_see_differences(request.user))
    row = get_object_or_404(Difference.objects.select_related("closed_by"), pk=pk)
    proposed = proposed_acceptance(row)
    form = AcceptForm(request.POST if {"accept", "reject"} & request.POST.keys() else None)
    if request.method == "POST" and _done(request, row, proposed, form):
        return redirect("difference", pk)
    may_reconcile = row.status == "open" and can_reconcile(request.user)
    context = {
        "difference": row,
        "sentence": sentence_of(row),
        "movements": movements_of(row),
        "transfers": transfers_of(row),
        "lines": lines_of(row.root) if row.family in OF_THE_BANK else [],
        "of_the_bank": row.family in OF_THE_BANK,
        "events": happened(row),
        "acceptance": proposed,
        "may_decide": proposed is not None and can_decide_acceptance(request.user, proposed),
        "may_resolve": may_reconcile and row.proposal in CARRIED_OUT_HERE,
        "may_accept": may_reconcile and proposed is None and can_propose_acceptance(request.user),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "payments/reconciliation/difference.html", context, status=status)


def _done(
    request: HttpRequest, row: Difference, proposed: DifferenceAcceptance | None, form: AcceptForm
) -> bool:
    """Do what a POST asks for; False when its form has to be shown again."""
    facts: dict[str, Any] = {"by": cast("User", request.user), "now": clock.now()}
    if "resolve" in request.POST:
        _resolve(request, row)
        return True
    if "approve" in request.POST and proposed:
        approve_acceptance(acceptance=proposed, **facts)
        messages.success(request, _("The difference is accepted."))
        return True
    if "reject" in request.POST and proposed:
        return _told(
            request, form, _("It may not stand: it is still to be cleared."),
            lambda why: reject_acceptance(acceptance=proposed, why=why, **facts),
        )  # fmt: skip
    return _told(
        request, form, _("It is proposed: another person decides."),
        lambda why: propose_acceptance(difference=row, why=why, **facts),
    )  # fmt: skip


def _resolve(request: HttpRequest, row: Difference) -> None:
    if resolve_difference(difference=row, by=cast("User", request.user), now=clock.now()):
        messages.success(request, _("Both sides are equal now."))
    else:
        messages.info(request, _("Done, but the two sides are not equal yet. What was tried is noted below."))


def _told(request: HttpRequest, form: AcceptForm, said: str, deed: Callable[[str], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        deed(form.cleaned_data["why"])
    except Invalid as invalid:
        tell(form, invalid)
        return False
    messages.success(request, said)
    return True
