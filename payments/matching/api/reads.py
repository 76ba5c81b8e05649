"""What everybody may read of ladders and matches. Amounts in whole cents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from campaigns.calls.models import Programme
from campaigns.models import Campaign
from payments.matching.documents import step_in_words
from payments.matching.selectors import match_explained, programme_ladder

if TYPE_CHECKING:
    from rest_framework.request import Request


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


class ShareSerializer(serializers.Serializer[Any]):
    """What one pot bears of a match, in whole cents."""

    fund_id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.CharField()
    cents = serializers.IntegerField()
    maximum_cents = serializers.IntegerField()


class DrawDaySerializer(serializers.Serializer[Any]):
    """What pledges drew and gave back on one day, in whole cents."""

    day = serializers.DateField()
    drawn_cents = serializers.IntegerField()
    given_back_cents = serializers.IntegerField()


class MatchSerializer(serializers.Serializer[Any]):
    """A campaign's match, each step of the computation, and the rule as data.

    Under `quadratic` it is an estimate of today while `status` is `estimated` or `waiting`; `scale` is k as a fraction.
    """

    status = serializers.CharField(
        help_text="`reserved`, `proposed`, `recorded`, `committed`, `released`, `drawing`, `estimated` or `waiting`."
    )
    cents = serializers.IntegerField()
    maximum_cents = serializers.IntegerField()
    reached = serializers.BooleanField()
    missing_cents = serializers.IntegerField()
    steps = StepSerializer(many=True)
    rule = serializers.DictField()
    call = serializers.CharField(
        help_text="Slug of the call; its export for computing again is offered under open data."
    )
    shares = ShareSerializer(
        many=True, help_text="Which pot bears how much, in the order in which they are taken from."
    )
    days = DrawDaySerializer(many=True)
    backers = serializers.IntegerField(allow_null=True)
    raw_cents = serializers.IntegerField(allow_null=True)
    scale = serializers.CharField(allow_null=True)
    computed_at = serializers.DateTimeField(allow_null=True)
    too_many_pairs = serializers.IntegerField(allow_null=True)


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
