"""The addresses of what goes back, over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path

from payments.api import back
from payments.api import back_serializers as shapes
from payments.api.deeds import deed_view
from payments.api.dispute_files import DisputeFilesView, DisputeFileView
from payments.api.money import WhySerializer
from payments.permissions import can_see_dispute
from payments.selectors.disputes import acceptances, disputes
from payments.selectors.receivables import advances, closings
from payments.services import advances as advance_services
from payments.services import (
    dispute_acceptance,
    dispute_answers,
    other_ways,
    refund_decisions,
    refund_requests,
    reversals,
)
from payments.services import receivables as receivable_services

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.urls import URLPattern

LISTS = [
    ("refunds", back.RefundsView),
    ("refund-decisions", back.RefundDecisionsView),
    ("refund-requests", back.RefundRequestsView),
    ("refunds-another-way", back.OtherWaysView),
    ("reversals", back.ReversalsView),
    ("disputes", back.DisputesView),
    ("dispute-acceptances", back.DisputeAcceptancesView),
    ("receivables", back.ReceivablesView),
    ("receivable-closings", back.ClosingsView),
    ("reserve", back.ReserveView),
    ("reserve/advances", back.AdvancesView),
]
# address → rows, their shape, the argument of their services, the tag of the documentation
KINDS: dict[str, tuple[Any, Any, str, str]] = {
    "refund-decisions": (back.decisions, shapes.RefundDecisionSerializer, "decision", "refunds"),
    "refund-requests": (back.requests, shapes.RefundRequestSerializer, "request", "refunds"),
    "refunds-another-way": (back.other_ways, shapes.OtherWaySerializer, "other", "refunds"),
    "reversals": (back.reversals, shapes.ReversalSerializer, "reversal", "refunds"),
    "disputes": (disputes, shapes.DisputeSerializer, "dispute", "disputes"),
    "dispute-acceptances": (acceptances, shapes.DisputeAcceptanceSerializer, "acceptance", "disputes"),
    "receivable-closings": (closings, shapes.ReceivableClosingSerializer, "closing", "reserve"),
    "reserve/advances": (advances, shapes.AdvanceSerializer, "advance", "reserve"),
}
# address, deed, service, what is given, what the documentation says
DEEDS: list[tuple[str, str, Callable[..., Any], Any, str]] = [
    ("refund-decisions", "approve", refund_decisions.approve_refund, None,
     "Approve a refund that somebody else proposed. For approvers."),
    ("refund-decisions", "reject", refund_decisions.reject_refund, WhySerializer,
     "Reject a refund that somebody else proposed. For approvers."),
    ("refund-requests", "refuse", refund_requests.refuse_request, shapes.RefundAnswerSerializer,
     "Answer a backer's request with a no; they get it by email. For officers."),
    ("refunds-another-way", "approve", other_ways.approve_other_way, None,
     "Confirm that a refund was paid another way. For approvers."),
    ("refunds-another-way", "reject", other_ways.reject_other_way, WhySerializer,
     "Say that the transfer can't be confirmed. For approvers."),
    ("reversals", "try-again", reversals.try_again, None,
     "Send a reversal that Stripe refused once more. For officers."),
    ("reversals", "impossible", reversals.confirm_impossible, None,
     "Confirm that the money can't be taken back: the organisation owes it. For officers."),
    ("disputes", "draft", dispute_answers.write_draft, shapes.EvidenceSerializer,
     "Keep what the bank should know, until it is submitted. For officers and the team."),
    ("disputes", "evidence", dispute_answers.answer_with_evidence, shapes.EvidenceSerializer,
     "Submit evidence to the bank, once. For officers."),
    ("dispute-acceptances", "approve", dispute_acceptance.approve_acceptance, None,
     "Accept a dispute that somebody else proposed to accept. For approvers."),
    ("dispute-acceptances", "reject", dispute_acceptance.reject_acceptance, WhySerializer,
     "Say why a dispute is not accepted. For approvers."),
    ("receivable-closings", "approve", receivable_services.approve_closing, None,
     "Confirm what became of a debt. For approvers."),
    ("receivable-closings", "reject", receivable_services.reject_closing, WhySerializer,
     "Turn down what was said to have become of a debt. For approvers."),
    ("reserve/advances", "approve", advance_services.approve_advance, None,
     "Confirm that money was paid in. For approvers."),
    ("reserve/advances", "reject", advance_services.reject_advance, WhySerializer,
     "Say that the money is not there. For approvers."),
]  # fmt: skip


def _deed(
    address: str, verb: str, service: Callable[..., Any], given: Any, says: str
) -> tuple[str, Callable[..., Any], str]:
    rows, shown, argument, tag = KINDS[address]
    name = f"{address}_{verb}".replace("-", "_").replace("/", "_")
    view = deed_view(
        name=name,
        rows=rows,
        shown=shown,
        argument=argument,
        deed=service,
        given=given,
        says=says,
        tag=tag,
        **({"may_see": can_see_dispute} if verb == "draft" else {}),
    )
    return f"{address}/<int:pk>/{verb}/", view.as_view(), f"api_{name}"


routes: list[URLPattern] = [
    path("pledges/<uuid:public_id>/refund-request/", back.AskView.as_view(), name="api_pledge_ask_refund"),
    *[
        path(f"{address}/", view.as_view(), name=f"api_{address.replace('-', '_').replace('/', '_')}")
        for address, view in LISTS
    ],
    path("disputes/<int:pk>/files/", DisputeFilesView.as_view(), name="api_dispute_files"),
    path("disputes/<int:pk>/files/<int:file>/", DisputeFileView.as_view(), name="api_dispute_file"),
    *[path(address, view, name=name) for address, view, name in (_deed(*deed) for deed in DEEDS)],
]
