from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.codesign.api.serializers import Merge, NeedSerializer, NewNeed, Share, Shared
from campaigns.codesign.enums import NeedStatus
from campaigns.codesign.models import Need
from campaigns.codesign.selectors.needs import public_needs, similar_needs, standing
from campaigns.codesign.services import merge_needs, report_need, share_need, unshare_need
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


def public_need(slug: str) -> Need:
    """Return a published need, for the address of a merged one where it went, or answer 404."""
    need = get_object_or_404(Need.objects.defer("search"), slug=slug)
    return get_object_or_404(public_needs(), pk=standing(need).pk)


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

    @extend_schema(responses={200: NeedSerializer, 301: None})
    def get(self, request: Request, slug: str) -> Response:
        """Read a need; one that was merged answers 301 with the address of the need it was merged into."""
        merged = Need.objects.filter(slug=slug, status=NeedStatus.MERGED).first()
        if merged is not None:
            there = reverse("api_need", args=[standing(merged).slug])
            return Response(status=status.HTTP_301_MOVED_PERMANENTLY, headers={"Location": there})
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


class SimilarNeeds(APIView):
    """Needs that sound like a text."""

    @extend_schema(
        parameters=[
            OpenApiParameter("title", str, required=True, description="Words, Italian."),
            OpenApiParameter("neighbourhood", str, description="Slug: needs of there come first."),
        ],
        responses=NeedSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List five at most, best first."""
        asked = request.query_params
        found = similar_needs(
            asked.get("title", "").replace("\0", " "),
            neighbourhood=asked.get("neighbourhood", "").replace("\0", ""),
        )
        return Response(NeedSerializer(found, many=True).data)


class NeedMerge(APIView):
    """Merge a need into another that says the same. By an animator or officer."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=Merge, responses=NeedSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Merge it; the answer is the need that stays."""
        asked = Merge(data=request.data)
        asked.is_valid(raise_exception=True)
        need = get_object_or_404(Need.objects.defer("search"), slug=slug)
        merge_needs(need=need, **asked.validated_data, by=request.user, now=clock.now())
        return Response(NeedSerializer(asked.validated_data["into"]).data)
