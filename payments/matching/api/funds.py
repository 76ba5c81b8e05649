"""Pots and their changes over the API: one person proposes, another approves. Amounts in whole cents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.enums import OrganisationKind
from accounts.models import Organisation
from accounts.permissions import require
from accounts.places.models import Neighbourhood
from campaigns.calls.models import Call
from campaigns.enums import Theme
from crowdfund.kit import clock
from payments.matching.api.reads import LadderSerializer
from payments.matching.enums import FundMoney
from payments.matching.models import FundChange, MatchFund
from payments.matching.permissions import can_see_fund
from payments.matching.selectors import fund_changes, fund_ladder, fund_ladders, payer_of
from payments.matching.services import (
    FundTerms,
    approve_fund_change,
    propose_fund_closing,
    propose_sponsor_fund,
    propose_top_up,
    reject_fund_change,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User
    from payments.matching.selectors import LadderFigures


class FundSerializer(LadderSerializer):
    """A pot: what was opened, what is free, and its ladder."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="`municipality` or `sponsor`.")
    organisation = serializers.CharField(allow_null=True, help_text="The sponsor's slug.")
    payer = serializers.CharField(help_text="Who gives the money, in words.")
    priority = serializers.IntegerField(help_text="The lowest is taken from first.")
    money = serializers.CharField(help_text="`treasury`: paid by who gives it; `held`: out of our account.")
    neighbourhoods = serializers.ListField(child=serializers.CharField(), help_text="Slugs; empty means all.")
    themes = serializers.ListField(child=serializers.CharField(), help_text="Empty means all.")
    organisation_kinds = serializers.ListField(child=serializers.CharField(), help_text="Empty means all.")
    opened_cents = serializers.IntegerField()
    free_cents = serializers.IntegerField()
    closed_at = serializers.DateTimeField(allow_null=True)


def _fund(pot: MatchFund, figures: LadderFigures) -> dict[str, Any]:
    names = ("name", "kind", "priority", "money", "themes", "organisation_kinds")
    own = {"id": pot.pk} | {name: getattr(pot, name) for name in names}
    more = {
        "organisation": pot.organisation.slug if pot.organisation else None,
        "payer": payer_of(pot),
        "neighbourhoods": [place.slug for place in pot.neighbourhoods.all()],
        "opened_cents": pot.opened_cents,
        "free_cents": pot.free_cents,
        "closed_at": pot.closed_at,
    }
    return own | more | dataclasses.asdict(figures)


class FundChangeSerializer(serializers.ModelSerializer[FundChange]):
    """A pot's opening, topping up or closing, and where it stands."""

    call = serializers.CharField(source="call.slug")
    kind = serializers.CharField(help_text="`opening`, `top_up` or `closing`.")
    organisation = serializers.CharField(source="organisation.slug", default=None, allow_null=True)
    status = serializers.CharField(help_text="`proposed`, `approved` or `rejected`.")

    class Meta:
        model = FundChange
        fields = [
            "id", "call", "fund", "organisation", "kind", "amount_cents", "moved_cents", "reason", "status",
            "proposed_at", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class ReasonFundSerializer(serializers.Serializer[Any]):
    """Why a pot is to be closed."""

    reason = serializers.CharField(max_length=200)


class TopUpSerializer(serializers.Serializer[Any]):
    """A pot to top up."""

    call = serializers.SlugRelatedField(slug_field="slug", queryset=Call.objects.all())
    fund = serializers.PrimaryKeyRelatedField(
        queryset=MatchFund.objects.select_related("call", "organisation"),
        required=False,
        help_text="A sponsor's pot of this call; without it, the city's.",
    )
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
    pot = get_object_or_404(MatchFund.objects.select_related("organisation"), pk=pk)
    return Response(_fund(pot, fund_ladder(pot)))


class SponsorFundSerializer(serializers.Serializer[Any]):
    """A sponsor's pot to open beside the city's."""

    organisation = serializers.SlugRelatedField(slug_field="slug", queryset=Organisation.objects.all())
    amount_cents = serializers.IntegerField(max_value=2**53)
    name = serializers.CharField(max_length=160)
    priority = serializers.IntegerField(default=20)
    money = serializers.ChoiceField(FundMoney.choices, default=FundMoney.TREASURY)
    neighbourhoods = serializers.SlugRelatedField(
        slug_field="slug", queryset=Neighbourhood.objects.all(), many=True, required=False
    )
    themes = serializers.ListField(child=serializers.ChoiceField(Theme.choices), default=list)
    organisation_kinds = serializers.ListField(
        child=serializers.ChoiceField(OrganisationKind.choices), default=list
    )
    reason = serializers.CharField(max_length=200)

    def given(self) -> dict[str, Any]:
        """Give what was sent as the service reads it."""
        data = dict(self.validated_data)
        terms = FundTerms(
            name=data.pop("name"),
            priority=data.pop("priority"),
            money=data.pop("money"),
            neighbourhoods=tuple(place.pk for place in data.pop("neighbourhoods", [])),
            themes=tuple(data.pop("themes")),
            organisation_kinds=tuple(data.pop("organisation_kinds")),
        )
        return {**data, "terms": terms}


class CallFundsView(APIView):
    """The pots of a call."""

    @extend_schema(responses=FundSerializer(many=True), tags=["funds"])
    def get(self, _request: Request, slug: str) -> Response:
        """The pots of a call in the order in which they are taken from, each with its ladder. Public."""
        call = get_object_or_404(Call.objects.public(), slug=slug)
        return Response([_fund(pot, figures) for pot, figures in fund_ladders(call)])

    @extend_schema(request=SponsorFundSerializer, responses={201: FundChangeSerializer}, tags=["funds"])
    def post(self, request: Request, slug: str) -> Response:
        """Propose a sponsor's pot beside the city's; another person approves it. For officers."""
        require(can_see_fund(request.user))
        data = SponsorFundSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        call = get_object_or_404(Call, slug=slug)
        row = propose_sponsor_fund(call=call, by=cast("User", request.user), now=clock.now(), **data.given())
        return Response(FundChangeSerializer(row).data, status=status.HTTP_201_CREATED)


@extend_schema(request=ReasonFundSerializer, responses={201: FundChangeSerializer}, tags=["funds"])
@api_view(["POST"])
def fund_close_view(request: Request, pk: int) -> Response:
    """Propose to close a pot: what is free goes back to where it came from. For officers."""
    require(can_see_fund(request.user))
    pot = get_object_or_404(MatchFund, pk=pk)
    data = ReasonFundSerializer(data=request.data)
    data.is_valid(raise_exception=True)
    by = cast("User", request.user)
    row = propose_fund_closing(fund=pot, by=by, now=clock.now(), **data.validated_data)
    return Response(FundChangeSerializer(row).data, status=status.HTTP_201_CREATED)


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
