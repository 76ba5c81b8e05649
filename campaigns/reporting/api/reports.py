"""Spending reports over the API: the same services and permissions as the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import can_see_officer_desk, is_person, require
from campaigns.models import Campaign
from campaigns.reporting.api import shapes
from campaigns.reporting.api.doing import facts, given
from campaigns.reporting.models import ReportItem, SpendingReport
from campaigns.reporting.permissions import can_see_reports
from campaigns.reporting.selectors import reads
from campaigns.reporting.services.imports import import_items
from campaigns.reporting.services.items import Expense, add_item, attach_receipt, edit_item, remove_item
from campaigns.reporting.services.planning import move_due
from campaigns.reporting.services.reports import explain_overspend, submit_report, write_note
from campaigns.reporting.services.reviews import accept_report, review_item, send_back_report
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

TAG = ["spending"]


class SpendingView(APIView):
    """What a campaign's money was spent on."""

    @extend_schema(responses=shapes.SpendingShape, tags=TAG)
    def get(self, request: Request, slug: str) -> Response:
        """Planned against spent, line by line; the reports; the expenses without suppliers and receipts. Public."""
        campaign = get_object_or_404(Campaign.objects.public(), slug=slug)
        return Response(shapes.SpendingShape(reads.spending(campaign, clock.now())).data)


@extend_schema(tags=TAG)
class ReportsView(generics.ListAPIView[SpendingReport]):
    """Spending reports: a team's own, all of them for the city's staff."""

    permission_classes = [IsAuthenticated]
    serializer_class = shapes.ReportShape
    filterset_fields = ["status", "campaign__slug"]

    def get_queryset(self) -> QuerySet[SpendingReport]:
        """Return those that this person may see."""
        user = self.request.user
        if can_see_officer_desk(user):
            return reads.reports_with_items()
        mine = user.team_roles if is_person(user) else {}
        return reads.reports_with_items().filter(campaign__project__organisation__in=mine)


def _report(request: Request, pk: int) -> SpendingReport:
    report = get_object_or_404(reads.reports_with_items(), pk=pk)
    require(can_see_reports(request.user, report.campaign))
    return report


def _item(request: Request, pk: int) -> ReportItem:
    item = get_object_or_404(reads.items(), pk=pk)
    require(can_see_reports(request.user, item.report.campaign))
    return item


def _shown(pk: int, code: int = status.HTTP_200_OK) -> Response:
    return Response(shapes.ReportShape(reads.reports_with_items().get(pk=pk)).data, status=code)


def _expense(request: Request) -> Expense:
    return Expense(**given(shapes.ItemGiven, request))


class OfReports(APIView):
    """A door of a report: for people who are logged in."""

    permission_classes = [IsAuthenticated]


class ReportView(OfReports):
    """One report."""

    @extend_schema(responses=shapes.ReportShape, tags=TAG)
    def get(self, request: Request, pk: int) -> Response:
        """Read a report with its expenses. For the team and the city's staff."""
        return Response(shapes.ReportShape(_report(request, pk)).data)

    @extend_schema(request=shapes.NoteGiven, responses=shapes.ReportShape, tags=TAG)
    def patch(self, request: Request, pk: int) -> Response:
        """Write its note. For the team."""
        write_note(report=_report(request, pk), **facts(request), **given(shapes.NoteGiven, request))
        return _shown(pk)


class ItemsView(OfReports):
    """The expenses of a report."""

    @extend_schema(request=shapes.ItemGiven, responses={201: shapes.ItemShape}, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Add an expense. For the team."""
        report = _report(request, pk)
        item = add_item(report=report, expense=_expense(request), **facts(request))
        return Response(shapes.ItemShape(item).data, status=status.HTTP_201_CREATED)


class ItemView(OfReports):
    """One expense."""

    @extend_schema(request=shapes.ItemGiven, responses=shapes.ItemShape, tags=TAG)
    def put(self, request: Request, pk: int) -> Response:
        """Write it anew. For the team."""
        item = _item(request, pk)
        edit_item(item=item, expense=_expense(request), **facts(request))
        return Response(shapes.ItemShape(item).data)

    @extend_schema(responses={204: None}, tags=TAG)
    def delete(self, request: Request, pk: int) -> Response:
        """Take it out of the report. For the team."""
        remove_item(item=_item(request, pk), **facts(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReceiptView(OfReports):
    """The receipt of an expense."""

    parser_classes = [MultiPartParser]

    @extend_schema(request=shapes.ReceiptGiven, responses=shapes.ItemShape, tags=TAG)
    def put(self, request: Request, pk: int) -> Response:
        """Attach it, in place of the one before. For the team."""
        item = _item(request, pk)
        attach_receipt(item=item, file=given(shapes.ReceiptGiven, request)["receipt"], **facts(request))
        return Response(shapes.ItemShape(item).data)


class ImportView(OfReports):
    """Expenses from a table."""

    @extend_schema(request=shapes.TableGiven, responses=shapes.ImportedShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Add every row or none: each bad row is named by its line. For the team."""
        added = import_items(
            report=_report(request, pk), **facts(request), **given(shapes.TableGiven, request)
        )
        return Response({"added": added})


class OverspendView(OfReports):
    """Why a line is overspent."""

    @extend_schema(request=shapes.OverspendGiven, responses=shapes.ReportShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Say why more than a tenth above the budget was spent on a line. For the team."""
        report = _report(request, pk)
        explain_overspend(report=report, **facts(request), **given(shapes.OverspendGiven, request))
        return _shown(pk)


class SubmitView(OfReports):
    """A report handed in."""

    @extend_schema(request=None, responses=shapes.ReportShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Hand it in: from now on it is public. For the team."""
        submit_report(report=_report(request, pk), **facts(request))
        return _shown(pk)


class AcceptView(OfReports):
    """A report accepted."""

    @extend_schema(request=None, responses=shapes.ReportShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Accept a report whose every expense was examined. For officers."""
        accept_report(report=_report(request, pk), **facts(request))
        return _shown(pk)


class SendBackView(OfReports):
    """A report sent back."""

    @extend_schema(request=shapes.ReasonGiven, responses=shapes.ReportShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Give it back to its team, with the reason. For officers."""
        report = _report(request, pk)
        send_back_report(report=report, **facts(request), **given(shapes.ReasonGiven, request))
        return _shown(pk)


class DueView(OfReports):
    """Another day for a report."""

    @extend_schema(request=shapes.DueGiven, responses=shapes.ReportShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Give the team until another day. For officers."""
        move_due(report=_report(request, pk), **facts(request), **given(shapes.DueGiven, request))
        return _shown(pk)


class ReviewView(OfReports):
    """An expense examined."""

    @extend_schema(request=shapes.VerdictGiven, responses=shapes.ItemShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Say whether it is eligible; if not, why. For officers."""
        item = _item(request, pk)
        words: dict[str, Any] = given(shapes.VerdictGiven, request)
        review_item(item=item, **facts(request), **words)
        return Response(shapes.ItemShape(item).data)
