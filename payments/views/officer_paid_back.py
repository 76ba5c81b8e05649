"""The officers' pages of one refund: what was taken back for it, and what was paid another way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from crowdfund.kit import clock
from payments.enums import Channel, ProposalStatus, RefundStatus, ReversalStatus
from payments.forms.back import OtherWayForm
from payments.models import OtherWay, TransferReversal
from payments.permissions import (
    can_decide_other_way,
    can_decide_reversal,
    can_pay_another_way,
    can_see_all_money,
)
from payments.selectors.refunds import refunds as all_refunds
from payments.services import other_ways, reversals
from payments.views.lists import euro
from payments.views.records import Act, Record, Row, Table, show
from payments.views.rows import (
    WITH_PROJECT,
    debts_table,
    deciding,
    pledge_rows,
    proposal_rows,
    refunds_back,
    reversals_table,
    waits,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from payments.models import Refund


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a refund, what was taken back for it and its transfers; one that failed is paid another way."""
    require(can_see_all_money(request.user))
    row = get_object_or_404(all_refunds(), pk=pk)
    failed = row.status == RefundStatus.FAILED and row.channel == Channel.CARD
    waiting = row.other_ways.filter(status=ProposalStatus.PROPOSED).exists()
    other = Act(
        "other_way",
        _("Record that it was paid another way"),
        lambda given: other_ways.propose_other_way(refund=row, by=_user(request), now=clock.now(), **given),
        _("It is recorded. Another person confirms it."),
        form_class=OtherWayForm,
        text=_("The card's bank did not take it: pay the backer by bank transfer, then record it here."),
    )
    may = failed and not waiting and can_pay_another_way(request.user, row)
    record = Record(
        row,
        _("Refund of %(amount)s") % {"amount": euro(row.amount_cents)},
        refunds_back(),
        [*pledge_rows(row.pledge), *_refund_rows(row)],
        [other] if may else [],
        [*reversals_table(row.reversals.all()), *_other_ways(row), *debts_table(row.receivables.all())],
    )
    return show(request, record)


def _refund_rows(row: Refund) -> list[Row]:
    rows = [Row(_("Goes back"), euro(row.amount_cents)), Row(_("Reason"), row.get_reason_display())]
    if row.decision:
        rows.append(
            Row(_("Decision"), row.decision.reason, reverse("refund_decision", args=[row.decision.pk]))
        )
    if row.cancelled_for:
        rows.append(
            Row(_("Dispute"), row.cancelled_for.stripe_id, reverse("dispute", args=[row.cancelled_for.pk]))
        )
    if row.refund_id:
        rows.append(Row(_("Proof"), row.refund_id))
    if row.error:
        rows.append(Row(_("What was answered"), row.error))
    account = f"refund_due:{row.pledge.campaign_id}"
    return [
        *rows,
        Row(_("Transfers of the ledger"), account, f"{reverse('ledger_transfers')}?account={account}"),
    ]


def _other_ways(row: Refund) -> list[Table]:
    lines: list[tuple[str, list[object]]] = [
        (reverse("other_way", args=[other.pk]), [other.proof, other.paid_on, other.get_status_display()])
        for other in row.other_ways.all()
    ]
    headers = [_("Bank transfer"), _("Day"), _("State")]
    return [Table(_("Paid another way"), headers, lines)] if lines else []


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def other_way(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a refund paid another way; an approver confirms it."""
    require(can_see_all_money(request.user))
    found = OtherWay.objects.select_related(f"refund__{WITH_PROJECT}", "proposed_by", "decided_by")
    row = get_object_or_404(found, pk=pk)
    facts: dict[str, Any] = {"other": row, "by": _user(request), "now": clock.now()}
    acts = deciding(
        approve=lambda _given: other_ways.approve_other_way(**facts),
        reject=lambda given: other_ways.reject_other_way(**facts, **given),
        label=_("Confirm: %(amount)s were paid") % {"amount": euro(row.refund.amount_cents)},
        said=_("The refund is done."),
    )
    may = row.status == ProposalStatus.PROPOSED and can_decide_other_way(request.user, row)
    rows = [
        Row(_("Refund"), euro(row.refund.amount_cents), reverse("refund", args=[row.refund_id])),
        Row(_("Reference of the bank transfer"), row.proof),
        Row(_("Day of the transfer"), row.paid_on),
        Row(_("How it was agreed with the backer"), row.reason),
        *proposal_rows(row),
    ]
    shown = acts if may else []
    record = Record(row, _("A refund paid another way"), refunds_back(), rows, shown, (), waits(row, shown))
    return show(request, record)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reversal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show money being taken back from an organisation; what Stripe refused is tried again, or owed."""
    require(can_see_all_money(request.user))
    found = TransferReversal.objects.select_related("payout__disbursement__campaign__project__organisation")
    row = get_object_or_404(found, pk=pk)
    facts: dict[str, Any] = {"reversal": row, "by": _user(request), "now": clock.now()}
    acts = [
        Act(
            "again",
            _("Try again"),
            lambda _given: reversals.try_again(**facts),
            _("It is sent once more."),
            text=_("The organisation's account may hold enough by now."),
        ),
        Act(
            "impossible",
            _("It can't be taken back: the organisation owes it"),
            lambda _given: reversals.confirm_impossible(**facts),
            _("The organisation owes it from now on."),
            text=_("The backer is then paid from the platform's own money."),
            kind="danger",
        ),
    ]
    campaign = row.payout.disbursement.campaign
    what = (
        Row(_("For a refund"), row.refund_id, reverse("refund", args=[row.refund_id]))
        if row.refund_id
        else Row(_("For a lost dispute"), row.dispute_id, reverse("dispute", args=[row.dispute_id]))
    )
    rows = [
        Row(_("Campaign"), campaign.project.title, reverse("officer_money", args=[campaign.slug])),
        Row(_("Organisation"), campaign.project.organisation),
        Row(_("Transfer"), row.transfer_id),
        what,
        *([Row(_("What was answered"), row.error)] if row.error else []),
    ]
    may = row.status == ReversalStatus.FAILED and can_decide_reversal(request.user, row)
    title = _("Take back %(amount)s") % {"amount": euro(row.amount_cents)}
    return show(request, Record(row, title, refunds_back(), rows, acts if may else []))
