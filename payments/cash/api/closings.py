"""A desk's daily closings over the API. Amounts in whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.permissions import require
from crowdfund.kit import clock
from payments.cash.api.desks import desk_at
from payments.cash.api.receipts import CashReasonSerializer
from payments.cash.models import DeskClosing
from payments.cash.permissions import can_operate, can_see_desk
from payments.cash.selectors.desks import closing_rows
from payments.cash.services.closings import close_day, confirm_banked, countersign, reject_closing, send_cash

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User


class DeskClosingSerializer(serializers.ModelSerializer[DeskClosing]):
    """A daily closing: booked, counted, the difference and what became of it."""

    status = serializers.CharField(help_text="`counted`, `signed`, `sent`, `banked` or `rejected`.")
    difference_cents = serializers.IntegerField()

    class Meta:
        model = DeskClosing
        fields = [
            "id",
            "desk",
            "day",
            "receipts",
            "received_cents",
            "returned_cents",
            "booked_cents",
            "counted_cents",
            "difference_cents",
            "reason",
            "status",
            "proposed_at",
            "decided_at",
            "sent_cents",
            "bag",
            "proof",
        ]
        read_only_fields = fields


class CountSerializer(serializers.Serializer[Any]):
    """What was counted, and why it is not what the books say."""

    counted_cents = serializers.IntegerField(min_value=0, max_value=2**53)
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class SendSerializer(serializers.Serializer[Any]):
    """Cash that leaves for the bank."""

    cents = serializers.IntegerField(max_value=2**53)
    bag = serializers.CharField(max_length=60)


class BankedSerializer(serializers.Serializer[Any]):
    """The line of the bank's statement that shows the cash."""

    proof = serializers.CharField(max_length=120)


class ClosingsView(generics.ListAPIView[DeskClosing]):
    """The closings of a desk."""

    serializer_class = DeskClosingSerializer
    filterset_fields = ["status", "day"]

    def get_queryset(self) -> QuerySet[DeskClosing]:
        """Return a desk's closings, newest first, to who may see it."""
        if getattr(self, "swagger_fake_view", False):
            return DeskClosing.objects.none()
        desk = desk_at(self.kwargs["pk"])
        require(can_see_desk(self.request.user, desk))
        return closing_rows().filter(desk=desk)

    @extend_schema(
        operation_id="desk_close",
        request=CountSerializer,
        responses={201: DeskClosingSerializer},
        tags=["cash"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Close the day with what was counted; another person countersigns. For the desk's operators."""
        desk = desk_at(pk)
        require(can_operate(request.user, desk))
        given = CountSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = close_day(desk=desk, by=cast("User", request.user), now=clock.now(), **given.validated_data)
        return Response(DeskClosingSerializer(made).data, status=status.HTTP_201_CREATED)


def _step(
    request: Request, pk: int, deed: Callable[..., None], takes: type[serializers.Serializer[Any]] | None
) -> Response:
    closing = get_object_or_404(closing_rows(), pk=pk)
    require(can_see_desk(request.user, closing.desk))
    data: dict[str, Any] = {}
    if takes is not None:
        given = takes(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
    deed(closing=closing, by=cast("User", request.user), now=clock.now(), **data)
    return Response(DeskClosingSerializer(get_object_or_404(closing_rows(), pk=pk)).data)


@extend_schema(request=None, responses=DeskClosingSerializer, tags=["cash"])
@api_view(["POST"])
def closing_countersign_view(request: Request, pk: int) -> Response:
    """Countersign a count: another person than who counted. For the desk's operators and officers."""
    return _step(request, pk, countersign, None)


@extend_schema(request=CashReasonSerializer, responses=DeskClosingSerializer, tags=["cash"])
@api_view(["POST"])
def closing_reject_view(request: Request, pk: int) -> Response:
    """Ask for another count. For the desk's operators and officers, never who counted."""
    return _step(request, pk, reject_closing, CashReasonSerializer)


@extend_schema(request=SendSerializer, responses=DeskClosingSerializer, tags=["cash"])
@api_view(["POST"])
def closing_send_view(request: Request, pk: int) -> Response:
    """Take a closing's cash to the bank. For the desk's operators and officers."""
    return _step(request, pk, send_cash, SendSerializer)


@extend_schema(request=BankedSerializer, responses=DeskClosingSerializer, tags=["cash"])
@api_view(["POST"])
def closing_bank_view(request: Request, pk: int) -> Response:
    """Confirm that a closing's cash has arrived at the bank. For officers who did not count it."""
    return _step(request, pk, confirm_banked, BankedSerializer)
