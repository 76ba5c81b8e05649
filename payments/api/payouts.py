"""What may leave, and what becomes of payouts, over the API. Amounts in whole cents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.api.money import DisbursementSerializer, WhySerializer
from payments.models import Disbursement, Payout
from payments.permissions import can_see_money
from payments.selectors.money import disbursements
from payments.selectors.releasable import releasable_by_channel
from payments.services.payout import confirm_receipt, record_mandate, retry_payout
from payments.services.refused_mandates import refuse_mandate
from payments.services.void import void_disbursement

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


class ReleasableSerializer(serializers.Serializer[Any]):
    """What may be proposed now in one channel, and how it is made up."""

    channel = serializers.CharField()
    maximum_cents = serializers.IntegerField()
    collected_cents = serializers.IntegerField()
    fees_cents = serializers.IntegerField(help_text="Negative: fees that the campaign bears.")
    refunded_cents = serializers.IntegerField(help_text="Negative: refunded, or to be refunded.")
    released_cents = serializers.IntegerField(help_text="Negative: released before.")
    other_cents = serializers.IntegerField(help_text="Taken back, given up or corrected.")
    held_cents = serializers.IntegerField(help_text="The sum of the five above.")
    disputed_cents = serializers.IntegerField()
    waiting_refunds_cents = serializers.IntegerField()
    held_back_cents = serializers.IntegerField()
    proposed_cents = serializers.IntegerField()
    place_cents = serializers.IntegerField(
        allow_null=True, help_text="What lies at our bank for this; null for other channels."
    )


class MandateSerializer(serializers.Serializer[Any]):
    """The treasury's mandate of a tranche."""

    number = serializers.CharField(max_length=40)
    on = serializers.DateField()
    amount_cents = serializers.IntegerField(max_value=2**53)


class ReceiptSerializer(serializers.Serializer[Any]):
    """The treasurer's receipt of a mandate."""

    receipt_on = serializers.DateField()


class ReleasableView(APIView):
    """What may leave of a campaign's money."""

    @extend_schema(responses=ReleasableSerializer(many=True), tags=["disbursements"])
    def get(self, request: Request, slug: str) -> Response:
        """What may be proposed now, by channel. For the team, officers, approvers and auditors."""
        campaign = get_object_or_404(Campaign.objects.select_related("project"), slug=slug)
        require(can_see_money(request.user, campaign))
        left = releasable_by_channel(campaign, clock.now())
        rows = [
            {"channel": channel.value, "maximum_cents": found.maximum_cents, **dataclasses.asdict(found)}
            for channel, found in left
        ]
        return Response(ReleasableSerializer(rows, many=True).data)


def _shown(pk: int) -> Response:
    return Response(DisbursementSerializer(get_object_or_404(disbursements(), pk=pk)).data)


def _row(pk: int) -> Disbursement:
    return get_object_or_404(disbursements(), pk=pk)


def _payout(pk: int) -> Payout:
    found = Payout.objects.select_related("disbursement__campaign__project")
    return get_object_or_404(found, disbursement=pk)


def _valid(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    data = kind(data=request.data)
    data.is_valid(raise_exception=True)
    return dict(data.validated_data)


class VoidView(APIView):
    """The end of a tranche whose money has not left."""

    @extend_schema(request=WhySerializer, responses=DisbursementSerializer, tags=["disbursements"])
    def post(self, request: Request, pk: int) -> Response:
        """Give a tranche up: its money is held again. For officers."""
        by = cast("User", request.user)
        void_disbursement(disbursement=_row(pk), by=by, now=clock.now(), **_valid(WhySerializer, request))
        return _shown(pk)


class RetryView(APIView):
    """Another try of a payout."""

    @extend_schema(request=None, responses=DisbursementSerializer, tags=["disbursements"])
    def post(self, request: Request, pk: int) -> Response:
        """Try a tranche's failed payout again. For officers."""
        retry_payout(payout=_payout(pk), by=cast("User", request.user), now=clock.now())
        return _shown(pk)


class MandateView(APIView):
    """The mandate of a tranche of the match."""

    @extend_schema(request=MandateSerializer, responses=DisbursementSerializer, tags=["disbursements"])
    def post(self, request: Request, pk: int) -> Response:
        """Record the treasury's mandate. For officers."""
        by = cast("User", request.user)
        record_mandate(payout=_payout(pk), by=by, now=clock.now(), **_valid(MandateSerializer, request))
        return _shown(pk)


class MandateRefusedView(APIView):
    """A mandate that the treasury did not pay."""

    @extend_schema(request=WhySerializer, responses=DisbursementSerializer, tags=["disbursements"])
    def post(self, request: Request, pk: int) -> Response:
        """Record that the treasurer refused a mandate, or that its money came back: it is bound. For officers."""
        by = cast("User", request.user)
        refuse_mandate(payout=_payout(pk), by=by, now=clock.now(), **_valid(WhySerializer, request))
        return _shown(pk)


class ReceiptView(APIView):
    """The receipt of a mandate."""

    @extend_schema(request=ReceiptSerializer, responses=DisbursementSerializer, tags=["disbursements"])
    def post(self, request: Request, pk: int) -> Response:
        """Confirm the treasurer's receipt: the tranche is paid. For officers."""
        by = cast("User", request.user)
        confirm_receipt(payout=_payout(pk), by=by, now=clock.now(), **_valid(ReceiptSerializer, request))
        return _shown(pk)
