from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from campaigns.calls.api.call_serializers import CallInput, CallSerializer, ExtensionInput, read_terms
from campaigns.calls.api.taking import valid
from campaigns.calls.models import Call
from campaigns.calls.selectors.reads import calls_seen_by
from campaigns.calls.services.calls import close_call, draft_call, edit_call, publish_call
from campaigns.calls.services.windows import extend_window
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


class CallViewSet(viewsets.ReadOnlyModelViewSet[Call]):
    """Published calls, each with its rule as data; officers see drafts too, and write them."""

    queryset = Call.objects.none()
    serializer_class = CallSerializer
    lookup_field = "slug"
    filterset_fields = ("status", "programme__slug")

    def get_queryset(self) -> QuerySet[Call]:
        """Return what the caller may see."""
        beside = ("excluded_neighbourhoods", "included_neighbourhoods", "sessions")
        return calls_seen_by(self.request.user).prefetch_related(*beside)

    @extend_schema(request=CallInput, responses={201: CallSerializer})
    def create(self, request: Request) -> Response:
        """Draft a call (officers)."""
        made = draft_call(terms=read_terms(valid(CallInput, request)), by=request.user, now=clock.now())
        return Response(CallSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CallInput, responses=CallSerializer)
    def update(self, request: Request, slug: str | None = None) -> Response:
        """Write a draft anew; a published call is not changed (officers)."""
        terms = read_terms(valid(CallInput, request))
        edit_call(call=self.get_object(), terms=terms, by=request.user, now=clock.now())
        return self._shown()

    @extend_schema(request=None, responses=CallSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, slug: str | None = None) -> Response:
        """Hand a draft over for publication, which its pot's approval completes (officers)."""
        publish_call(call=self.get_object(), by=request.user, now=clock.now())
        return self._shown()

    @extend_schema(request=None, responses=CallSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, slug: str | None = None) -> Response:
        """Close a call whose window is over (officers)."""
        close_call(call=self.get_object(), by=request.user, now=clock.now())
        return self._shown()

    @extend_schema(request=ExtensionInput, responses=CallSerializer)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, slug: str | None = None) -> Response:
        """Give applicants of a published call more time, with a reason (officers)."""
        given = valid(ExtensionInput, request)
        extend_window(call=self.get_object(), **given, by=request.user, now=clock.now())
        return self._shown()

    def _shown(self) -> Response:
        return Response(CallSerializer(self.get_object()).data)
