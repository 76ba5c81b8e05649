from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.codesign.api.serializers import NeedSerializer, NewNeed, Share, Shared
from campaigns.codesign.models import Need
from campaigns.codesign.selectors.needs import public_needs
from campaigns.codesign.services import report_need, share_need, unshare_need
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


def public_need(slug: str) -> Need:
    """Return a published need or answer 404."""
    return get_object_or_404(public_needs(), slug=slug)


class NeedList(ListAPIView[Need]):
    """Published needs, most shared first; report one with POST."""

    serializer_class = NeedSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[Need]:
        """Filter by the query's words."""
        asked = self.request.query_params
        return public_needs(
            neighbourhood=asked.get("neighbourhood", ""),
            theme=asked.get("theme", ""),
            query=asked.get("q", ""),
        )

    @extend_schema(
        parameters=[
            OpenApiParameter("neighbourhood", str, description="Slug of a neighbourhood."),
            OpenApiParameter("theme", str),
            OpenApiParameter("q", str, description="Words to look for (Italian)."),
        ]
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """List published needs."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=NewNeed, responses={201: NeedSerializer})
    def post(self, request: Request) -> Response:
        """Report a need; it waits to be read unless an animator or officer reports it."""
        new = NewNeed(data=request.data)
        new.is_valid(raise_exception=True)
        need = report_need(**new.validated_data, by=request.user, now=clock.now())
        return Response(NeedSerializer(need).data, status=status.HTTP_201_CREATED)


class NeedDetail(APIView):
    """One published need."""

    @extend_schema(responses=NeedSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Read a need."""
        return Response(NeedSerializer(public_need(slug)).data)


class NeedShare(APIView):
    """Share a need. Over the API only as a person: a guest has no session here."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=Share, responses=Shared)
    def post(self, request: Request, slug: str) -> Response:
        """Share it; a second time only sets `wants_news`."""
        asked = Share(data=request.data)
        asked.is_valid(raise_exception=True)
        need = public_need(slug)
        share_need(need=need, by=request.user, visitor=None, **asked.validated_data, now=clock.now())
        answer = {"shared": True, "supporters": need.supporters, **asked.validated_data}
        return Response(Shared(answer).data)

    @extend_schema(request=None, responses=Shared)
    def delete(self, request: Request, slug: str) -> Response:
        """Take it back."""
        need = public_need(slug)
        unshare_need(need=need, by=request.user, visitor=None)
        return Response(Shared({"shared": False, "wants_news": False, "supporters": need.supporters}).data)
