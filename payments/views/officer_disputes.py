"""The officers' pages of disputes, by the deadline of their evidence, and a team's page of one of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from crowdfund.kit import clock
from payments.documents import dispute_reason
from payments.enums import OPEN_DISPUTES, DisputeStatus, ProposalStatus, SendStatus
from payments.forms.back import EvidenceForm, ReasonForm, StatusFilterForm
from payments.permissions import (
    can_answer_dispute,
    can_decide_acceptance,
    can_propose_acceptance,
    can_see_all_money,
    can_see_dispute,
    can_write_evidence,
)
from payments.selectors.disputes import acceptances, facts_of
from payments.selectors.disputes import disputes as all_disputes
from payments.services import dispute_acceptance, dispute_answers
from payments.views.dispute_files import file_acts, files_table
from payments.views.lists import euro, page_of, when
from payments.views.records import Act, Record, Row, Table, show
from payments.views.rows import debts_table, deciding, pledge_rows, refund_line, reversals_table

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.models import Dispute, DisputeAcceptance


def dispute_line(row: Dispute, page: str = "dispute") -> tuple[str, list[object]]:
    """Show a dispute in a list: project, amount, reason, until when, state."""
    cells: list[object] = [row.pledge.campaign.project.title, euro(row.amount_cents)]
    cells.append(dispute_reason(row.reason))
    cells += [when(row.answer_by), row.get_status_display()]
    return reverse(page, args=[row.pk]), cells


def dispute_headers() -> list[str]:
    """Name the columns of `dispute_line`."""
    return [_("Project"), _("Amount"), _("Reason"), _("Answer by"), _("State")]


@require_safe
@login_required
def disputes(request: HttpRequest) -> HttpResponse:
    """List the disputes, those with the nearest deadline first."""
    require(can_see_all_money(request.user))
    form = StatusFilterForm(request.GET, choices=DisputeStatus.choices)
    rows = all_disputes().order_by(F("settled_at").asc(nulls_first=True), "answer_by", "-pk")
    status = form.cleaned_data["status"] if form.is_valid() else ""
    page, addresses = page_of(request, rows.filter(status=status) if status else rows)
    table = Table(_("Disputes"), dispute_headers(), [dispute_line(row) for row in page], _("No disputes."))
    context = {"title": _("Disputes"), "filters": form, "tables": [table], **addresses}
    return render(request, "payments/money_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a dispute; an officer answers the bank once, or accepts."""
    require(can_see_all_money(request.user))
    row = get_object_or_404(all_disputes(), pk=pk)
    acts = _officer_acts(request, row) if can_answer_dispute(request.user, row) and _is_open(row) else []
    acts += _deciding_acts(request, row)
    tables = [
        *files_table(row),
        *_refunds_stopped(row),
        *reversals_table(row.reversals.all()),
        *debts_table(row.receivables.all()),
    ]
    back = reverse("disputes"), _("Disputes")
    rows = [*pledge_rows(row.pledge), *_dispute_rows(row), *_ledger_rows(row)]
    return show(request, Record(row, _title(row), back, rows, acts, tables, _facts(row)))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def team_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a team a dispute of its campaign; it writes what the bank should know, an officer submits it."""
    row = get_object_or_404(all_disputes(), pk=pk)
    require(can_see_dispute(request.user, row))
    may = _is_open(row) and can_write_evidence(request.user, row)
    back = reverse("campaign_refunds", args=[row.pledge.campaign.slug]), row.pledge.campaign.project.title
    notes = [_("An officer submits it to the bank: until then you can change it.")] if may else []
    acts = [_draft_act(request, row), *file_acts(row, _facts_of_deed(request, row))] if may else []
    tables = files_table(row)
    return show(request, Record(row, _title(row), back, _dispute_rows(row), acts, tables, notes))


def _title(row: Dispute) -> str:
    return _("Dispute of %(amount)s") % {"amount": euro(row.amount_cents)}


def _is_open(row: Dispute) -> bool:
    answer = getattr(row, "answer", None)
    return row.status in OPEN_DISPUTES and (answer is None or answer.status == SendStatus.FAILED)


def _facts_of_deed(request: HttpRequest, row: Dispute) -> dict[str, Any]:
    return {"dispute": row, "by": cast("User", request.user), "now": clock.now()}


def _draft_act(request: HttpRequest, row: Dispute) -> Act:
    facts = _facts_of_deed(request, row)
    return Act(
        "draft",
        _("Keep"),
        lambda given: dispute_answers.write_draft(**facts, **given),
        _("Your words are kept."),
        form_class=EvidenceForm,
        initial={"text": row.draft},
    )


def _officer_acts(request: HttpRequest, row: Dispute) -> list[Act]:
    facts = _facts_of_deed(request, row)
    return [
        Act(
            "evidence",
            _("Submit evidence"),
            lambda given: dispute_answers.answer_with_evidence(**facts, **given),
            _("The evidence is on its way to the bank."),
            form_class=EvidenceForm,
            initial={"text": row.draft},
            text=_("Once only: nothing can be added afterwards. The facts below go with it."),
        ),
        *file_acts(row, facts),
        *_acceptance_acts(request, row, facts),
    ]


def _proposed(row: Dispute) -> DisputeAcceptance | None:
    return acceptances().filter(dispute=row, status=ProposalStatus.PROPOSED).first()


def _acceptance_acts(request: HttpRequest, row: Dispute, facts: dict[str, Any]) -> list[Act]:
    """Propose to accept the dispute, while nobody has."""
    if _proposed(row) or not can_propose_acceptance(request.user, row):
        return []
    return [
        Act(
            "accept",
            _("Propose to accept the dispute"),
            lambda given: dispute_acceptance.propose_acceptance(**facts, **given),
            _("It is proposed: another person decides."),
            form_class=ReasonForm,
            text=_("The backer keeps the money, and the campaign loses it. Another person has to agree."),
            kind="danger",
        )
    ]


def _deciding_acts(request: HttpRequest, row: Dispute) -> list[Act]:
    """Agree, or not, to accept a dispute that somebody else proposed to accept."""
    found = _proposed(row)
    if found is None or not _is_open(row) or not can_decide_acceptance(request.user, found):
        return []
    facts: dict[str, Any] = {"acceptance": found, "by": cast("User", request.user), "now": clock.now()}
    return deciding(
        approve=lambda _given: dispute_acceptance.approve_acceptance(**facts),
        reject=lambda given: dispute_acceptance.reject_acceptance(**facts, **given),
        label=_("Accept the dispute"),
        said=_("The dispute is accepted: the backer keeps the money."),
    )


def _acceptance_rows(row: Dispute) -> list[Row]:
    found = _proposed(row)
    return [Row(_("Proposed: accept it"), f"{found.reason} ({found.proposed_by})")] if found else []


def _dispute_rows(row: Dispute) -> list[Row]:
    rows = [
        Row(_("Disputed"), euro(row.amount_cents)),
        Row(_("Reason"), dispute_reason(row.reason)),
        Row(_("Held by the bank"), euro(row.out_cents)),
        Row(_("Lost by the campaign"), euro(row.lost_cents)),
        Row(_("Stripe's fee, borne by the platform"), euro(row.fee_cents)),
    ]
    rows += _acceptance_rows(row)
    if row.answer_by:
        rows.append(Row(_("Answer by"), when(row.answer_by)))
    if row.draft:
        rows.append(Row(_("Written so far"), f"{row.draft} ({row.draft_by}, {when(row.draft_at)})"))
    answer = getattr(row, "answer", None)
    if answer:
        rows.append(Row(_("Our answer"), f"{answer.get_kind_display()}: {answer.get_status_display()}"))
        if answer.text:
            rows.append(Row(_("What we said"), answer.text))
    return rows


def _ledger_rows(row: Dispute) -> list[Row]:
    account = f"disputed:{row.pledge.campaign_id}"
    url = f"{reverse('ledger_transfers')}?account={account}"
    return [Row(_("At Stripe"), row.stripe_id), Row(_("Transfers of the ledger"), account, url)]


def _facts(row: Dispute) -> list[str]:
    """Show the officer which facts go to the bank."""
    if not _is_open(row):
        return []
    facts = facts_of(row)
    return [
        _("Facts that go with the evidence:"),
        *[line for text in facts.values() for line in text.splitlines()],
    ]


def _refunds_stopped(row: Dispute) -> list[Table]:
    lines = [
        refund_line(refund) for refund in row.cancelled_refunds.select_related("pledge__campaign__project")
    ]
    headers = [_("Project"), _("Amount"), _("Reason"), _("Decided"), _("State")]
    return [Table(_("Refunds it stopped"), headers, lines)] if lines else []
