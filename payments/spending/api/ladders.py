"""Every ladder and its history over the API, for everybody who may see what it is of. Amounts in whole cents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from campaigns.api.paging import SlicePagination
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid
from payments.matching.api.reads import LadderSerializer
from payments.spending.documents import movement_rows
from payments.spending.forms.ladders import FigureForm
from payments.spending.formula import STEPS
from payments.spending.selectors import ladders
from payments.spending.selectors.access import find_ladder

if TYPE_CHECKING:
    from rest_framework.request import Request

    from payments.spending.selectors.ladders import Story


class MonthSerializer(serializers.Serializer[Any]):
    """A month of a ladder: what it added to each figure, and where they stood at its end."""

    month = serializers.RegexField(r"^\d{4}-\d{2}$")
    added = LadderSerializer()
    after = LadderSerializer()


class HistorySerializer(serializers.Serializer[Any]):
    """A ladder now and month by month."""

    now = LadderSerializer()
    months = MonthSerializer(many=True)


class LadderMovementSerializer(serializers.Serializer[Any]):
    """A transfer that changed a figure; the same row is in the ledger's export under `id`."""

    id = serializers.IntegerField()
    posted_at = serializers.DateTimeField()
    code = serializers.CharField()
    text = serializers.CharField()
    subject = serializers.CharField(source="subject.title", default=None)
    debit = serializers.CharField()
    credit = serializers.CharField()
    amount_cents = serializers.IntegerField()
    change_cents = serializers.IntegerField(
        help_text="What it adds to the figure; negative when it takes away."
    )
    running_cents = serializers.IntegerField(help_text="The figure after it.")
    reference = serializers.CharField()
    reverses = serializers.IntegerField(allow_null=True)
    reversed_by = serializers.IntegerField(allow_null=True)


def _named(values: tuple[int, int, int, int]) -> dict[str, int]:
    return {f"{name}_cents": cents for name, cents in zip(STEPS, values, strict=True)}


def _story(request: Request, kind: str, key: str | int) -> Story:
    return ladders.story(find_ladder(kind, key, request.user).scope, clock.now())


@extend_schema(responses=LadderSerializer, tags=["ladders"])
@api_view(["GET"])
def ladder_view(request: Request, kind: str, key: str | int) -> Response:
    """The four figures of a call, a fund or a project, out of the ledger."""
    return Response(dataclasses.asdict(_story(request, kind, key).figures))


@extend_schema(responses=HistorySerializer, tags=["ladders"])
@api_view(["GET"])
def history_view(request: Request, kind: str, key: str | int) -> Response:
    """A ladder month by month, from its first movement until now."""
    told = _story(request, kind, key)
    months = [
        {"month": f"{one.month:%Y-%m}", "added": _named(one.added), "after": _named(one.after)}
        for one in told.months
    ]
    return Response({"now": dataclasses.asdict(told.figures), "months": months})


@extend_schema(
    parameters=[
        OpenApiParameter("figure", OpenApiTypes.STR, enum=STEPS, description="`programmed` unless told."),
        OpenApiParameter("month", OpenApiTypes.STR, description="Like `2026-11`; all months unless told."),
        OpenApiParameter("limit", OpenApiTypes.INT),
        OpenApiParameter("offset", OpenApiTypes.INT),
    ],
    responses=LadderMovementSerializer(many=True),
    tags=["ladders"],
)
@api_view(["GET"])
def movements_view(request: Request, kind: str, key: str | int) -> Response:
    """The movements that make one figure, oldest first, each with what it changes and the figure after it."""
    told = _story(request, kind, key)
    asked = FigureForm(request.query_params, months=told.months)
    if not asked.is_valid():
        field, problems = next(iter(asked.errors.items()))
        raise Invalid("invalid", str(problems[0]), field=field)
    pages = SlicePagination()
    rows = pages.paginate_queryset(ladders.transfers_behind(told, asked.step, asked.first_day), request)
    shown = movement_rows(rows, told.before(asked.step, asked.first_day))
    return pages.get_paginated_response(LadderMovementSerializer(shown, many=True).data)
