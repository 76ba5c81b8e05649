"""Lists of transfers over the API, for officers, approvers and auditors. Amounts in whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from crowdfund.kit import clock
from payments.api.pledges import FaultSerializer
from payments.bank.api.serializers import CreditListSerializer, ItemSerializer, WhyLineSerializer
from payments.bank.documents import list_file
from payments.bank.models import CreditList, ListItem
from payments.bank.permissions import can_export_list, can_see_bank
from payments.bank.selectors.office import credit_lists
from payments.bank.services.lists import (
    approve_list,
    draft_list,
    drop_item,
    export_list,
    fail_item,
    propose_list,
    reject_list,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User

FAULTS = {400: FaultSerializer, 403: FaultSerializer, 409: FaultSerializer}
STEPS = {"propose": propose_list, "approve": approve_list, "export": export_list}
STEP = OpenApiParameter(
    "step", str, OpenApiParameter.PATH, enum=[*STEPS, "reject"], description="What is done with the list."
)


@extend_schema(tags=["bank"])
class ListsView(generics.ListAPIView[CreditList]):
    """The lists of transfers, newest first."""

    serializer_class = CreditListSerializer
    filterset_fields = ["status"]

    def get_queryset(self) -> QuerySet[CreditList]:
        """Return them to who may see them."""
        if not getattr(self, "swagger_fake_view", False):
            require(can_see_bank(self.request.user))
        return credit_lists().prefetch_related("items")

    @extend_schema(
        operation_id="bank_lists_draft", request=None, responses={201: CreditListSerializer, **FAULTS}
    )
    def post(self, request: Request) -> Response:
        """Put all that is due on a new list. For officers."""
        require(can_see_bank(request.user))
        made = draft_list(by=cast("User", request.user), now=clock.now())
        return Response(CreditListSerializer(_list(request, made.pk)).data, status=status.HTTP_201_CREATED)


def _list(request: Request, pk: int) -> CreditList:
    require(can_see_bank(request.user))
    return get_object_or_404(credit_lists(), pk=pk)


class ListView(APIView):
    """One list of transfers."""

    @extend_schema(responses=CreditListSerializer, tags=["bank"])
    def get(self, request: Request, pk: int) -> Response:
        """Show it with its transfers."""
        return Response(CreditListSerializer(_list(request, pk)).data)


class StepView(APIView):
    """The next step of a list."""

    @extend_schema(
        operation_id="bank_lists_step",
        parameters=[STEP],
        request=WhyLineSerializer,
        responses={200: CreditListSerializer, **FAULTS},
        tags=["bank"],
    )
    def post(self, request: Request, pk: int, step: str) -> Response:
        """Propose a draft, approve or reject what somebody else proposed, or give it to the bank.

        Only a rejection needs `why`.
        """
        row = _list(request, pk)
        by, now = cast("User", request.user), clock.now()
        if step == "reject":
            given = WhyLineSerializer(data=request.data)
            given.is_valid(raise_exception=True)
            reject_list(transfers=row, why=given.validated_data["why"], by=by, now=now)
        elif step in STEPS:
            STEPS[step](transfers=row, by=by, now=now)
        else:
            raise Http404
        return Response(CreditListSerializer(_list(request, pk)).data)


class FileView(APIView):
    """The file of a list."""

    @extend_schema(responses={(200, "application/xml"): OpenApiTypes.BINARY}, tags=["bank"])
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Give the pain.001 file of a list that went to the bank: always the same. For officers."""
        row = _list(request, pk)
        require(can_export_list(request.user))
        if row.exported_at is None:
            raise Http404
        return HttpResponse(list_file(row), content_type="application/xml")


def _item(request: Request, pk: int) -> ListItem:
    require(can_see_bank(request.user))
    return get_object_or_404(ListItem.objects.select_related("list"), pk=pk)


class DropView(APIView):
    """A transfer that leaves a draft."""

    @extend_schema(request=None, responses={200: ItemSerializer, **FAULTS}, tags=["bank"])
    def post(self, request: Request, pk: int) -> Response:
        """Take a transfer off a draft. For officers."""
        drop_item(item=_item(request, pk), by=cast("User", request.user), now=clock.now())
        return Response(ItemSerializer(_item(request, pk)).data)


class FailView(APIView):
    """A transfer that the bank refused."""

    @extend_schema(request=WhyLineSerializer, responses={200: ItemSerializer, **FAULTS}, tags=["bank"])
    def post(self, request: Request, pk: int) -> Response:
        """Note that the bank refused a transfer: the money is due again. For officers."""
        item = _item(request, pk)
        given = WhyLineSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        by = cast("User", request.user)
        fail_item(item=item, why=given.validated_data["why"], by=by, now=clock.now())
        return Response(ItemSerializer(_item(request, pk)).data)
