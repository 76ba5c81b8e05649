"""Cash over the API: taken, cancelled, handed back. Amounts in whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.idempotency import HEADER, once
from accounts.permissions import require
from crowdfund.kit import clock
from payments.cash.api.desks import desk_at
from payments.cash.models import DeskReceipt
from payments.cash.permissions import can_operate, can_see_desk
from payments.cash.selectors.desks import find_returns, receipt_rows, returns_waiting
from payments.cash.services.give_back import return_cash
from payments.cash.services.take import cancel_receipt, take_cash
from payments.cash.services.withdraw import withdraw_cash
from payments.models import Refund  # noqa: TC001 - the schema reads the hints

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User

KEY = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="Makes the write happen once, however often it is sent."
)


class DeskReceiptSerializer(serializers.ModelSerializer[DeskReceipt]):
    """A numbered receipt of a desk."""

    number = serializers.CharField(source="full_number", help_text="Desk, year, number: `3/2026/17`.")
    kind = serializers.CharField(help_text="`received`, `cancelled` or `returned`.")
    campaign = serializers.CharField(source="pledge.campaign.slug")
    cancels = serializers.CharField(
        source="cancels.full_number", default=None, allow_null=True, help_text="The receipt that it cancels."
    )

    class Meta:
        model = DeskReceipt
        fields = [
            "id",
            "number",
            "kind",
            "campaign",
            "amount_cents",
            "donor",
            "signed_by",
            "why",
            "cancels",
            "project",
            "beneficiary",
            "desk_name",
            "operator",
            "issued_at",
        ]
        read_only_fields = fields


class CashSerializer(serializers.Serializer[Any]):
    """Cash that is taken."""

    campaign = serializers.SlugField(help_text="The campaign's slug.")
    amount_cents = serializers.IntegerField(max_value=2**53)
    donor = serializers.CharField(required=False, default="", allow_blank=True, max_length=120)
    email = serializers.CharField(required=False, default="", allow_blank=True, max_length=254)
    reward = serializers.IntegerField(required=False, allow_null=True, default=None, max_value=2**53)
    show_name = serializers.BooleanField(required=False, default=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False, default="it")


class CashReasonSerializer(serializers.Serializer[Any]):
    """Why a receipt is cancelled or a count turned down."""

    why = serializers.CharField(max_length=200)


class OwedSerializer(serializers.Serializer[Any]):
    """Cash that is owed to a donor."""

    refund = serializers.IntegerField(source="pk")
    amount_cents = serializers.IntegerField()
    donor = serializers.CharField(source="pledge.name")
    campaign = serializers.CharField(source="pledge.campaign.slug")
    receipt = serializers.SerializerMethodField()

    def get_receipt(self, refund: Refund) -> str:
        """Give the number of the receipt that the cash came in with."""
        receipts: list[DeskReceipt] = getattr(refund.pledge, "cash_receipts", [])
        return receipts[0].full_number if receipts else ""


class HandBackSerializer(serializers.Serializer[Any]):
    """Cash to hand back, and who signs for it."""

    refund = serializers.IntegerField(max_value=2**53)
    signature_name = serializers.CharField(max_length=120)


class ReceiptsView(generics.ListAPIView[DeskReceipt]):
    """The receipts of a desk."""

    serializer_class = DeskReceiptSerializer
    filterset_fields = ["kind", "issued_on", "year"]

    def get_queryset(self) -> QuerySet[DeskReceipt]:
        """Return a desk's receipts, newest first, to who may see it."""
        if getattr(self, "swagger_fake_view", False):
            return DeskReceipt.objects.none()
        desk = desk_at(self.kwargs["pk"])
        require(can_see_desk(self.request.user, desk))
        return receipt_rows().filter(desk=desk).order_by("-id")

    @extend_schema(
        operation_id="cash_take",
        request=CashSerializer,
        parameters=[KEY],
        responses={201: DeskReceiptSerializer},
        tags=["cash"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Take cash for a live campaign, and give the receipt. For the desk's operators."""
        desk = desk_at(pk)
        require(can_operate(request.user, desk))
        given = CashSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        now = clock.now()

        def take() -> tuple[int, dict[str, Any]]:
            receipt = take_cash(desk=desk, by=cast("User", request.user), now=now, **given.validated_data)
            return status.HTTP_201_CREATED, {"id": receipt.pk}

        answer = once(request, take, now=now)
        receipt = receipt_rows().get(pk=answer.body["id"])
        return Response(DeskReceiptSerializer(receipt).data, status=answer.status)


class CancelView(APIView):
    """The cancellation of a receipt."""

    @extend_schema(
        operation_id="desk_receipt_cancel",
        request=CashReasonSerializer,
        responses={201: DeskReceiptSerializer},
        tags=["cash"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Cancel a receipt of today by another one. For the desk's operators."""
        receipt = get_object_or_404(receipt_rows(), pk=pk)
        require(can_operate(request.user, receipt.desk))
        given = CashReasonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        by = cast("User", request.user)
        made = cancel_receipt(receipt=receipt, by=by, now=clock.now(), **given.validated_data)
        return Response(DeskReceiptSerializer(made).data, status=status.HTTP_201_CREATED)


class WithdrawView(APIView):
    """Cash that its donor takes back."""

    @extend_schema(
        operation_id="desk_receipt_withdraw", request=None, responses={201: OwedSerializer}, tags=["cash"]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Let a donor take their cash back, until the deadline: it is owed from now on. For the desk's operators."""
        receipt = get_object_or_404(receipt_rows(), pk=pk)
        require(can_operate(request.user, receipt.desk))
        made = withdraw_cash(pledge=receipt.pledge, by=request.user, now=clock.now())
        owed = get_object_or_404(returns_waiting(), pk=made.pk)
        return Response(OwedSerializer(owed).data, status=status.HTTP_201_CREATED)


class ReturnsView(APIView):
    """Cash that goes back at a desk."""

    @extend_schema(
        operation_id="desk_returns_find",
        parameters=[
            OpenApiParameter("q", str, description="The receipt's number, or three letters of a name.")
        ],
        responses=OwedSerializer(many=True),
        tags=["cash"],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Find cash that is owed. For the desk's operators."""
        require(can_operate(request.user, desk_at(pk)))
        return Response(OwedSerializer(find_returns(request.query_params.get("q", "")[:120]), many=True).data)

    @extend_schema(
        operation_id="desk_return",
        request=HandBackSerializer,
        responses={201: DeskReceiptSerializer},
        tags=["cash"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Hand cash back against a signature. For the desk's operators."""
        desk = desk_at(pk)
        require(can_operate(request.user, desk))
        given = HandBackSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        refund = get_object_or_404(returns_waiting(), pk=given.validated_data["refund"])
        made = return_cash(
            refund=refund,
            desk=desk,
            signature_name=given.validated_data["signature_name"],
            by=cast("User", request.user),
            now=clock.now(),
        )
        return Response(DeskReceiptSerializer(made).data, status=status.HTTP_201_CREATED)
