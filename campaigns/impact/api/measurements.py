"""Measurements over the API: the same services as the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import is_person, require
from campaigns.impact.permissions import can_measure, can_see_measurements
from campaigns.impact.selectors.measurements import (
    measurement_data,
    measurements,
    standing_data,
    standings,
)
from campaigns.impact.services.measurements import (
    Taken,
    correct_measurement,
    record_measurement,
    send_back_measurement,
    verify_measurement,
)
from campaigns.models import Indicator
from campaigns.views.access import project_to_see
from crowdfund.kit import clock

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.models import User


class TakenSerializer(serializers.Serializer[Any]):
    """What was measured, in the indicator's unit."""

    value = serializers.DecimalField(max_digits=14, decimal_places=2)
    measured_on = serializers.DateField()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    file = serializers.FileField(required=False)
    file_public = serializers.BooleanField(required=False)


class MeasurementCorrectionSerializer(TakenSerializer):
    """What it really was, and why it is said anew."""

    why = serializers.CharField(max_length=200)


class MeasurementReasonSerializer(serializers.Serializer[Any]):
    """Why a measurement is sent back."""

    reason = serializers.CharField(max_length=200)


class MeasurementSerializer(serializers.Serializer[Any]):
    """A measurement; numbers as text."""

    id = serializers.IntegerField()
    value = serializers.CharField()
    unit = serializers.CharField()
    measured_on = serializers.DateField()
    note = serializers.CharField()
    status = serializers.CharField()
    corrects = serializers.IntegerField(allow_null=True)
    has_file = serializers.BooleanField()
    file_public = serializers.BooleanField()


class IndicatorStandingSerializer(serializers.Serializer[Any]):
    """An indicator: `progress` is an exact fraction such as 3/4, null with a reason where it has no meaning."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()
    field = serializers.CharField()
    direct = serializers.BooleanField()
    unit = serializers.CharField()
    baseline = serializers.CharField(allow_null=True)
    target = serializers.CharField()
    due_on = serializers.DateField()
    progress = serializers.CharField(allow_null=True)
    progress_reason = serializers.CharField(allow_null=True)
    reached = serializers.BooleanField()
    timing = serializers.CharField()
    measurements = MeasurementSerializer(many=True)


def _facts(request: Request) -> dict[str, Any]:
    require(is_person(request.user))
    user: User = request.user  # type: ignore[assignment]
    return {"by": user, "now": clock.now()}


class ProjectMeasurements(APIView):
    """A project's indicators and what they were measured at."""

    @extend_schema(responses=IndicatorStandingSerializer(many=True), tags=["impact"])
    def get(self, request: Request, slug: str) -> Response:
        """Read them: what is verified, or all of it for the team, the city and tutors."""
        project = project_to_see(request, slug)
        everything = can_see_measurements(request.user, project)
        found = standings(project, clock.today())
        return Response([standing_data(one, all_of_it=everything) for one in found])


class IndicatorMeasurements(APIView):
    """The measurements of an indicator."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(request=TakenSerializer, responses={201: MeasurementSerializer}, tags=["impact"])
    def post(self, request: Request, pk: int) -> Response:
        """Write one down."""
        indicator = get_object_or_404(Indicator.objects.select_related("project"), pk=pk)
        require(can_measure(request.user, indicator.project))
        asked = TakenSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = record_measurement(indicator=indicator, taken=Taken(**asked.validated_data), **_facts(request))
        return Response(measurement_data(made), status=status.HTTP_201_CREATED)


class Correction(APIView):
    """A measurement's correction."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        request=MeasurementCorrectionSerializer, responses={201: MeasurementSerializer}, tags=["impact"]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Put another measurement in its place."""
        row = get_object_or_404(measurements(), pk=pk)
        require(can_measure(request.user, row.indicator.project))
        asked = MeasurementCorrectionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        why = given.pop("why")
        made = correct_measurement(measurement=row, taken=Taken(**given), why=why, **_facts(request))
        return Response(measurement_data(made), status=status.HTTP_201_CREATED)


class Verification(APIView):
    """Whether a measurement is true."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=None, responses=MeasurementSerializer, tags=["impact"])
    def post(self, request: Request, pk: int) -> Response:
        """Verify it."""
        row = get_object_or_404(measurements(), pk=pk)
        verify_measurement(measurement=row, **_facts(request))
        return Response(measurement_data(row))


class SendingBack(APIView):
    """A measurement that goes back to its team."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=MeasurementReasonSerializer, responses=MeasurementSerializer, tags=["impact"])
    def post(self, request: Request, pk: int) -> Response:
        """Send it back with the reason."""
        row = get_object_or_404(measurements(), pk=pk)
        asked = MeasurementReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        send_back_measurement(measurement=row, **asked.validated_data, **_facts(request))
        return Response(measurement_data(row))
