"""The officers' pages of the platform's own money."""

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
from crowdfund.kit import clock
from payments.enums import Place, ProposalStatus
from payments.forms.back import AdvanceForm
from payments.permissions import can_decide_advance, can_propose_advance, can_see_all_money
from payments.selectors.receivables import advances
from payments.selectors.reserve import reserve as reserve_at
from payments.services import advances as advance_services
from payments.views.lists import euro, page_of, when
from payments.views.records import Record, Row, Table, show
from payments.views.rows import deciding, proposal_rows, waits

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User


def _facts(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast("User", request.user), "now": clock.now()}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reserve(request: HttpRequest) -> HttpResponse:
    """Show the platform's own money by place and its history."""
    require(can_see_all_money(request.user))
    page, addresses = page_of(request, advances())
    lines: list[tuple[str, list[object]]] = [
        (
            reverse("advance", args=[row.pk]),
            [
                when(row.proposed_at),
                row.get_place_display(),
                euro(row.amount_cents),
                row.get_status_display(),
            ],
        )
        for row in page
    ]
    headers = [_("Day"), _("Where"), _("Amount"), _("State")]
    links = [(reverse("receivables"), _("Owed by organisations"))]
    if can_propose_advance(request.user):
        links.insert(0, (reverse("advance_new"), _("Record money paid in")))
    context = {
        "title": _("The platform's own money"),
        "lead": _(
            "It covers the fees of refunds and disputes, and losses. While it is used up, refunds and payouts wait."
        ),
        "figures": [_figures(place) for place in Place],
        "links": links,
        "tables": [Table(_("Money paid in"), headers, lines, _("None yet."))],
        **addresses,
    }
    return render(request, "payments/money_list.html", context)


def _figures(place: Place) -> dict[str, Any]:
    here = reserve_at(place)
    source = f"{reverse('ledger_transfers')}?account="
    figures = [
        {"label": _("left"), "cents": here.left_cents, "url": ""},
        {"label": _("paid in"), "cents": here.advanced_cents, "url": f"{source}own:funds"},
        {"label": _("fees"), "cents": here.fees_cents, "url": f"{source}cost:fees"},
        {"label": _("losses"), "cents": here.losses_cents, "url": f"{source}cost:losses"},
        {"label": _("owed to us"), "cents": here.receivable_cents, "url": reverse("receivables")},
    ]
    if here.fronted_cents:
        figures.append(
            {
                "label": _("held by banks for disputes"),
                "cents": here.fronted_cents,
                "url": reverse("disputes"),
            }
        )
    return {"title": place.label, "figures": figures}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def advance_new(request: HttpRequest) -> HttpResponse:
    """Record money of the platform's own that was paid in."""
    require(can_propose_advance(request.user))
    form = AdvanceForm(request.POST or None)

    def deed() -> None:
        advance_services.propose_advance(**_facts(request), **form.cleaned_data)

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("It is recorded. Another person confirms it."))
        return redirect("reserve")
    context = {"form": form, "title": _("Record money paid in")}
    return render(request, "payments/advance_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def advance(request: HttpRequest, pk: int) -> HttpResponse:
    """Show money that was paid in; an approver confirms it."""
    require(can_see_all_money(request.user))
    row = get_object_or_404(advances(), pk=pk)
    facts = {"advance": row, **_facts(request)}
    may = row.status == ProposalStatus.PROPOSED and can_decide_advance(request.user, row)
    acts = deciding(
        approve=lambda _given: advance_services.approve_advance(**facts),
        reject=lambda given: advance_services.reject_advance(**facts, **given),
        label=_("Confirm: the money is there"),
        said=_("It is booked, and what waited goes on."),
    )
    rows = [
        Row(_("Amount"), euro(row.amount_cents)),
        Row(_("Where the money is"), row.get_place_display()),
        Row(_("Number of the payment"), row.proof),
        Row(_("What for"), row.reason),
        *proposal_rows(row),
    ]
    shown = acts if may else []
    back = reverse("reserve"), _("The platform's own money")
    return show(request, Record(row, _("Money paid in"), back, rows, shown, (), waits(row, shown)))
