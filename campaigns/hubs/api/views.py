"""Hubs over the API: the same services as the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from campaigns.api.asking import person
from campaigns.hubs.api import serializers as shapes
from campaigns.hubs.models import Booking, Space
from campaigns.hubs.selectors.calendar import bookings_of, confirmed, day_asked
from campaigns.hubs.selectors.reads import all_hubs, hub_to_show
from campaigns.hubs.services.agreements import Terms, record_agreement
from campaigns.hubs.services.bookings import Wanted, request_booking
from campaigns.hubs.services.buildings import record_outlay
from campaigns.hubs.services.decisions import cancel_booking, confirm_booking, refuse_booking
from crowdfund.kit import clock

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.serializers import Serializer

S = TypeVar("S", bound="Serializer[Any]")
TAGS = ["hubs"]
MOST_HUBS = 200
MONTH = 31


def _given(kind: type[S], request: Request) -> dict[str, Any]:
    shape = kind(data=request.data)
    shape.is_valid(raise_exception=True)
    return dict(shape.validated_data)


@extend_schema(responses=shapes.HubSerializer(many=True), tags=TAGS)
@api_view(["GET"])
def hub_list(request: Request) -> Response:
    """All hubs."""
    return Response(shapes.HubSerializer(all_hubs()[:MOST_HUBS], many=True).data)


@extend_schema(responses=shapes.HubDetailSerializer, tags=TAGS)
@api_view(["GET"])
def hub_view(request: Request, slug: str) -> Response:
    """One hub with its spaces, agreements, works and projects."""
    return Response(shapes.HubDetailSerializer(get_object_or_404(hub_to_show(), slug=slug)).data)


@extend_schema(request=shapes.AgreementInput, responses={201: shapes.AgreementSerializer}, tags=TAGS)
@api_view(["POST"])
def agreement_list(request: Request, slug: str) -> Response:
    """Record an agreement. For officers."""
    hub = get_object_or_404(all_hubs(), slug=slug)
    terms = Terms(**_given(shapes.AgreementInput, request))
    made = record_agreement(hub=hub, terms=terms, by=person(request), now=clock.now())
    return Response(shapes.AgreementSerializer(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=shapes.OutlayInput, responses={201: shapes.OutlaySerializer}, tags=TAGS)
@api_view(["POST"])
def outlay_list(request: Request, slug: str) -> Response:
    """Record works or equipment of the hub's building. For officers."""
    hub = get_object_or_404(all_hubs(), slug=slug)
    given = _given(shapes.OutlayInput, request)
    made = record_outlay(building=hub.building, **given, by=person(request), now=clock.now())
    return Response(shapes.OutlaySerializer(made).data, status=status.HTTP_201_CREATED)


@extend_schema(
    parameters=[OpenApiParameter("from", str, description="First of 31 days; today without it.")],
    responses=shapes.PublicBookingSerializer(many=True),
    tags=TAGS,
)
@api_view(["GET"])
def calendar_view(request: Request, slug: str) -> Response:
    """What is confirmed in a hub within 31 days."""
    hub = get_object_or_404(all_hubs(), slug=slug)
    rows = confirmed(hub, day_asked(request.query_params.get("from", ""), clock.today()), MONTH)
    return Response(shapes.PublicBookingSerializer(rows, many=True).data)


@extend_schema(request=shapes.BookingInput, responses={201: shapes.BookingSerializer(many=True)}, tags=TAGS)
@api_view(["POST"])
def booking_list(request: Request, slug: str, space_slug: str) -> Response:
    """Ask for a space; the answer lists one booking for each week."""
    who = person(request)
    space = get_object_or_404(Space.objects.select_related("hub"), hub__slug=slug, slug=space_slug)
    given = _given(shapes.BookingInput, request)
    wanted = Wanted(**{name: given.pop(name) for name in ("day", "begins", "ends", "until")})
    made = request_booking(space=space, wanted=wanted, **given, by=who, now=clock.now())
    return Response(shapes.BookingSerializer(made, many=True).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=shapes.BookingSerializer(many=True), tags=TAGS)
@api_view(["GET"])
def my_bookings(request: Request) -> Response:
    """The bookings of who asks that are not over."""
    rows = bookings_of(person(request), clock.now())
    return Response(shapes.BookingSerializer(rows, many=True).data)


@extend_schema(
    request=shapes.DeedInput,
    responses=shapes.BookingSerializer(many=True),
    tags=TAGS,
    operation_id="booking_deed",
)
@api_view(["POST"])
def booking_deed(request: Request, pk: int, deed: str) -> Response:
    """`confirm`, `refuse` or `cancel` a booking; the answer lists what changed."""
    who = person(request)
    rows = Booking.objects.select_related("space__hub", "booked_by", "organisation")
    given = _given(shapes.DeedInput, request)
    common: dict[str, Any] = {"booking": get_object_or_404(rows, pk=pk), "by": who, "now": clock.now()}
    deeds = {
        "confirm": lambda: confirm_booking(**common),
        "refuse": lambda: refuse_booking(**common, why=given["why"]),
        "cancel": lambda: cancel_booking(**common, **given),
    }
    if deed not in deeds:
        raise Http404
    return Response(shapes.BookingSerializer(deeds[deed](), many=True).data)
