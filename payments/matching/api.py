"""What the API tells of ladders, pots and matches."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.permissions import require
from campaigns.calls.models import Programme
from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.matching.documents import step_in_words
from payments.matching.models import CommitmentAct, MatchFund, Reservation
from payments.matching.permissions import can_see_fund
from payments.matching.selectors import fund_ladder, match_explained, programme_ladder
from payments.matching.services import Act, confirm_act, record_act

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


class LadderSerializer(serializers.Serializer[Any]):
    """Cumulative steps of the spending ladder, in whole cents."""

    programmed_cents = serializers.IntegerField()
    admitted_cents = serializers.IntegerField()
    bound_cents = serializers.IntegerField()
    disbursed_cents = serializers.IntegerField()


class StepSerializer(serializers.Serializer[Any]):
    """One step of a match: its code and numbers, the match after it, and the sentence."""

    code = serializers.CharField()
    params = serializers.DictField()
    cents = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()


class MatchSerializer(serializers.Serializer[Any]):
    """A campaign's match, each step of the computation, and the rule as data."""

    status = serializers.CharField()
    cents = serializers.IntegerField()
    maximum_cents = serializers.IntegerField()
    reached = serializers.BooleanField()
    missing_cents = serializers.IntegerField()
    steps = StepSerializer(many=True)
    rule = serializers.DictField()


class FundSerializer(LadderSerializer):
    """A pot: what was opened, what is free, and its ladder."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    opened_cents = serializers.IntegerField()
    free_cents = serializers.IntegerField()


class ActSerializer(serializers.Serializer[Any]):
    """An administrative act."""

    office = serializers.CharField(max_length=120)
    number = serializers.CharField(max_length=40)
    dated_on = serializers.DateField()
    cup = serializers.RegexField(r"^[A-Z]\d{2}[A-Z]\d{11}$", max_length=15)
    agreement = serializers.CharField(max_length=120)


class CommitmentSerializer(serializers.Serializer[Any]):
    """A recorded act and where it stands."""

    id = serializers.IntegerField()
    campaign = serializers.CharField()
    amount_cents = serializers.IntegerField()
    status = serializers.CharField()


def _commitment(act: CommitmentAct) -> Response:
    reservation = act.reservation
    data = {
        "id": act.pk,
        "campaign": reservation.campaign.slug,
        "amount_cents": act.amount_cents,
        "status": reservation.status,
    }
    return Response(data, status=status.HTTP_200_OK)


@extend_schema(responses=LadderSerializer, tags=["programmes"])
@api_view(["GET"])
def programme_ladder_view(request: Request, slug: str) -> Response:
    """A programme's financial progress, out of ledger balances."""
    return Response(dataclasses.asdict(programme_ladder(get_object_or_404(Programme, slug=slug))))


@extend_schema(
    responses={200: MatchSerializer, 404: OpenApiResponse(description="No call matches this campaign.")},
    tags=["campaigns"],
)
@api_view(["GET"])
def campaign_match_view(request: Request, slug: str) -> Response:
    """A campaign's match to the cent, with each step of the computation."""
    explained = match_explained(get_object_or_404(Campaign.objects.public(), slug=slug))
    if explained is None:
        return Response({"code": "no_match", "detail": "", "field": None}, status=status.HTTP_404_NOT_FOUND)
    data = dataclasses.asdict(explained)
    data["steps"] = [{**step, "text": step_in_words(step)} for step in data["steps"]]
    return Response(data)


@extend_schema(responses=FundSerializer, tags=["funds"])
@api_view(["GET"])
def fund_view(request: Request, pk: int) -> Response:
    """A pot and its ladder. For officers, approvers and auditors."""
    require(can_see_fund(request.user))
    pot = get_object_or_404(MatchFund, pk=pk)
    own = {"id": pot.pk, "name": pot.name, "opened_cents": pot.opened_cents, "free_cents": pot.free_cents}
    return Response(own | dataclasses.asdict(fund_ladder(pot)))


@extend_schema(request=ActSerializer, responses=CommitmentSerializer, tags=["commitments"])
@api_view(["POST"])
def commitment_view(request: Request, slug: str) -> Response:
    """Record the act that commits a campaign's proposed match."""
    require(can_see_fund(request.user))
    reservation = get_object_or_404(
        Reservation.objects.select_related("campaign__project"), campaign__slug=slug
    )
    data = ActSerializer(data=request.data)
    data.is_valid(raise_exception=True)
    act = record_act(
        reservation=reservation,
        act=Act(**data.validated_data),
        by=cast("User", request.user),
        now=clock.now(),
    )
    return _commitment(act)


@extend_schema(request=None, responses=CommitmentSerializer, tags=["commitments"])
@api_view(["POST"])
def commitment_confirm_view(request: Request, pk: int) -> Response:
    """Confirm an act that somebody else recorded."""
    require(can_see_fund(request.user))
    act = get_object_or_404(CommitmentAct.objects.select_related("reservation__campaign__project"), pk=pk)
    confirm_act(act=act, by=cast("User", request.user), now=clock.now())
    return _commitment(act)
