"""Milestones over the API: files that show that one was reached, the officer's judgement, another date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from campaigns.reporting.api import shapes
from campaigns.reporting.api.doing import facts, given
from campaigns.reporting.models import MilestoneChange
from campaigns.reporting.permissions import can_see_reports
from campaigns.reporting.selectors import reads
from campaigns.reporting.services.changes import agree_change, ask_change, refuse_change
from campaigns.reporting.services.milestones import accept_milestone, add_evidence, send_back_milestone
from campaigns.services.milestones import reach_milestone

if TYPE_CHECKING:
    from rest_framework.request import Request

    from campaigns.models import Milestone

TAG = ["milestones"]


def _step(request: Request, pk: int) -> Milestone:
    step = get_object_or_404(reads.milestones(), pk=pk)
    require(can_see_reports(request.user, step.campaign))
    return step


def _change(request: Request, pk: int) -> MilestoneChange:
    found = MilestoneChange.objects.select_related("milestone__campaign__project__organisation")
    change = get_object_or_404(found, pk=pk)
    require(can_see_reports(request.user, change.milestone.campaign))
    return change


def _shown(pk: int) -> Response:
    return Response(shapes.MilestoneStateShape(reads.milestones().get(pk=pk)).data)


class OfMilestones(APIView):
    """A door of a milestone: for people who are logged in."""

    permission_classes = [IsAuthenticated]


class MilestoneView(OfMilestones):
    """One milestone."""

    @extend_schema(responses=shapes.MilestoneStateShape, tags=TAG)
    def get(self, request: Request, pk: int) -> Response:
        """Read a milestone with its files and requests. For the team and the city's staff."""
        return Response(shapes.MilestoneStateShape(_step(request, pk)).data)


class FilesView(OfMilestones):
    """The files of a milestone."""

    parser_classes = [MultiPartParser]

    @extend_schema(request=shapes.FileGiven, responses={201: shapes.FileShape}, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Add a photo or a document. For the team and officers."""
        step = _step(request, pk)
        file = add_evidence(milestone=step, **facts(request), **given(shapes.FileGiven, request))
        return Response(shapes.FileShape(file).data, status=status.HTTP_201_CREATED)


class ReachView(OfMilestones):
    """A milestone reported."""

    @extend_schema(request=shapes.EvidenceGiven, responses=shapes.MilestoneStateShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Report it as done, with what shows it. For the team and officers."""
        reach_milestone(
            milestone=_step(request, pk), **facts(request), **given(shapes.EvidenceGiven, request)
        )
        return _shown(pk)


class AcceptView(OfMilestones):
    """A milestone accepted."""

    @extend_schema(request=None, responses=shapes.MilestoneStateShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Accept it: a tranche of the match may hang on it. For officers."""
        accept_milestone(milestone=_step(request, pk), **facts(request))
        return _shown(pk)


class SendBackView(OfMilestones):
    """A milestone sent back."""

    @extend_schema(request=shapes.ReasonGiven, responses=shapes.MilestoneStateShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Give it back to its team, with the reason. For officers."""
        step = _step(request, pk)
        send_back_milestone(milestone=step, **facts(request), **given(shapes.ReasonGiven, request))
        return _shown(pk)


class ChangesView(OfMilestones):
    """Requests for another date."""

    @extend_schema(request=shapes.DueGiven, responses={201: shapes.ChangeShape}, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Ask for another date. For the team."""
        step = _step(request, pk)
        change = ask_change(milestone=step, **facts(request), **given(shapes.DueGiven, request))
        return Response(shapes.ChangeShape(change).data, status=status.HTTP_201_CREATED)


class AgreeView(OfMilestones):
    """A request agreed to."""

    @extend_schema(request=None, responses=shapes.ChangeShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Agree to another date. For officers."""
        change = _change(request, pk)
        agree_change(change=change, **facts(request))
        return Response(shapes.ChangeShape(change).data)


class RefuseView(OfMilestones):
    """A request refused."""

    @extend_schema(request=shapes.WhyGiven, responses=shapes.ChangeShape, tags=TAG)
    def post(self, request: Request, pk: int) -> Response:
        """Refuse another date, with the reason. For officers."""
        change = _change(request, pk)
        refuse_change(change=change, **facts(request), **given(shapes.WhyGiven, request))
        return Response(shapes.ChangeShape(change).data)
