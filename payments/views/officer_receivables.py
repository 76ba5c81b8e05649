"""The officers' pages of what organisations owe us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from crowdfund.kit import clock
from payments.enums import ProposalStatus, ReceivableStatus
from payments.forms.back import ClosingForm, StatusFilterForm
from payments.permissions import can_decide_closing, can_propose_closing, can_see_all_money
from payments.selectors.receivables import closings
from payments.selectors.receivables import receivables as all_receivables
from payments.services import receivables as receivable_services
from payments.views.lists import euro, page_of
from payments.views.records import Act, Record, Row, Table, show
from payments.views.rows import deciding, proposal_rows, waits

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.models import Receivable


def _facts(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast("User", request.user), "now": clock.now()}


@require_safe
@login_required
def receivables(request: HttpRequest) -> HttpResponse:
    """List what organisations owe or owed."""
    require(can_see_all_money(request.user))
    form = StatusFilterForm(request.GET, choices=ReceivableStatus.choices)
    status = form.cleaned_data["status"] if form.is_valid() else ""
    rows = all_receivables().filter(status=status) if status else all_receivables()
    page, addresses = page_of(request, rows)
    lines: list[tuple[str, list[object]]] = [
        (
            reverse("receivable", args=[row.pk]),
            [row.organisation, euro(row.amount_cents), euro(row.left_cents), row.get_status_display()],
        )
        for row in page
    ]
    headers = [_("Organisation"), _("Amount"), _("Still owed"), _("State")]
    table = Table(_("Owed by organisations"), headers, lines, _("Nothing is owed."))
    context = {"title": _("Owed by organisations"), "filters": form, "tables": [table], **addresses}
    context["back"] = (reverse("reserve"), _("The platform's own money"))
    return render(request, "payments/money_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def receivable(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a debt; an officer proposes that it was paid back, or is given up."""
    require(can_see_all_money(request.user))
    row = get_object_or_404(all_receivables(), pk=pk)
    act = Act(
        "close",
        _("Propose what became of it"),
        lambda given: receivable_services.propose_closing(receivable=row, **_facts(request), **given),
        _("It is proposed. Another person confirms it."),
        form_class=ClosingForm,
        initial={"amount_cents": row.left_cents},
    )
    may = row.status == ReceivableStatus.OPEN and can_propose_closing(request.user, row)
    lines: list[tuple[str, list[object]]] = [
        (
            reverse("receivable_closing", args=[closing.pk]),
            [closing.get_kind_display(), euro(closing.amount_cents), closing.get_status_display()],
        )
        for closing in row.closings.all()
    ]
    tables = [Table(_("What became of it"), [_("What"), _("Amount"), _("State")], lines)] if lines else []
    back = reverse("receivables"), _("Owed by organisations")
    title = _("%(amount)s owed by %(name)s") % {
        "amount": euro(row.amount_cents),
        "name": row.organisation.name,
    }
    return show(request, Record(row, title, back, _debt_rows(row), [act] if may else [], tables))


def _debt_rows(row: Receivable) -> list[Row]:
    what = (
        Row(_("For a refund"), row.refund_id, reverse("refund", args=[row.refund_id]))
        if row.refund_id
        else Row(_("For a lost dispute"), row.dispute_id, reverse("dispute", args=[row.dispute_id]))
    )
    account = f"receivable:{row.organisation_id}"
    return [
        Row(_("Campaign"), row.campaign.project.title, reverse("officer_money", args=[row.campaign.slug])),
        Row(_("Still owed"), euro(row.left_cents)),
        Row(_("Why"), row.reason),
        what,
        Row(_("Transfers of the ledger"), account, f"{reverse('ledger_transfers')}?account={account}"),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def receivable_closing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is said to have become of a debt; an approver confirms it."""
    require(can_see_all_money(request.user))
    row = get_object_or_404(closings(), pk=pk)
    facts = {"closing": row, **_facts(request)}
    may = row.status == ProposalStatus.PROPOSED and can_decide_closing(request.user, row)
    acts = deciding(
        approve=lambda _given: receivable_services.approve_closing(**facts),
        reject=lambda given: receivable_services.reject_closing(**facts, **given),
        label=_("Confirm"),
        said=_("It is booked."),
    )
    url = reverse("receivable", args=[row.receivable_id])
    rows = [
        Row(_("Organisation"), row.receivable.organisation, url),
        Row(_("What"), row.get_kind_display()),
        Row(_("Amount"), euro(row.amount_cents)),
        Row(_("Proof or reason"), row.reason),
        *proposal_rows(row),
    ]
    shown = acts if may else []
    back = (url, _("The debt"))
    return show(request, Record(row, _("What became of a debt"), back, rows, shown, (), waits(row, shown)))
