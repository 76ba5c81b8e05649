"""The officers' pages of refunds: requests, proposals, each refund and what was taken back for it."""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from crowdfund.kit import clock
from payments.enums import ProposalStatus, RequestStatus
from payments.forms.back import AnswerForm, RefundFilterForm, RefundForm
from payments.models import Pledge, RefundDecision, RefundRequest
from payments.permissions import (
    can_answer_request,
    can_decide_refund,
    can_propose_refund,
    can_see_all_money,
)
from payments.selectors.refunds import refundable_cents
from payments.selectors.refunds import refunds as all_refunds
from payments.services import refund_decisions, refund_requests
from payments.services.refund_decisions import REFUNDABLE
from payments.views.lists import euro, page_of, when
from payments.views.records import Act, Record, Row, Table, show
from payments.views.rows import (
    WITH_PROJECT,
    deciding,
    pledge_rows,
    proposal_rows,
    refund_line,
    refunds_back,
    waits,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

MOST_FOUND = 20


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


@require_safe
@login_required
def refunds(request: HttpRequest) -> HttpResponse:
    """List the refunds, after the requests and proposals that are open; find a pledge to give back."""
    require(can_see_all_money(request.user))
    form = RefundFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = all_refunds()
    for name in ("status", "channel"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    page, addresses = page_of(request, rows)
    headers = [_("Project"), _("Amount"), _("Reason"), _("Decided"), _("State")]
    table = Table(_("Refunds"), headers, [refund_line(row) for row in page], _("No refunds."))
    tables = [*_found(wanted.get("q", "").strip()), *_open_ones(), table]
    context = {"title": _("Refunds"), "filters": form, "tables": tables, **addresses}
    return render(request, "payments/money_list.html", context)


def _open_ones() -> list[Table]:
    requests = RefundRequest.objects.filter(status=RequestStatus.OPEN).select_related(WITH_PROJECT)
    proposed = RefundDecision.objects.filter(status=ProposalStatus.PROPOSED).select_related(WITH_PROJECT)
    asked = [
        (
            reverse("refund_request", args=[row.pk]),
            [row.pledge.campaign.project.title, euro(row.pledge.amount_cents), when(row.asked_at)],
        )
        for row in requests
    ]
    decisions = [
        (
            reverse("refund_decision", args=[row.pk]),
            [row.pledge.campaign.project.title, euro(row.amount_cents), row.reason],
        )
        for row in proposed
    ]
    tables = []
    if asked:
        headers = [_("Project"), _("Amount"), _("Asked")]
        tables.append(Table(_("Backers who ask for their money back"), headers, asked))
    if decisions:
        headers = [_("Project"), _("Amount"), _("Reason")]
        tables.append(Table(_("Proposed, to be approved"), headers, decisions))
    return tables


def _found(query: str) -> list[Table]:
    """Look for pledges that can be given back, by email or public number."""
    if not query:
        return []
    wanted = Q(email__iexact=query)
    with contextlib.suppress(ValueError):
        wanted |= Q(public_id=uuid.UUID(query))
    pledges = Pledge.objects.filter(wanted, status__in=REFUNDABLE).select_related("campaign__project")
    rows = [
        (
            reverse("refund_new", args=[pledge.public_id]),
            [pledge.campaign.project.title, pledge.email, euro(pledge.amount_cents)],
        )
        for pledge in pledges[:MOST_FOUND]
    ]
    headers = [_("Project"), _("Email"), _("Amount")]
    return [Table(_("Pledges found"), headers, rows, _("No collected pledge by this email or number."))]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def refund_new(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Propose to give a pledge back."""
    pledge = get_object_or_404(
        Pledge.objects.select_related("campaign__project__organisation"), public_id=public_id
    )
    require(can_propose_refund(request.user, pledge))
    left = refundable_cents(pledge)
    act = Act(
        "propose",
        _("Propose a refund"),
        lambda given: refund_decisions.propose_refund(
            pledge=pledge, by=_user(request), now=clock.now(), **given
        ),
        _("The refund is proposed. Another person approves it."),
        form_class=RefundForm,
        initial={"amount_cents": left},
        text=_("Another person approves it. Amount and reason can't be changed afterwards."),
    )
    rows = [*pledge_rows(pledge), Row(_("Can be given back"), euro(left))]
    record = Record(
        pledge, _("Give a pledge back"), refunds_back(), rows, [act] if left else [], _decided(pledge)
    )
    return show(request, record)


def _decided(pledge: Pledge) -> list[Table]:
    rows = [
        (
            reverse("refund_decision", args=[row.pk]),
            [euro(row.amount_cents), row.reason, row.get_status_display()],
        )
        for row in pledge.refund_decisions.all()
    ]
    headers = [_("Amount"), _("Reason"), _("State")]
    return [Table(_("Proposals"), headers, rows)] if rows else []


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def refund_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a proposed refund; an approver decides."""
    require(can_see_all_money(request.user))
    decisions = RefundDecision.objects.select_related(WITH_PROJECT, "request", "proposed_by", "decided_by")
    row = get_object_or_404(decisions, pk=pk)
    may = row.status == ProposalStatus.PROPOSED and can_decide_refund(request.user, row)
    facts: dict[str, Any] = {"by": _user(request), "now": clock.now()}
    acts = deciding(
        approve=lambda _given: refund_decisions.approve_refund(decision=row, **facts),
        reject=lambda given: refund_decisions.reject_refund(decision=row, **facts, **given),
        label=_("Approve: give back %(amount)s") % {"amount": euro(row.amount_cents)},
        said=_("The refund is approved: the money goes back by the way it came."),
    )
    rows = [
        *pledge_rows(row.pledge),
        Row(_("Goes back"), euro(row.amount_cents)),
        Row(_("Reason"), row.reason),
    ]
    if row.request:
        rows.append(Row(_("The backer asked"), row.request.text))
    made = [refund_line(refund) for refund in all_refunds().filter(decision=row)]
    headers = [_("Project"), _("Amount"), _("Reason"), _("Decided"), _("State")]
    tables = [Table(_("Refunds"), headers, made)] if made else []
    shown = acts if may else []
    record = Record(
        row,
        _("Refund of %(amount)s") % {"amount": euro(row.amount_cents)},
        refunds_back(),
        [*rows, *proposal_rows(row)],
        shown,
        tables,
        waits(row, shown),
    )
    return show(request, record)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def refund_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a backer's request; an officer proposes a refund, or answers no."""
    require(can_see_all_money(request.user))
    row = get_object_or_404(RefundRequest.objects.select_related(WITH_PROJECT, "answered_by"), pk=pk)
    may = row.status == RequestStatus.OPEN and can_answer_request(request.user, row)
    refuse = Act(
        "refuse",
        _("Say no"),
        lambda given: refund_requests.refuse_request(
            request=row, by=_user(request), now=clock.now(), **given
        ),
        _("The backer is told by email."),
        form_class=AnswerForm,
        kind="outline-primary",
    )
    rows = [*pledge_rows(row.pledge), Row(_("Asked"), when(row.asked_at)), Row(_("Why"), row.text)]
    if row.answer:
        rows.append(Row(_("Answer given"), row.answer))
    if may:
        url = reverse("refund_new", args=[row.pledge.public_id])
        rows.append(Row(_("To say yes"), _("Propose a refund"), url))
    record = Record(
        row,
        _("A backer asks for a refund"),
        refunds_back(),
        rows,
        [refuse] if may else [],
        _decided(row.pledge),
    )
    return show(request, record)
