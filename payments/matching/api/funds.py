"""Pots and their changes over the API: one person proposes, another approves. Amounts in whole cents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.permissions import require
from campaigns.calls.models import Call
from crowdfund.kit import clock
from payments.matching.api.reads import LadderSerializer
from payments.matching.models import FundChange, MatchFund
from payments.matching.permissions import can_see_fund
from payments.matching.selectors import fund_changes, fund_ladder
from payments.matching.services import approve_fund_change, propose_top_up, reject_fund_change

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User


class FundSerializer(LadderSerializer):
    """A pot: what was opened, what is free, and its ladder."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    opened_cents = serializers.IntegerField()
    free_cents = serializers.IntegerField()


class FundChangeSerializer(serializers.ModelSerializer[FundChange]):
    """A pot's opening or topping up, and where it stands."""

    call = serializers.CharField(source="call.slug")
    kind = serializers.CharField(help_text="`opening` or `top_up`.")
    status = serializers.CharField(help_text="`proposed`, `approved` or `rejected`.")

    class Meta:
        model = FundChange
        fields = ["id", "call", "kind", "amount_cents", "reason", "status", "proposed_at", "decided_at"]
        read_only_fields = fields


class TopUpSerializer(serializers.Serializer[Any]):
    """A pot to top up."""

    call = serializers.SlugRelatedField(slug_field="slug", queryset=Call.objects.all())
    amount_cents = serializers.IntegerField(max_value=2**53)
    reason = serializers.CharField(max_length=200)


class WhyFundSerializer(serializers.Serializer[Any]):
    """Why a change of a pot is turned down."""

    why = serializers.CharField(max_length=200)


@extend_schema(responses=FundSerializer, tags=["funds"])
@api_view(["GET"])
def fund_view(request: Request, pk: int) -> Response:
    """A pot and its ladder. For officers, approvers and auditors."""
    require(can_see_fund(request.user))
    pot = get_object_or_404(MatchFund, pk=pk)
    own = {"id": pot.pk, "name": pot.name, "opened_cents": pot.opened_cents, "free_cents": pot.free_cents}
    return Response(own | dataclasses.asdict(fund_ladder(pot)))


@extend_schema(tags=["funds"])
class FundChangesView(generics.ListAPIView[FundChange]):
    """Openings and toppings up of pots. For officers, approvers and auditors."""

    serializer_class = FundChangeSerializer
    filterset_fields = ["status", "kind", "call__slug"]

    def get_queryset(self) -> QuerySet[FundChange]:
        """Return every change of a pot to who may see them."""
        if not getattr(self, "swagger_fake_view", False):
            require(can_see_fund(self.request.user))
        return fund_changes()

    @extend_schema(request=TopUpSerializer, responses={201: FundChangeSerializer})
    def post(self, request: Request) -> Response:
        """Propose to top up a pot; another person approves it. For officers."""
        require(can_see_fund(request.user))
        data = TopUpSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        row = propose_top_up(by=cast("User", request.user), now=clock.now(), **data.validated_data)
        return Response(FundChangeSerializer(row).data, status=status.HTTP_201_CREATED)


def _change(request: Request, pk: int) -> FundChange:
    require(can_see_fund(request.user))
    return get_object_or_404(fund_changes(), pk=pk)


@extend_schema(request=None, responses=FundChangeSerializer, tags=["funds"])
@api_view(["POST"])
def fund_change_approve_view(request: Request, pk: int) -> Response:
    """Approve a change of a pot that somebody else proposed; a call that waited for it is published. For approvers."""
    change = _change(request, pk)
    approve_fund_change(change=change, by=cast("User", request.user), now=clock.now())
    return Response(FundChangeSerializer(_change(request, pk)).data)


@extend_schema(request=WhyFundSerializer, responses=FundChangeSerializer, tags=["funds"])
@api_view(["POST"])
def fund_change_reject_view(request: Request, pk: int) -> Response:
    """Reject a change of a pot that somebody else proposed. For approvers."""
    change = _change(request, pk)
    data = WhyFundSerializer(data=request.data)
    data.is_valid(raise_exception=True)
    by = cast("User", request.user)
    reject_fund_change(change=change, why=data.validated_data["why"], by=by, now=clock.now())
    return Response(FundChangeSerializer(_change(request, pk)).data)
