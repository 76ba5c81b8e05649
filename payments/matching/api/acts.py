"""The act that commits a match, over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.permissions import require
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid
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
    cup = serializers.RegexField(
        r"^[A-Z]\d{2}[A-Z]\d{11}$",
        max_length=15,
        allow_blank=True,
        default="",
        help_text="Not of a sponsor's.",
    )
    agreement = serializers.CharField(max_length=120)
    fund = serializers.IntegerField(
        required=False, help_text="Which pot it binds; needed where the campaign is matched from several."
    )


class CommitmentSerializer(serializers.Serializer[Any]):
    """A recorded act and where it stands."""

    id = serializers.IntegerField()
    campaign = serializers.CharField()
    fund = serializers.IntegerField()
    amount_cents = serializers.IntegerField()
    status = serializers.CharField()


def _commitment(act: CommitmentAct) -> Response:
    reservation = act.reservation
    data = {
        "id": act.pk,
        "campaign": reservation.campaign.slug,
        "fund": reservation.fund_id,
        "amount_cents": act.amount_cents,
        "status": reservation.status,
    }
    return Response(data, status=status.HTTP_200_OK)


def _reservation(slug: str, fund: int | None) -> Reservation:
    found = Reservation.objects.select_related("campaign__project", "fund").filter(campaign__slug=slug)
    if fund is not None:
        found = found.filter(fund=fund)
    rows = list(found[:2])
    if not rows:
        raise Http404
    if len(rows) > 1:
        raise Invalid("which_pot", _("This campaign is matched from several pots: say which."), field="fund")
    return rows[0]


@extend_schema(request=ActSerializer, responses=CommitmentSerializer, tags=["commitments"])
@api_view(["POST"])
def commitment_view(request: Request, slug: str) -> Response:
    """Record the act that commits a campaign's proposed match."""
    require(can_see_fund(request.user))
    data = ActSerializer(data=request.data)
    data.is_valid(raise_exception=True)
    given = dict(data.validated_data)
    act = record_act(
        reservation=_reservation(slug, given.pop("fund", None)),
        act=Act(**given),
        by=cast("User", request.user),
        now=clock.now(),
    )
    return _commitment(act)


@extend_schema(request=None, responses=CommitmentSerializer, tags=["commitments"])
@api_view(["POST"])
def commitment_confirm_view(request: Request, pk: int) -> Response:
    """Confirm an act that somebody else recorded."""
    require(can_see_fund(request.user))
    act = get_object_or_404(
        CommitmentAct.objects.select_related("reservation__campaign__project", "reservation__fund"), pk=pk
    )
    confirm_act(act=act, by=cast("User", request.user), now=clock.now())
    return _commitment(act)
