"""A campaign's money and the decisions to release it, over the API. Amounts in whole cents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from campaigns.models import Campaign, Milestone
from crowdfund.kit import clock
from payments.models import Disbursement
from payments.permissions import can_see_all_money
from payments.selectors.money import disbursements, money_of
from payments.services.disburse import (
    OPEN_CHANNELS,
    approve_disbursement,
    propose_disbursement,
    reject_disbursement,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User

PUBLIC = (
    "pledged_cents",
    "promised_cents",
    "collected_cents",
    "fees_cents",
    "refunded_cents",
    "disputed_cents",
    "paid_out_cents",
    "match_paid_cents",
)


class MoneySerializer(serializers.Serializer[Any]):
    """Pledged, collected (gross), Stripe's fees that the campaign bears, and what was paid out to the organisation.

    Collected counts transfers and cash as soon as they have arrived: they go back if the goal is missed. Paid out is
    the crowd's money; a match is in `match_paid_cents`, of the treasury's or a sponsor's money: each euro stands once.
    Promised is what was announced by bank transfer and has not arrived: no part of what is pledged. Refunded is what
    backers have back, disputed what their banks hold until they decide.
    """

    pledged_cents = serializers.IntegerField()
    promised_cents = serializers.IntegerField()
    collected_cents = serializers.IntegerField()
    fees_cents = serializers.IntegerField()
    refunded_cents = serializers.IntegerField()
    disputed_cents = serializers.IntegerField()
    paid_out_cents = serializers.IntegerField()
    match_paid_cents = serializers.IntegerField()


class DisbursementSerializer(serializers.ModelSerializer[Disbursement]):
    """A decision to release money."""

    campaign = serializers.CharField(source="campaign.slug")
    channel = serializers.CharField(help_text="`card`, `bank`, `cash` or `match`.")
    status = serializers.CharField(help_text="`proposed`, `approved`, `paid`, `rejected` or `void`.")
    payout = serializers.SerializerMethodField()
    payout_error = serializers.CharField(source="payout.error", default="")

    class Meta:
        model = Disbursement
        fields = [
            "id",
            "campaign",
            "channel",
            "milestone",
            "amount_cents",
            "payee",
            "holder",
            "destination",
            "reason",
            "status",
            "proposed_at",
            "decided_at",
            "payout",
            "payout_error",
        ]
        read_only_fields = fields

    def get_payout(self, row: Disbursement) -> str:
        """Give the state of the payout that executes it, empty before the approval."""
        payout = getattr(row, "payout", None)
        return payout.status if payout else ""


class ProposalSerializer(serializers.Serializer[Any]):
    """A tranche to propose."""

    campaign = serializers.SlugRelatedField(
        slug_field="slug", queryset=Campaign.objects.select_related("project__organisation")
    )
    channel = serializers.ChoiceField(choices=[(channel.value, channel.label) for channel in OPEN_CHANNELS])
    amount_cents = serializers.IntegerField(max_value=2**53)
    milestone = serializers.PrimaryKeyRelatedField(
        queryset=Milestone.objects.all(), required=False, allow_null=True, default=None
    )
    reason = serializers.CharField(max_length=200)
    despite = serializers.CharField(
        max_length=160,
        required=False,
        default="",
        allow_blank=True,
        help_text="Why a tranche of the match is proposed although the report on the one before is not there.",
    )


class WhySerializer(serializers.Serializer[Any]):
    """Why a tranche is turned down."""

    why = serializers.CharField(max_length=200)


class CampaignMoneyView(APIView):
    """A campaign's money."""

    @extend_schema(responses=MoneySerializer, tags=["campaigns"])
    def get(self, request: Request, slug: str) -> Response:
        """Pledged, collected, given back and paid out, out of the ledger. Public."""
        campaign = get_object_or_404(Campaign.objects.public(), slug=slug)
        money = dataclasses.asdict(money_of(campaign))
        return Response({name: money[name] for name in PUBLIC})


@extend_schema(tags=["disbursements"])
class DisbursementsView(generics.ListAPIView[Disbursement]):
    """The decisions to release money. For officers, approvers and auditors."""

    serializer_class = DisbursementSerializer
    filterset_fields = ["status", "channel", "campaign__slug"]

    def get_queryset(self) -> QuerySet[Disbursement]:
        """Return every disbursement to who may see them."""
        if not getattr(self, "swagger_fake_view", False):
            require(can_see_all_money(self.request.user))
        return disbursements()

    @extend_schema(request=ProposalSerializer, responses={201: DisbursementSerializer})
    def post(self, request: Request) -> Response:
        """Propose a tranche; another person approves it. For officers."""
        require(can_see_all_money(request.user))
        data = ProposalSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        row = propose_disbursement(by=cast("User", request.user), now=clock.now(), **data.validated_data)
        return Response(DisbursementSerializer(row).data, status=status.HTTP_201_CREATED)


def _row(request: Request, pk: int) -> Disbursement:
    require(can_see_all_money(request.user))
    return get_object_or_404(disbursements(), pk=pk)


class ApproveView(APIView):
    """The approval of a tranche."""

    @extend_schema(request=None, responses=DisbursementSerializer, tags=["disbursements"])
    def post(self, request: Request, pk: int) -> Response:
        """Approve a tranche that somebody else proposed. For approvers."""
        row = _row(request, pk)
        approve_disbursement(disbursement=row, by=cast("User", request.user), now=clock.now())
        return Response(DisbursementSerializer(get_object_or_404(disbursements(), pk=pk)).data)


class RejectView(APIView):
    """The refusal of a tranche."""

    @extend_schema(request=WhySerializer, responses=DisbursementSerializer, tags=["disbursements"])
    def post(self, request: Request, pk: int) -> Response:
        """Reject a tranche that somebody else proposed. For approvers."""
        row = _row(request, pk)
        data = WhySerializer(data=request.data)
        data.is_valid(raise_exception=True)
        by = cast("User", request.user)
        reject_disbursement(disbursement=row, why=data.validated_data["why"], by=by, now=clock.now())
        return Response(DisbursementSerializer(get_object_or_404(disbursements(), pk=pk)).data)
