"""Declarations, sheets and their points over the API. Whoever may not see points gets none here either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from campaigns.calls.models import Application
from campaigns.commission.api.answers import checked, sheet_data
from campaigns.commission.api.serializers import DeclareInput, SheetInput, WhyInput
from campaigns.commission.models import Sheet
from campaigns.commission.permissions import can_reopen_sheet, can_see_sheet, commission_for, seat_of
from campaigns.commission.selectors.pages import sheet_rows
from campaigns.commission.services.sheets import close_sheet, declare, reopen_sheet, save_sheet
from crowdfund.kit import clock

if TYPE_CHECKING:
    from rest_framework.request import Request

DATA = {200: OpenApiTypes.OBJECT}
TAGS = ["commission"]


def _application(request: Request, pk: int) -> Application:
    """Return an application to who sits in its commission, or 404."""
    application = get_object_or_404(
        Application.objects.select_related("project__organisation", "created_by"), pk=pk
    )
    commission = commission_for(application)
    if commission is None or seat_of(request.user, commission) is None:
        raise Http404
    return application


def _mine(request: Request, pk: int) -> Sheet:
    mine = Sheet.objects.select_related("evaluator__commission__call__grid", "application__project")
    person = request.user.person_id if request.user.is_authenticated else None
    return get_object_or_404(mine, application=_application(request, pk), evaluator__person=person)


@extend_schema(request=DeclareInput, responses={201: OpenApiTypes.OBJECT}, tags=TAGS)
@api_view(["POST"])
def declaration_view(request: Request, pk: int) -> Response:
    """Declare that there is no conflict on an application, or which (evaluators)."""
    given = checked(DeclareInput, request).validated_data
    application = _application(request, pk)
    sheet = declare(application=application, **given, by=request.user, now=clock.now())
    return Response(sheet_data(sheet), status=status.HTTP_201_CREATED)


@extend_schema(methods=["GET"], responses=DATA, tags=TAGS)
@extend_schema(methods=["PUT"], request=SheetInput, responses=DATA, tags=TAGS)
@api_view(["GET", "PUT"])
def sheet_view(request: Request, pk: int) -> Response:
    """The caller's own sheet on an application; PUT saves a draft."""
    sheet = _mine(request, pk)
    if request.method == "PUT":
        marks = checked(SheetInput, request).by_number()
        save_sheet(sheet=sheet, marks=marks, by=request.user, now=clock.now())
    return Response(sheet_data(sheet))


@extend_schema(request=None, responses=DATA, tags=TAGS)
@api_view(["POST"])
def close_view(request: Request, pk: int) -> Response:
    """Close the caller's own sheet on an application."""
    return Response(sheet_data(close_sheet(sheet=_mine(request, pk), by=request.user, now=clock.now())))


@extend_schema(responses=DATA, tags=TAGS)
@api_view(["GET"])
def sheets_view(request: Request, pk: int) -> Response:
    """The sheets on an application whose points the caller may see: others' only once everybody has closed."""
    application = get_object_or_404(
        Application.objects.select_related("project__organisation", "created_by"), pk=pk
    )
    commission = commission_for(application)
    rows = sheet_rows(commission, application, request.user) if commission else []
    seen = [row.sheet for row in rows if can_see_sheet(request.user, row.sheet)]
    return Response({"sheets": [sheet_data(sheet) for sheet in seen]})


@extend_schema(request=WhyInput, responses=DATA, tags=TAGS)
@api_view(["POST"])
def reopen_view(request: Request, pk: int) -> Response:
    """Let an evaluator write a closed sheet again (the chair)."""
    sheet = get_object_or_404(
        Sheet.objects.select_related("evaluator__commission", "application__project"), pk=pk
    )
    if not can_reopen_sheet(request.user, sheet):
        raise Http404
    given = checked(WhyInput, request).validated_data
    reopen_sheet(sheet=sheet, **given, by=request.user, now=clock.now())
    return Response({"id": sheet.pk, "status": sheet.status})
