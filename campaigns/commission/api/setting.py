"""Criteria, commissions and their evaluators over the API: the same services as the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from campaigns.calls.models import Application, Call
from campaigns.calls.permissions import can_see_call
from campaigns.commission.api.answers import checked, commission_data, grid_data, seat_data
from campaigns.commission.api.serializers import (
    AppointInput,
    CommissionInput,
    GridInput,
    ReasonInput,
    WhyInput,
)
from campaigns.commission.models import Commission, Evaluator, Exclusion
from campaigns.commission.permissions import can_see_commission, seat_of
from campaigns.commission.selectors.reads import grid_of
from campaigns.commission.services.commissions import (
    appoint_evaluator,
    dismiss_evaluator,
    form_commission,
    sign_declaration,
)
from campaigns.commission.services.exclusions import exclude_application, lift_exclusion
from campaigns.commission.services.grids import write_grid
from crowdfund.kit import clock

if TYPE_CHECKING:
    from rest_framework.request import Request

DATA = {200: OpenApiTypes.OBJECT}
MADE = {201: OpenApiTypes.OBJECT}
TAGS = ["commission"]


@extend_schema(methods=["GET"], responses=DATA, tags=TAGS)
@extend_schema(methods=["PUT"], request=GridInput, responses=DATA, tags=TAGS)
@api_view(["GET", "PUT"])
def grid_view(request: Request, slug: str) -> Response:
    """Criteria of a call and how it ranks; officers write them while it is a draft."""
    call = get_object_or_404(Call, slug=slug)
    if not can_see_call(request.user, call):
        raise Http404
    if request.method == "PUT":
        terms = checked(GridInput, request).terms()
        write_grid(call=call, terms=terms, by=request.user, now=clock.now())
    grid = grid_of(call)
    if grid is None:
        raise Http404
    return Response(grid_data(grid))


@extend_schema(request=CommissionInput, responses=MADE, tags=TAGS)
@api_view(["POST"])
def commissions_view(request: Request, slug: str) -> Response:
    """Form the commission of a call or of a session (officers)."""
    call = get_object_or_404(Call, slug=slug)
    if not can_see_call(request.user, call):
        raise Http404
    given = checked(CommissionInput, request).validated_data
    made = form_commission(call=call, **given, by=request.user, now=clock.now())
    return Response(commission_data(made), status=status.HTTP_201_CREATED)


@extend_schema(responses=DATA, tags=TAGS)
@api_view(["GET"])
def commission_view(request: Request, pk: int) -> Response:
    """A commission and how far everybody is: for the municipality's desk and the chair. No points."""
    commission = get_object_or_404(Commission.objects.select_related("call", "session"), pk=pk)
    if not can_see_commission(request.user, commission):
        raise Http404
    return Response(commission_data(commission))


@extend_schema(request=AppointInput, responses=MADE, tags=TAGS)
@api_view(["POST"])
def evaluators_view(request: Request, pk: int) -> Response:
    """Appoint a person to a commission (officers)."""
    commission = get_object_or_404(Commission, pk=pk)
    given = checked(AppointInput, request).validated_data
    seat = appoint_evaluator(commission=commission, **given, by=request.user, now=clock.now())
    return Response(seat_data(seat), status=status.HTTP_201_CREATED)


@extend_schema(request=WhyInput, responses=DATA, tags=TAGS)
@api_view(["POST"])
def leave_view(request: Request, pk: int) -> Response:
    """Note that an evaluator has left (officers)."""
    seat = get_object_or_404(Evaluator.objects.select_related("commission", "user"), pk=pk)
    given = checked(WhyInput, request).validated_data
    return Response(seat_data(dismiss_evaluator(evaluator=seat, **given, by=request.user, now=clock.now())))


@extend_schema(request=None, responses=DATA, tags=TAGS)
@api_view(["POST"])
def sign_view(request: Request, pk: int) -> Response:
    """Sign the declaration on conflicts of interest (evaluators)."""
    commission = get_object_or_404(Commission, pk=pk)
    if seat_of(request.user, commission) is None:
        raise Http404
    return Response(seat_data(sign_declaration(commission=commission, by=request.user, now=clock.now())))


@extend_schema(request=ReasonInput, responses={201: None}, tags=TAGS)
@api_view(["POST"])
def exclusion_view(request: Request, pk: int) -> Response:
    """Exclude an application from being scored (officers)."""
    application = get_object_or_404(Application, pk=pk)
    given = checked(ReasonInput, request).validated_data
    exclude_application(application=application, **given, by=request.user, now=clock.now())
    return Response(status=status.HTTP_201_CREATED)


@extend_schema(request=WhyInput, responses={200: None}, tags=TAGS)
@api_view(["POST"])
def lift_view(request: Request, pk: int) -> Response:
    """Let an excluded application be scored after all (officers)."""
    exclusion = get_object_or_404(Exclusion, application=pk, lifted_at__isnull=True)
    given = checked(WhyInput, request).validated_data
    lift_exclusion(exclusion=exclusion, **given, by=request.user, now=clock.now())
    return Response()
