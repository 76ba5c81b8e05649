"""The act that commits a match, over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.permissions import require
from crowdfund.kit import clock
from payments.matching.models import CommitmentAct, Reservation
from payments.matching.permissions import can_see_fund
from payments.matching.services import Act, confirm_act, record_act

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


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
