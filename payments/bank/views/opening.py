"""The officers' pages of the opening balance: what lay on the account before its first statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import done
from accounts.permissions import require
from accounts.templatetags.ui import day
from crowdfund.kit import clock
from payments.bank.forms.officer import OpeningForm
from payments.bank.permissions import can_decide_opening, can_propose_opening, can_see_bank
from payments.bank.selectors.balance import first_statement, opening_missing, openings
from payments.bank.services.opening import approve_opening, propose_opening, reject_opening
from payments.bank.views.doing import posted
from payments.enums import ProposalStatus
from payments.views.lists import euro, when
from payments.views.records import Record, Row, Table, show
from payments.views.rows import deciding, proposal_rows, waits

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


def _facts(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast("User", request.user), "now": clock.now()}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bank_openings(request: HttpRequest) -> HttpResponse:
    """Show what lay on the account at first and what of it is booked; a POST proposes to book the rest."""
    require(can_see_bank(request.user))
    form = OpeningForm(posted(request))
    if request.method == "POST" and done(
        form, lambda: propose_opening(**_facts(request), **form.cleaned_data)
    ):
        messages.success(request, _("It is recorded. Another person confirms it."))
        return redirect("bank_openings")
    lines: list[tuple[str, list[object]]] = [
        (
            reverse("bank_opening", args=[row.pk]),
            [when(row.proposed_at), euro(row.amount_cents), row.get_status_display()],
        )
        for row in openings()
    ]
    missing = opening_missing()
    proposed = openings().filter(status=ProposalStatus.PROPOSED).exists()
    context = {
        "first": first_statement(),
        "missing": missing,
        "may_propose": bool(missing) and not proposed and can_propose_opening(request.user),
        "form": form,
        "table": Table(_("Recorded"), [_("Day"), _("Amount"), _("State")], lines, _("None yet.")),
    }
    return render(request, "payments/bank/opening.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bank_opening(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what somebody says of the opening balance; an approver confirms it."""
    require(can_see_bank(request.user))
    row = get_object_or_404(openings(), pk=pk)
    facts = {"opening": row, **_facts(request)}
    may = row.status == ProposalStatus.PROPOSED and can_decide_opening(request.user, row)
    acts = deciding(
        approve=lambda _given: approve_opening(**facts),
        reject=lambda given: reject_opening(**facts, **given),
        label=_("Confirm: it was the platform's own"),
        said=_("The opening balance is booked."),
    )
    rows = [
        Row(_("Amount"), euro(row.amount_cents)),
        Row(_("First statement"), row.statement, reverse("bank_statement", args=[row.statement_id])),
        Row(_("It begins on"), day(row.statement.from_on)),
        Row(_("Why it is the platform's own"), row.reason),
        *proposal_rows(row),
    ]
    shown = acts if may else []
    back = reverse("bank_openings"), _("Opening balance")
    return show(request, Record(row, _("Opening balance"), back, rows, shown, (), waits(row, shown)))
