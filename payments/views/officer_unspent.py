"""The officers' pages of money that was not spent: proposed, decided, asked for, returned."""

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
from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.enums import ProposalStatus
from payments.forms.unspent import MatchReturnForm, UnspentForm
from payments.permissions import (
    can_decide_match_return,
    can_decide_unspent,
    can_propose_match_return,
    can_propose_unspent,
    can_see_all_money,
)
from payments.selectors.unspent import match_returns, received, reports_settled, unspent_decisions
from payments.services import unspent as services
from payments.views.lists import euro
from payments.views.records import Act, Record, Row, Table, show
from payments.views.rows import deciding, proposal_rows, waits

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.models import UnspentDecision


def _facts(request: HttpRequest) -> dict[str, Any]:
    return {"by": cast("User", request.user), "now": clock.now()}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unspent_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose what a project gives back, as its accepted reports say."""
    campaign = get_object_or_404(Campaign.objects.select_related("project__organisation"), slug=slug)
    require(can_propose_unspent(request.user, campaign))
    found = received(campaign)
    form = UnspentForm(request.POST or None)

    def deed() -> None:
        services.propose_unspent(campaign=campaign, **_facts(request), **form.cleaned_data)

    if request.method == "POST" and done(form, deed):
        messages.success(request, _("It is proposed. Another person decides."))
        return redirect("officer_money", slug)
    context = {
        "campaign": campaign,
        "form": form,
        "found": found,
        "unspent": found.unspent,
        "settled": reports_settled(campaign),
    }
    return render(request, "payments/unspent_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unspent(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a decision on unspent money; an approver decides, then an officer records what came back."""
    require(can_see_all_money(request.user))
    row = get_object_or_404(unspent_decisions(), pk=pk)
    shown = _acts(request, row)
    lines: list[tuple[str, list[object]]] = [
        (
            reverse("match_return", args=[one.pk]),
            [one.document, euro(one.amount_cents), day(one.arrived_on), one.get_status_display()],
        )
        for one in row.returns.all()
    ]
    headers = [_("Number of the receipt"), _("Amount"), _("Arrived on"), _("State")]
    tables = [Table(_("What came back"), headers, lines)] if lines else []
    back = (reverse("officer_money", args=[row.campaign.slug]), row.campaign.project.title)
    record = Record(row, _("Money that was not spent"), back, _rows(row), shown, tables, waits(row, shown))
    return show(request, record)


def _acts(request: HttpRequest, row: UnspentDecision) -> list[Act]:
    facts = {"decision": row, **_facts(request)}
    if row.status == ProposalStatus.PROPOSED and can_decide_unspent(request.user, row):
        return deciding(
            approve=lambda _given: services.approve_unspent(**facts),
            reject=lambda given: services.reject_unspent(**facts, **given),
            label=_("Approve: ask the team for it"),
            said=_("It is decided, and the team is asked for it."),
        )
    owed = row.status == ProposalStatus.APPROVED and row.left_cents
    if not owed or not can_propose_match_return(request.user, row):
        return []
    return [
        Act(
            "return",
            _("Record what came back"),
            lambda given: services.propose_match_return(**facts, **given),
            _("It is recorded. Another person confirms it."),
            form_class=MatchReturnForm,
            initial={"amount_cents": row.left_cents},
        )
    ]


def _rows(row: UnspentDecision) -> list[Row]:
    return [
        Row(_("Beneficiary"), row.campaign.project.organisation),
        Row(_("Match received"), euro(row.received_match_cents)),
        Row(_("Residents' money received"), euro(row.received_crowd_cents)),
        Row(_("Eligible spending"), euro(row.eligible_cents)),
        Row(_("Match to be returned"), euro(row.match_cents)),
        Row(_("Residents' part, which stays with the purpose"), euro(row.crowd_cents)),
        Row(_("What the residents' part is for"), row.crowd_use or "–"),
        Row(_("To be returned by"), day(row.due_on)),
        Row(_("Still to come back"), euro(row.left_cents)),
        Row(_("Reason"), row.reason),
        *proposal_rows(row),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def match_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Show match that is said to have come back; an approver confirms it."""
    require(can_see_all_money(request.user))
    row = get_object_or_404(match_returns(), pk=pk)
    facts = {"match_return": row, **_facts(request)}
    may = row.status == ProposalStatus.PROPOSED and can_decide_match_return(request.user, row)
    acts = deciding(
        approve=lambda _given: services.approve_match_return(**facts),
        reject=lambda given: services.reject_match_return(**facts, **given),
        label=_("Confirm: it is there"),
        said=_("It is booked: the pot has it again."),
    )
    url = reverse("unspent", args=[row.unspent_id])
    rows = [
        Row(_("Campaign"), row.unspent.campaign.project.title, url),
        Row(_("Amount"), euro(row.amount_cents)),
        Row(_("Where it came back to"), row.get_way_display()),
        Row(_("Number of the receipt"), row.document),
        Row(_("Arrived on"), day(row.arrived_on)),
        Row(_("Note"), row.reason),
        *proposal_rows(row),
    ]
    shown = acts if may else []
    back = (url, _("Money that was not spent"))
    return show(request, Record(row, _("Match that came back"), back, rows, shown, (), waits(row, shown)))
