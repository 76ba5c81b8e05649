"""Statements, lines and matches over the API, for officers, approvers and auditors. Amounts in whole cents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from crowdfund.kit import clock
from payments.api.pledges import FaultSerializer
from payments.bank.api.serializers import (
    AccountSerializer,
    ImportedSerializer,
    LineMatchSerializer,
    LineSerializer,
    NewMatchSerializer,
    StatementSerializer,
    UploadSerializer,
    WhyLineSerializer,
)
from payments.bank.formula.xml import LARGEST_BYTES
from payments.bank.models import BankLine, BankStatement
from payments.bank.permissions import can_see_bank
from payments.bank.selectors.balance import statements
from payments.bank.selectors.office import lines, matches
from payments.bank.services.goals import goal_of
from payments.bank.services.importing import import_statement
from payments.bank.services.matches import approve_match, propose_match, reject_match
from payments.bank.services.returns import return_line, set_return_account

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User
    from payments.bank.models import LineMatch

FAULTS = {400: FaultSerializer, 403: FaultSerializer, 409: FaultSerializer}


@extend_schema(tags=["bank"])
class StatementsView(generics.ListAPIView[BankStatement]):
    """The statements of our account, newest first."""

    serializer_class = StatementSerializer
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[BankStatement]:
        """Return them to who may see them."""
        if not getattr(self, "swagger_fake_view", False):
            require(can_see_bank(self.request.user))
        return statements()

    @extend_schema(request=UploadSerializer, responses={201: ImportedSerializer, **FAULTS})
    def post(self, request: Request) -> Response:
        """Import a camt.053 file: whole or not at all, each movement once. For officers."""
        require(can_see_bank(request.user))
        given = UploadSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        file = given.validated_data["file"]
        content = file.read(LARGEST_BYTES + 1)
        by = cast("User", request.user)
        done = import_statement(content=content, file_name=file.name, by=by, now=clock.now())
        body = {field.name: getattr(done, field.name) for field in dataclasses.fields(done)}
        return Response(ImportedSerializer(body).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["bank"])
class LinesView(generics.ListAPIView[BankLine]):
    """The lines of the statements, newest first."""

    serializer_class = LineSerializer
    filterset_fields = ["status", "credit", "statement", "booked_on"]

    def get_queryset(self) -> QuerySet[BankLine]:
        """Return them to who may see them."""
        if not getattr(self, "swagger_fake_view", False):
            require(can_see_bank(self.request.user))
        return lines()


def _line(request: Request, pk: int) -> BankLine:
    require(can_see_bank(request.user))
    return get_object_or_404(lines(), pk=pk)


def _match(request: Request, pk: int) -> LineMatch:
    require(can_see_bank(request.user))
    return get_object_or_404(matches(), pk=pk)


class MatchView(APIView):
    """What a line is."""

    @extend_schema(request=NewMatchSerializer, responses={201: LineMatchSerializer, **FAULTS}, tags=["bank"])
    def post(self, request: Request, pk: int) -> Response:
        """Propose what a line is; another person decides. For officers."""
        line = _line(request, pk)
        given = NewMatchSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        told = given.validated_data
        goal = goal_of(told.pop("kind"), pk=told.pop("row"), **told)
        made = propose_match(line=line, goal=goal, by=cast("User", request.user), now=clock.now())
        return Response(LineMatchSerializer(_match(request, made.pk)).data, status=status.HTTP_201_CREATED)


class ReturnView(APIView):
    """A line that goes back."""

    @extend_schema(request=WhyLineSerializer, responses={200: LineSerializer, **FAULTS}, tags=["bank"])
    def post(self, request: Request, pk: int) -> Response:
        """Send a line back now that nobody can place. For officers."""
        line = _line(request, pk)
        given = WhyLineSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        by = cast("User", request.user)
        return_line(line=line, why=given.validated_data["why"], by=by, now=clock.now())
        return Response(LineSerializer(_line(request, pk)).data)


class AccountView(APIView):
    """Where a line goes back to."""

    @extend_schema(request=AccountSerializer, responses={200: LineSerializer, **FAULTS}, tags=["bank"])
    def put(self, request: Request, pk: int) -> Response:
        """Say where a line goes back to. For officers."""
        line = _line(request, pk)
        given = AccountSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        by = cast("User", request.user)
        set_return_account(line=line, by=by, now=clock.now(), **given.validated_data)
        return Response(LineSerializer(_line(request, pk)).data)


class ApproveView(APIView):
    """The approval of a match."""

    @extend_schema(request=None, responses={200: LineMatchSerializer, **FAULTS}, tags=["bank"])
    def post(self, request: Request, pk: int) -> Response:
        """Approve what somebody else says a line is. For approvers."""
        approve_match(match=_match(request, pk), by=cast("User", request.user), now=clock.now())
        return Response(LineMatchSerializer(_match(request, pk)).data)


class RejectView(APIView):
    """The refusal of a match."""

    @extend_schema(request=WhyLineSerializer, responses={200: LineMatchSerializer, **FAULTS}, tags=["bank"])
    def post(self, request: Request, pk: int) -> Response:
        """Reject what somebody else says a line is. For approvers."""
        match = _match(request, pk)
        given = WhyLineSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        by = cast("User", request.user)
        reject_match(match=match, why=given.validated_data["why"], by=by, now=clock.now())
        return Response(LineMatchSerializer(_match(request, pk)).data)
