"""Benchmark series over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.impact.models import Series
from campaigns.impact.selectors.series import series_data

if TYPE_CHECKING:
    from rest_framework.request import Request


class SeriesValueSerializer(serializers.Serializer[Any]):
    """A value of a series; numbers as text."""

    kind = serializers.CharField()
    territory = serializers.CharField()
    year = serializers.IntegerField()
    value = serializers.CharField()


class SeriesSerializer(serializers.Serializer[Any]):
    """A benchmark series with its source and licence."""

    slug = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    source_url = serializers.CharField()
    licence = serializers.CharField()
    values = SeriesValueSerializer(many=True)


class SeriesValues(APIView):
    """A benchmark series."""

    @extend_schema(responses=SeriesSerializer, tags=["impact"])
    def get(self, request: Request, slug: str) -> Response:
        """Read it whole."""
        return Response(series_data(get_object_or_404(Series, slug=slug)))
