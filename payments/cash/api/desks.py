"""Cash desks over the API: where they are, and who works there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from accounts.places.models import Neighbourhood
from crowdfund.kit import clock
from payments.cash.models import CashDesk, DeskOperator
from payments.cash.permissions import can_manage_desks, can_see_desk, can_see_desks
from payments.cash.selectors.desks import public_desks, till_of
from payments.cash.services.desks import assign_operator, edit_desk, end_operator, open_desk

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


class DeskSerializer(serializers.ModelSerializer[CashDesk]):
    """A cash desk, as everybody sees it."""

    neighbourhood = serializers.SlugRelatedField(slug_field="slug", queryset=Neighbourhood.objects.all())
    status = serializers.CharField(read_only=True, help_text="`open` or `shut`.")

    class Meta:
        model = CashDesk
        fields = ["id", "name", "address", "hours", "neighbourhood", "status"]


class TillSerializer(serializers.Serializer[Any]):
    """A desk's till now: what it holds, and what came in and went back today."""

    till_cents = serializers.IntegerField(source="cents")
    received_cents = serializers.IntegerField()
    returned_cents = serializers.IntegerField()
    not_closed_since = serializers.DateField(source="late", allow_null=True)


class DeskWithTillSerializer(DeskSerializer):
    """A cash desk with its till, for who works there and for staff."""

    till = TillSerializer(read_only=True)

    class Meta(DeskSerializer.Meta):
        fields = [*DeskSerializer.Meta.fields, "till"]


class OperatorSerializer(serializers.ModelSerializer[DeskOperator]):
    """A person who works at a desk."""

    name = serializers.CharField(source="user.name")
    email = serializers.EmailField(source="user.email")

    class Meta:
        model = DeskOperator
        fields = ["id", "name", "email", "assigned_at"]
        read_only_fields = fields


class NewOperatorSerializer(serializers.Serializer[Any]):
    """Somebody who is to work at a desk; they must have an account."""

    email = serializers.EmailField()


def desk_at(pk: int) -> CashDesk:
    """Find a desk, or answer 404."""
    return get_object_or_404(CashDesk.objects.select_related("neighbourhood"), pk=pk)


def _with_till(desk: CashDesk) -> dict[str, Any]:
    till = TillSerializer(till_of(desk, clock.now())).data
    return {**DeskSerializer(desk).data, "till": till}


class DesksView(APIView):
    """The cash desks."""

    @extend_schema(operation_id="cash_desks_list", responses=DeskSerializer(many=True), tags=["cash"])
    def get(self, request: Request) -> Response:
        """List the open desks, where cash can be given. Public."""
        return Response(DeskSerializer(public_desks(), many=True).data)

    @extend_schema(
        operation_id="cash_desk_open",
        request=DeskSerializer,
        responses={201: DeskSerializer},
        tags=["cash"],
    )
    def post(self, request: Request) -> Response:
        """Open a desk. For officers."""
        require(can_manage_desks(request.user))
        given = DeskSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        desk = open_desk(by=cast("User", request.user), now=clock.now(), **given.validated_data)
        return Response(DeskSerializer(desk).data, status=status.HTTP_201_CREATED)


class DeskView(APIView):
    """One cash desk."""

    @extend_schema(operation_id="cash_desk_read", responses=DeskWithTillSerializer, tags=["cash"])
    def get(self, request: Request, pk: int) -> Response:
        """Show a desk and its till. For who works there, officers, approvers and auditors."""
        desk = desk_at(pk)
        require(can_see_desk(request.user, desk))
        return Response(_with_till(desk))

    @extend_schema(
        operation_id="cash_desk_edit",
        request=DeskSerializer,
        responses=DeskWithTillSerializer,
        tags=["cash"],
    )
    def put(self, request: Request, pk: int) -> Response:
        """Change a desk's card. For officers."""
        require(can_manage_desks(request.user))
        desk = desk_at(pk)
        given = DeskSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        edit_desk(desk=desk, by=cast("User", request.user), now=clock.now(), **given.validated_data)
        return Response(_with_till(desk_at(pk)))


class OperatorsView(APIView):
    """Who works at a desk."""

    @extend_schema(operation_id="desk_operators_list", responses=OperatorSerializer(many=True), tags=["cash"])
    def get(self, request: Request, pk: int) -> Response:
        """List who works at a desk. For officers, approvers and auditors."""
        require(can_see_desks(request.user))
        people = desk_at(pk).operators.filter(ended_at__isnull=True).select_related("user")
        return Response(OperatorSerializer(people, many=True).data)

    @extend_schema(
        operation_id="desk_operator_assign",
        request=NewOperatorSerializer,
        responses={201: OperatorSerializer},
        tags=["cash"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Let somebody work at a desk. For officers, never for themselves."""
        require(can_manage_desks(request.user))
        given = NewOperatorSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        by = cast("User", request.user)
        made = assign_operator(desk=desk_at(pk), by=by, now=clock.now(), **given.validated_data)
        return Response(OperatorSerializer(made).data, status=status.HTTP_201_CREATED)


class OperatorView(APIView):
    """A person at a desk."""

    @extend_schema(operation_id="desk_operator_end", responses={204: None}, tags=["cash"])
    def delete(self, request: Request, pk: int) -> Response:
        """Let somebody no longer work at a desk. For officers."""
        require(can_manage_desks(request.user))
        operator = get_object_or_404(DeskOperator.objects.select_related("desk"), pk=pk)
        end_operator(operator=operator, by=cast("User", request.user), now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
