"""Money that goes back, over the API: the same services and permissions as the pages."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from crowdfund.kit import clock
from payments.api import back_serializers as shapes
from payments.api.deeds import Proposals, StaffList
from payments.api.pledges import TOKEN, FaultSerializer, own_pledge
from payments.enums import Place
from payments.models import OtherWay, RefundDecision, RefundRequest, TransferReversal
from payments.permissions import can_see_all_money
from payments.selectors.disputes import acceptances, disputes
from payments.selectors.receivables import advances, closings, receivables
from payments.selectors.refunds import refunds
from payments.selectors.reserve import reserve
from payments.services import refund_decisions, refund_requests
from payments.services.advances import propose_advance
from payments.services.dispute_acceptance import propose_acceptance
from payments.services.other_ways import propose_other_way
from payments.services.receivables import propose_closing

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet
    from rest_framework.request import Request

PROJECT = "pledge__campaign__project__organisation"


def decisions() -> QuerySet[RefundDecision]:
    """Return the decisions to give pledges back."""
    return RefundDecision.objects.select_related(PROJECT)


def requests() -> QuerySet[RefundRequest]:
    """Return what backers asked."""
    return RefundRequest.objects.select_related(PROJECT)


def other_ways() -> QuerySet[OtherWay]:
    """Return the refunds that were paid another way."""
    return OtherWay.objects.select_related(f"refund__{PROJECT}")


def reversals() -> QuerySet[TransferReversal]:
    """Return what is taken back from organisations."""
    return TransferReversal.objects.select_related("payout__disbursement__campaign__project__organisation")


@extend_schema(tags=["refunds"])
class RefundsView(StaffList):
    """Refunds, newest first. For officers, approvers and auditors."""

    serializer_class = shapes.RefundSerializer
    rows = staticmethod(refunds)
    filterset_fields = ["status", "channel", "reason", "pledge__campaign__slug"]


@extend_schema(tags=["refunds"])
class RefundDecisionsView(Proposals):
    """Decisions to give pledges back. For officers, approvers and auditors."""

    serializer_class = shapes.RefundDecisionSerializer
    given = shapes.NewRefundSerializer
    rows = staticmethod(decisions)
    propose = staticmethod(refund_decisions.propose_refund)
    filterset_fields = ["status"]

    @extend_schema(request=shapes.NewRefundSerializer, responses={201: shapes.RefundDecisionSerializer})
    def post(self, request: Request) -> Response:
        """Propose to give a collected pledge back, whole or in part; another person approves. For officers."""
        return self._propose(request)


@extend_schema(tags=["refunds"])
class RefundRequestsView(StaffList):
    """What backers asked. For officers, approvers and auditors."""

    serializer_class = shapes.RefundRequestSerializer
    rows = staticmethod(requests)
    filterset_fields = ["status"]


class AskView(APIView):
    """A backer's request for a refund."""

    @extend_schema(
        operation_id="pledge_ask_refund",
        request=shapes.AskSerializer,
        parameters=[TOKEN],
        responses={201: shapes.RefundRequestSerializer, 400: FaultSerializer, 409: FaultSerializer},
        tags=["pledges"],
    )
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Ask for a collected pledge's money back; the answer comes by email."""
        pledge, token = own_pledge(request, public_id)
        data = shapes.AskSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        text = data.validated_data["text"]
        made = refund_requests.ask_refund(
            pledge=pledge, text=text, by=request.user, token=token, now=clock.now()
        )
        return Response(shapes.RefundRequestSerializer(made).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["refunds"])
class OtherWaysView(Proposals):
    """Refunds paid another way. For officers, approvers and auditors."""

    serializer_class = shapes.OtherWaySerializer
    given = shapes.OtherWaySerializer
    rows = staticmethod(other_ways)
    propose = staticmethod(propose_other_way)
    filterset_fields = ["status"]

    @extend_schema(request=shapes.OtherWaySerializer, responses={201: shapes.OtherWaySerializer})
    def post(self, request: Request) -> Response:
        """Record that a refund that failed was paid by bank transfer; another person confirms. For officers."""
        return self._propose(request)


@extend_schema(tags=["refunds"])
class ReversalsView(StaffList):
    """What is taken back from organisations. For officers, approvers and auditors."""

    serializer_class = shapes.ReversalSerializer
    rows = staticmethod(reversals)
    filterset_fields = ["status"]


@extend_schema(tags=["disputes"])
class DisputesView(StaffList):
    """Disputed charges. For officers, approvers and auditors."""

    serializer_class = shapes.DisputeSerializer
    rows = staticmethod(disputes)
    filterset_fields = ["status", "pledge__campaign__slug"]


@extend_schema(tags=["disputes"])
class DisputeAcceptancesView(Proposals):
    """Proposals to accept disputes. For officers, approvers and auditors."""

    serializer_class = shapes.DisputeAcceptanceSerializer
    given = shapes.DisputeAcceptanceSerializer
    rows = staticmethod(acceptances)
    propose = staticmethod(propose_acceptance)
    filterset_fields = ["status", "dispute"]

    @extend_schema(
        request=shapes.DisputeAcceptanceSerializer, responses={201: shapes.DisputeAcceptanceSerializer}
    )
    def post(self, request: Request) -> Response:
        """Propose to accept a dispute: the campaign loses the money; another person decides. For officers."""
        return self._propose(request)


@extend_schema(tags=["reserve"])
class ReceivablesView(StaffList):
    """What organisations owe. For officers, approvers and auditors."""

    serializer_class = shapes.ReceivableSerializer
    rows = staticmethod(receivables)
    filterset_fields = ["status", "organisation__slug"]


@extend_schema(tags=["reserve"])
class ClosingsView(Proposals):
    """What became of debts. For officers, approvers and auditors."""

    serializer_class = shapes.ReceivableClosingSerializer
    given = shapes.ReceivableClosingSerializer
    rows = staticmethod(closings)
    propose = staticmethod(propose_closing)
    filterset_fields = ["status", "kind"]

    @extend_schema(
        request=shapes.ReceivableClosingSerializer, responses={201: shapes.ReceivableClosingSerializer}
    )
    def post(self, request: Request) -> Response:
        """Propose that a debt was paid back, or is given up; another person confirms. For officers."""
        return self._propose(request)


@extend_schema(tags=["reserve"])
class ReserveView(APIView):
    """The platform's own money."""

    @extend_schema(responses=shapes.PlaceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Show it by place. For officers, approvers and auditors."""
        require(can_see_all_money(request.user))
        return Response(
            [
                dataclasses.asdict(here)
                | {"place": place.value, "left_cents": here.left_cents, "covers": here.covers}
                for place in Place
                for here in [reserve(place)]
            ]
        )


@extend_schema(tags=["reserve"])
class AdvancesView(Proposals):
    """Money of the platform's own that was paid in. For officers, approvers and auditors."""

    serializer_class = shapes.AdvanceSerializer
    given = shapes.AdvanceSerializer
    rows = staticmethod(advances)
    propose = staticmethod(propose_advance)
    filterset_fields = ["status", "place"]

    @extend_schema(request=shapes.AdvanceSerializer, responses={201: shapes.AdvanceSerializer})
    def post(self, request: Request) -> Response:
        """Record money paid in, with its proof; another person confirms. For officers."""
        return self._propose(request)
