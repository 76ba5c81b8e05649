"""Money that was not spent, over the API: the same services and permissions as the pages. Whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from campaigns.models import Campaign
from payments.api.deeds import Proposals, deed_view
from payments.api.money import WhySerializer
from payments.enums import ReturnWay
from payments.models import MatchReturn, UnspentDecision
from payments.selectors.unspent import match_returns, unspent_decisions
from payments.services import unspent as services

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

DECISION = ["id", "status", "reason", "proposed_at", "decided_at"]
STATUSES = "`proposed`, `approved`, `rejected` or `void`."
TAG = "unspent"


class UnspentSerializer(serializers.ModelSerializer[UnspentDecision]):
    """What a project gives back, and what stays with its purpose."""

    campaign = serializers.CharField(source="campaign.slug")
    status = serializers.CharField(read_only=True, help_text=STATUSES)

    class Meta:
        model = UnspentDecision
        fields = [
            *DECISION, "campaign", "received_match_cents", "received_crowd_cents", "eligible_cents", "match_cents",
            "crowd_cents", "returned_cents", "crowd_use", "due_on",
        ]  # fmt: skip
        read_only_fields = fields


class NewUnspentSerializer(serializers.Serializer[Any]):
    """A decision to propose: the figures come from the reports."""

    campaign = serializers.SlugRelatedField(
        slug_field="slug", queryset=Campaign.objects.select_related("project__organisation")
    )
    crowd_use = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=200)


class MatchReturnSerializer(serializers.ModelSerializer[MatchReturn]):
    """Match that came back."""

    status = serializers.CharField(read_only=True, help_text=STATUSES)
    way = serializers.CharField(help_text="`treasury` or `bank`.")
    decision = serializers.IntegerField(source="unspent_id")

    class Meta:
        model = MatchReturn
        fields = [*DECISION, "decision", "amount_cents", "way", "document", "arrived_on"]
        read_only_fields = fields


class NewMatchReturnSerializer(serializers.Serializer[Any]):
    """Match that is said to have come back."""

    decision = serializers.PrimaryKeyRelatedField(queryset=unspent_decisions())
    amount_cents = serializers.IntegerField(max_value=2**53)
    way = serializers.ChoiceField(choices=[(way.value, way.label) for way in ReturnWay])
    document = serializers.CharField(max_length=60)
    arrived_on = serializers.DateField()
    reason = serializers.CharField(max_length=200)


@extend_schema(tags=[TAG])
class UnspentView(Proposals):
    """Decisions on unspent money. For officers, approvers and auditors."""

    serializer_class = UnspentSerializer
    given = NewUnspentSerializer
    rows = staticmethod(unspent_decisions)
    propose = staticmethod(services.propose_unspent)
    filterset_fields = ["status", "campaign__slug"]

    @extend_schema(request=NewUnspentSerializer, responses={201: UnspentSerializer})
    def post(self, request: Request) -> Response:
        """Propose what a project gives back; another person decides. For officers."""
        return self._propose(request)


@extend_schema(tags=[TAG])
class MatchReturnsView(Proposals):
    """Match that came back. For officers, approvers and auditors."""

    serializer_class = MatchReturnSerializer
    given = NewMatchReturnSerializer
    rows = staticmethod(match_returns)
    propose = staticmethod(services.propose_match_return)
    filterset_fields = ["status", "way"]

    @extend_schema(request=NewMatchReturnSerializer, responses={201: MatchReturnSerializer})
    def post(self, request: Request) -> Response:
        """Say that match came back; another person confirms it. For officers."""
        return self._propose(request)


# address → rows, their shape, the argument of their services; deed, service, what is given, what it does
DEEDS: list[tuple[str, str, Any, Any, str]] = [
    ("unspent", "approve", services.approve_unspent, None,
     "Approve what a project gives back: the team is asked for it. For approvers."),
    ("unspent", "reject", services.reject_unspent, WhySerializer,
     "Turn down what was proposed to be given back. For approvers."),
    ("match-returns", "approve", services.approve_match_return, None,
     "Confirm that match came back. For approvers."),
    ("match-returns", "reject", services.reject_match_return, WhySerializer,
     "Say that the return can't be confirmed. For approvers."),
]  # fmt: skip
KINDS: dict[str, tuple[Any, Any, str]] = {
    "unspent": (unspent_decisions, UnspentSerializer, "decision"),
    "match-returns": (match_returns, MatchReturnSerializer, "match_return"),
}


def _deed(address: str, verb: str, service: Any, asked: Any, says: str) -> Any:
    rows, shown, argument = KINDS[address]
    name = f"{address}_{verb}".replace("-", "_")
    view = deed_view(
        name=name, rows=rows, shown=shown, argument=argument, deed=service, given=asked, says=says, tag=TAG
    )
    return path(f"{address}/<int:pk>/{verb}/", view.as_view(), name=f"api_{name}")


routes = [
    path("unspent/", UnspentView.as_view(), name="api_unspent"),
    path("match-returns/", MatchReturnsView.as_view(), name="api_match_returns"),
    *(_deed(*row) for row in DEEDS),
]
