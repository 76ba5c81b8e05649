"""City roles over the API. For officers, approvers and auditors; only officers give and take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.enums import Role
from accounts.models import RoleGrant
from accounts.permissions import can_see_roles, require
from accounts.services import find_person, grant_role, withdraw_role
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User


class RoleGrantSerializer(serializers.ModelSerializer[RoleGrant]):
    """A city role that somebody has."""

    name = serializers.CharField(source="user.name")
    email = serializers.EmailField(source="user.email")
    granted_by = serializers.CharField(source="granted_by.name", default="", allow_null=True)

    class Meta:
        model = RoleGrant
        fields = ["id", "name", "email", "role", "granted_by", "granted_at"]
        read_only_fields = fields


class NewRoleSerializer(serializers.Serializer[Any]):
    """A role to give. `tax_code`, once a person, for officers, approvers and auditors: only a digest of it is kept."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)
    tax_code = serializers.CharField(
        max_length=24, required=False, allow_blank=True, default="", write_only=True
    )


@extend_schema(tags=["roles"])
class RolesView(generics.ListAPIView[RoleGrant]):
    """Who has which city role."""

    serializer_class = RoleGrantSerializer
    filterset_fields = ["role"]

    def get_queryset(self) -> QuerySet[RoleGrant]:
        """Return every role that is given, to who may see them."""
        if not getattr(self, "swagger_fake_view", False):
            require(can_see_roles(self.request.user))
        return RoleGrant.objects.select_related("user", "granted_by").order_by("user__name", "pk")

    @extend_schema(request=NewRoleSerializer, responses={201: RoleGrantSerializer})
    def post(self, request: Request) -> Response:
        """Give a role to somebody else. For officers."""
        require(can_see_roles(request.user))
        data = NewRoleSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        user = find_person(given["email"])
        grant_role(
            user=user,
            role=Role(given["role"]),
            tax_code=given["tax_code"],
            by=cast("User", request.user),
            now=clock.now(),
        )
        row = RoleGrant.objects.select_related("user", "granted_by").get(user=user, role=given["role"])
        return Response(RoleGrantSerializer(row).data, status=status.HTTP_201_CREATED)


class RoleView(APIView):
    """A role that somebody has."""

    @extend_schema(responses={204: OpenApiResponse(description="Taken away.")}, tags=["roles"])
    def delete(self, request: Request, pk: int) -> Response:
        """Take a role from somebody else. For officers."""
        require(can_see_roles(request.user))
        grant = get_object_or_404(RoleGrant.objects.select_related("user"), pk=pk)
        by = cast("User", request.user)
        withdraw_role(user=grant.user, role=Role(grant.role), by=by, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
