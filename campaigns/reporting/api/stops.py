"""A project that stops midway, over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from campaigns.api.campaigns import campaign_for
from campaigns.reporting.api import shapes
from campaigns.reporting.api.doing import facts, given
from campaigns.reporting.permissions import can_see_reports
from campaigns.reporting.selectors import reads
from campaigns.reporting.services.stops import confirm_stop, declare_stop, reject_stop

if TYPE_CHECKING:
    from rest_framework.request import Request

    from campaigns.reporting.models import ProjectStop

TAG = ["spending"]


def _stop(request: Request, pk: int) -> ProjectStop:
    stop = get_object_or_404(reads.stops(), pk=pk)
    require(can_see_reports(request.user, stop.campaign))
    return stop


class StopsView(APIView):
    """Declarations that a project stops."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=shapes.ReasonGiven, responses={201: shapes.StopShape}, tags=TAG)
    def post(self, request: Request, slug: str) -> Response:
        """Declare that a project stops: no money leaves until another person decides. For owners and officers."""
        campaign = campaign_for(request, slug)
        stop = declare_stop(campaign=campaign, **facts(request), **given(shapes.ReasonGiven, request))
        return Response(shapes.StopShape(stop).data, status=status.HTTP_201_CREATED)


class ConfirmView(APIView):
    """A stop confirmed."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=None, responses=shapes.StopShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Confirm that a project stops: what has not left stays. For approvers."""
        stop = _stop(request, pk)
        confirm_stop(stop=stop, **facts(request))
        return Response(shapes.StopShape(stop).data)


class RejectView(APIView):
    """A stop turned down."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=shapes.WhyGiven, responses=shapes.StopShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Decide that the project goes on, with the reason. For approvers."""
        stop = _stop(request, pk)
        reject_stop(stop=stop, **facts(request), **given(shapes.WhyGiven, request))
        return Response(shapes.StopShape(stop).data)
