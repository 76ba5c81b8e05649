from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.response import Response

from campaigns.codesign.api.serializers import place_field
from campaigns.codesign.enums import ResourceKind
from campaigns.codesign.models import Resource
from campaigns.codesign.selectors.resources import public_resources
from campaigns.codesign.services.resources import offer_resource
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


class ResourceShape(serializers.ModelSerializer[Resource]):
    """Something a neighbourhood has."""

    neighbourhood = place_field()
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")

    class Meta:
        model = Resource
        fields = ["id", "neighbourhood", "kind", "title", "text", "status", "offered_at"]
        read_only_fields = ["status", "offered_at"]


class ResourceList(ListAPIView[Resource]):
    """Published resources of the neighbourhoods; offer one with POST."""

    serializer_class = ResourceShape
    filter_backends = []

    def get_queryset(self) -> QuerySet[Resource]:
        """Filter by neighbourhood and kind."""
        asked = self.request.query_params
        clean = {name: asked.get(name, "").replace("\0", "") for name in ("neighbourhood", "kind")}
        return public_resources(**clean)

    @extend_schema(
        parameters=[
            OpenApiParameter("neighbourhood", str, description="Slug of a neighbourhood."),
            OpenApiParameter("kind", str, enum=ResourceKind.values),
        ]
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """List published resources."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=ResourceShape, responses={201: ResourceShape})
    def post(self, request: Request) -> Response:
        """Offer something; it waits to be read unless an animator or officer offers it."""
        new = ResourceShape(data=request.data)
        new.is_valid(raise_exception=True)
        made = offer_resource(**new.validated_data, by=request.user, now=clock.now())
        return Response(ResourceShape(made).data, status=status.HTTP_201_CREATED)
