from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from campaigns.sustainability.api.serializers import (
    AccountsSerializer,
    CorrectionSerializer,
    ImportPlanSerializer,
    MonthToWrite,
    NewBooks,
    SheetToRead,
    SustainabilitySerializer,
    WrittenMonth,
)
from campaigns.sustainability.documents.sheet import LARGEST_SHEET, read_sheet
from campaigns.sustainability.formula import month_name
from campaigns.sustainability.models import Books, MonthlyAccount
from campaigns.sustainability.permissions import can_keep_books
from campaigns.sustainability.selectors.accounts import accounts_document, public_projects, trajectory
from campaigns.sustainability.services import (
    close_month,
    correct_month,
    enter_month,
    import_months,
    open_books,
    plan_import,
    revise_month,
)
from crowdfund.kit import clock
from crowdfund.kit.errors import raise_all

if TYPE_CHECKING:
    import datetime as dt

    from rest_framework.request import Request

    from campaigns.models import Project


def _project(slug: str) -> Project:
    return get_object_or_404(public_projects(), slug=slug)


def _account(slug: str, month: dt.date) -> MonthlyAccount:
    months = MonthlyAccount.objects.select_related("books__project")
    return get_object_or_404(months, books__project__slug=slug, month=month)


class ProjectAccounts(APIView):
    """The monthly accounts of a project."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(responses=AccountsSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Read the closed months and the corrections."""
        return Response(accounts_document(_project(slug)))

    @extend_schema(request=NewBooks, responses={201: NewBooks})
    def post(self, request: Request, slug: str) -> Response:
        """Open the books."""
        new = NewBooks(data=request.data)
        new.is_valid(raise_exception=True)
        books = open_books(project=_project(slug), **new.validated_data, by=request.user, now=clock.now())
        return Response(NewBooks(books).data, status=status.HTTP_201_CREATED)


class OneMonth(APIView):
    """One month, written by its team."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=MonthToWrite, responses={200: WrittenMonth, 201: WrittenMonth})
    def put(self, request: Request, slug: str, month: dt.date) -> Response:
        """Enter the month, or write it anew while it is open."""
        asked = MonthToWrite(data=request.data)
        asked.is_valid(raise_exception=True)
        books = get_object_or_404(Books.objects.select_related("project"), project__slug=slug)
        account = MonthlyAccount.objects.filter(books=books, month=month).first()
        if account:
            account.books = books
            revise_month(account=account, **asked.deed(), by=request.user, now=clock.now())
            return Response(WrittenMonth(account).data)
        account = enter_month(books=books, month=month, **asked.deed(), by=request.user, now=clock.now())
        return Response(WrittenMonth(account).data, status=status.HTTP_201_CREATED)


class ImportMonths(APIView):
    """A team's spreadsheet of months."""

    permission_classes = [IsAuthenticated]
    parser_classes = [MultiPartParser]

    @extend_schema(request=SheetToRead, responses=ImportPlanSerializer)
    def post(self, request: Request, slug: str) -> Response:
        """Say what the spreadsheet would change, or take it in as a whole; every bad line is a problem of its own."""
        asked = SheetToRead(data=request.data)
        asked.is_valid(raise_exception=True)
        books = get_object_or_404(Books.objects.select_related("project"), project__slug=slug)
        require(can_keep_books(request.user, books.project))
        sheet = read_sheet(asked.validated_data["file"].read(LARGEST_SHEET + 1))
        take_in = asked.validated_data["take_in"]
        plan = plan_import(books=books, sheet=sheet, by=request.user, now=clock.now())
        raise_all([line.as_problem() for line in plan.bad])
        if take_in:
            plan = import_months(books=books, sheet=sheet, by=request.user, now=clock.now())
        return Response(ImportPlanSerializer({"taken_in": take_in, "months": plan.months}).data)


class CloseMonth(APIView):
    """Close a month."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=None, responses=WrittenMonth)
    def post(self, request: Request, slug: str, month: dt.date) -> Response:
        """Close it: from now on it is public and counts in the ratios."""
        account = _account(slug, month)
        close_month(account=account, by=request.user, now=clock.now())
        return Response(WrittenMonth(account).data)


class Corrections(APIView):
    """Corrections of a closed month."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=CorrectionSerializer, responses={201: CorrectionSerializer})
    def post(self, request: Request, slug: str, month: dt.date) -> Response:
        """Change one figure of a closed month, with the reason."""
        asked = CorrectionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        correction = correct_month(
            account=_account(slug, month), **asked.validated_data, by=request.user, now=clock.now()
        )
        answer = {"month": f"{month:%Y-%m}", **CorrectionSerializer(correction).data}
        return Response(answer, status=status.HTTP_201_CREATED)


class ProjectSustainability(APIView):
    """How far the project stands on its own feet."""

    @extend_schema(responses=SustainabilitySerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Read ratios, stage and reasons by closed month."""
        project = _project(slug)
        path = trajectory(project)
        answer = {
            "project": project.slug,
            "as_of": f"{path.as_of:%Y-%m}" if path.as_of else None,
            "stage": path.now.stage if path.now else None,
            "break_even_since": f"{path.break_even:%Y-%m}" if path.break_even else None,
            "by_month": [
                {
                    "month": month_name(one.month),
                    "window_months": one.window_months,
                    "stage": one.stage,
                    "ratios": one.ratios,
                    "reasons": one.reasons,
                }
                for one in path.standings
            ],
        }
        return Response(SustainabilitySerializer(answer).data)
