"""Facts and tables that several officers' pages of money show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from payments.enums import ProposalStatus
from payments.forms.officer import WhyForm
from payments.views.lists import euro, when
from payments.views.records import Act, Row, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from payments.models import Pledge, Refund, TransferReversal

WITH_PROJECT = "pledge__campaign__project__organisation"


def refunds_back() -> tuple[str, str]:
    """Lead back to the list of refunds."""
    return reverse("refunds"), _("Refunds")


def pledge_rows(pledge: Pledge) -> list[Row]:
    """Say whose pledge it is, and to what."""
    return [
        Row(
            _("Campaign"),
            pledge.campaign.project.title,
            reverse("officer_money", args=[pledge.campaign.slug]),
        ),
        Row(_("Beneficiary"), pledge.campaign.project.organisation),
        Row(_("Backer"), pledge.email),
        Row(_("Pledge"), pledge.public_id),
        Row(_("Pledged"), euro(pledge.amount_cents)),
        Row(_("Channel"), pledge.get_channel_display()),
    ]


def refund_line(refund: Refund) -> tuple[str, list[object]]:
    """Show a refund in a list: project, amount, reason, day, state."""
    cells: list[object] = [refund.pledge.campaign.project.title, euro(refund.amount_cents)]
    cells += [refund.get_reason_display(), when(refund.created_at), refund.get_status_display()]
    return reverse("refund", args=[refund.pk]), cells


def deciding(
    *,
    approve: Callable[[dict[str, Any]], object],
    reject: Callable[[dict[str, Any]], object],
    label: str,
    said: str,
) -> list[Act]:
    """Give the two acts of whoever may decide on a proposal."""
    return [
        Act("approve", label, approve, said),
        Act(
            "reject",
            _("Reject"),
            reject,
            _("The proposal is rejected."),
            form_class=WhyForm,
            kind="outline-primary",
        ),
    ]


def proposal_rows(row: Any) -> list[Row]:
    """Say who proposed and who decided."""
    rows = [Row(_("Proposed by"), f"{row.proposed_by}, {when(row.proposed_at)}")]
    if row.decided_by:
        rows.append(Row(_("Decided by"), f"{row.decided_by}, {when(row.decided_at)}"))
    return rows


def waits(row: Any, acts: list[Act]) -> list[str]:
    """Say whom an open proposal waits for, when it is not the reader."""
    if acts or row.status != ProposalStatus.PROPOSED:
        return []
    return [_("It waits for an approver who did not propose it and is no member of the beneficiary.")]


def reversals_table(rows: QuerySet[TransferReversal]) -> list[Table]:
    """List what is taken back from the organisation."""
    lines: list[tuple[str, list[object]]] = [
        (
            reverse("reversal", args=[row.pk]),
            [row.transfer_id, euro(row.amount_cents), row.get_status_display()],
        )
        for row in rows
    ]
    headers = [_("Transfer"), _("Amount"), _("State")]
    return [Table(_("Taken back from the organisation"), headers, lines)] if lines else []


def debts_table(rows: QuerySet[Any]) -> list[Table]:
    """List what the organisation owes."""
    lines: list[tuple[str, list[object]]] = [
        (reverse("receivable", args=[row.pk]), [row.reason, euro(row.amount_cents), row.get_status_display()])
        for row in rows
    ]
    return [Table(_("Owed by the organisation"), [_("Why"), _("Amount"), _("State")], lines)] if lines else []
