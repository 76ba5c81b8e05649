"""Rounds of a quadratic call over the API. Amounts in whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.permissions import require
from campaigns.calls.models import Call
from crowdfund.kit import clock
from payments.matching.permissions import can_start_round
from payments.matching.selectors.rounds import key_of, round_page, rounds_of
from payments.matching.services import share_pot_out

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


class RoundMatchSerializer(serializers.Serializer[Any]):
    """What a round gave one campaign."""

    campaign = serializers.CharField(source="campaign.slug")
    crowd_cents = serializers.IntegerField()
    backers = serializers.IntegerField()
    raw_cents = serializers.IntegerField()
    cents = serializers.IntegerField()


class RoundSerializer(serializers.Serializer[Any]):
    """A round: complete or not, shared out or not."""

    session = serializers.IntegerField(allow_null=True)
    complete = serializers.BooleanField(
        help_text="Whether no application can come and no campaign is open any more."
    )
    still_open = serializers.ListField(
        child=serializers.CharField(), help_text="Slugs of campaigns still open."
    )
    shared_out_at = serializers.DateTimeField(allow_null=True)
    pots = serializers.ListField(child=serializers.DictField())
    matches = RoundMatchSerializer(many=True)


class WhichRoundSerializer(serializers.Serializer[Any]):
    """Which round, where a call has several sessions."""

    session = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=32_767)


def _call(slug: str) -> Call:
    return get_object_or_404(Call.objects.public().select_related("rule"), slug=slug)


@extend_schema(methods=["GET"], responses=RoundSerializer(many=True), tags=["calls"])
@extend_schema(
    methods=["POST"], request=WhichRoundSerializer, responses={201: RoundSerializer}, tags=["calls"]
)
@api_view(["GET", "POST"])
def rounds_view(request: Request, slug: str) -> Response:
    """Rounds of a quadratic call; an officer shares one out with POST, once its campaigns have ended."""
    call = _call(slug)
    if request.method == "GET":
        pages = [round_page(key, clock.now()) for key in rounds_of(call)]
        return Response(RoundSerializer(pages, many=True).data)
    require(can_start_round(request.user))
    data = WhichRoundSerializer(data=request.data)
    data.is_valid(raise_exception=True)
    key = key_of(call, str(data.validated_data.get("session") or ""))
    share_pot_out(key=key, by=cast("User", request.user), now=clock.now())
    return Response(RoundSerializer(round_page(key, clock.now())).data, status=status.HTTP_201_CREATED)
