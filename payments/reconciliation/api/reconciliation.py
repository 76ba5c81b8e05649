"""Reconciliation over the API: ordered, read, put right. Amounts in whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.permissions import require
from crowdfund.kit import clock
from payments.api.back_serializers import DECISION
from payments.api.deeds import StaffList, deed_view
from payments.reconciliation.models import Difference, DifferenceAcceptance, ReconciliationRun
from payments.reconciliation.permissions import can_reconcile, can_see_differences
from payments.reconciliation.selectors.differences import acceptances, runs, sentence_of
from payments.reconciliation.services.accept import (
    approve_acceptance,
    propose_acceptance,
    reject_acceptance,
)
from payments.reconciliation.services.resolve import resolve_difference
from payments.reconciliation.services.runs import ask_for_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.urls import URLPattern
    from rest_framework.request import Request

    from accounts.models import User


class RunSerializer(serializers.ModelSerializer[ReconciliationRun]):
    """A reconciliation: how far it is, and what it found."""

    kind = serializers.CharField(help_text="`nightly` or `asked`.")
    status = serializers.CharField(help_text="`waiting`, `running`, `done` or `failed`.")
    step = serializers.CharField(help_text="`reading`, `comparing` or `ended`.")
    stripe_cents = serializers.IntegerField(allow_null=True)

    class Meta:
        model = ReconciliationRun
        fields = [
            "id",
            "kind",
            "status",
            "step",
            "movements_read",
            "movements_new",
            "stripe_cents",
            "available_cents",
            "pending_cents",
            "ledger_cents",
            "in_flight",
            "in_flight_cents",
            "bank_on",
            "bank_cents",
            "bank_ledger_cents",
            "open_differences",
            "new_differences",
            "error",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields


class DifferenceSerializer(serializers.ModelSerializer[Difference]):
    """Something that moved and is not booked so, or the other way round."""

    what = serializers.SerializerMethodField()
    kind = serializers.CharField()
    family = serializers.CharField()
    proposal = serializers.CharField()
    status = serializers.CharField(help_text="`open`, `resolved` or `accepted`.")
    difference_cents = serializers.IntegerField()

    class Meta:
        model = Difference
        fields = [
            "id",
            "what",
            "subject",
            "family",
            "kind",
            "source",
            "moved_cents",
            "booked_cents",
            "difference_cents",
            "proposal",
            "status",
            "reason",
            "opened_at",
            "closed_at",
        ]
        read_only_fields = fields

    def get_what(self, row: Difference) -> str:
        """Say in one line what it is about."""
        return sentence_of(row)


class AcceptSerializer(serializers.Serializer[Any]):
    """Why a difference may stand."""

    why = serializers.CharField(max_length=200)


@extend_schema(tags=["reconciliation"])
class RunsView(generics.ListAPIView[ReconciliationRun]):
    """The reconciliations, newest first. For officers, approvers and auditors."""

    serializer_class = RunSerializer
    filterset_fields = ["status", "kind"]

    def get_queryset(self) -> QuerySet[ReconciliationRun]:
        """Return them to who may see them."""
        if not getattr(self, "swagger_fake_view", False):
            require(can_see_differences(self.request.user))
        return runs()

    @extend_schema(request=None, responses={202: RunSerializer})
    def post(self, request: Request) -> Response:
        """Order a reconciliation, or get the one under way. For officers."""
        run = ask_for_run(by=cast("User", request.user), now=clock.now())
        return Response(RunSerializer(run).data, status=status.HTTP_202_ACCEPTED)


@extend_schema(tags=["reconciliation"])
class DifferencesView(generics.ListAPIView[Difference]):
    """The differences, newest first. For officers, approvers and auditors."""

    serializer_class = DifferenceSerializer
    filterset_fields = ["status", "family", "kind"]

    def get_queryset(self) -> QuerySet[Difference]:
        """Return them to who may see them."""
        if not getattr(self, "swagger_fake_view", False):
            require(can_see_differences(self.request.user))
        return Difference.objects.all()


def _row(request: Request, pk: int) -> Difference:
    require(can_reconcile(request.user))
    return get_object_or_404(Difference, pk=pk)


@extend_schema(request=None, responses=DifferenceSerializer, tags=["reconciliation"])
@api_view(["POST"])
def difference_resolve_view(request: Request, pk: int) -> Response:
    """Carry out what is proposed; `status` says whether both sides are equal afterwards. For officers."""
    row = _row(request, pk)
    resolve_difference(difference=row, by=cast("User", request.user), now=clock.now())
    return Response(DifferenceSerializer(_row(request, pk)).data)


class AcceptanceSerializer(serializers.ModelSerializer[DifferenceAcceptance]):
    """That a difference may stand, and why."""

    status = serializers.CharField(help_text="`proposed`, `approved`, `rejected` or `void`.")

    class Meta:
        model = DifferenceAcceptance
        fields = [*DECISION, "difference", "amount_cents"]
        read_only_fields = fields


@extend_schema(request=AcceptSerializer, responses={201: AcceptanceSerializer}, tags=["reconciliation"])
@api_view(["POST"])
def difference_accept_view(request: Request, pk: int) -> Response:
    """Propose to let a difference stand, with the reason; another person decides. For officers."""
    row = _row(request, pk)
    given = AcceptSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    by = cast("User", request.user)
    made = propose_acceptance(difference=row, by=by, now=clock.now(), **given.validated_data)
    return Response(AcceptanceSerializer(made).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["reconciliation"])
class AcceptancesView(StaffList):
    """What was said of differences that may stand, newest first. For officers, approvers and auditors."""

    serializer_class = AcceptanceSerializer
    rows = staticmethod(acceptances)
    filterset_fields = ["status", "difference"]


def _decision(verb: str, service: Callable[..., Any], given: Any, says: str) -> URLPattern:
    view = deed_view(
        name=f"difference_acceptance_{verb}",
        rows=acceptances,
        shown=AcceptanceSerializer,
        argument="acceptance",
        deed=service,
        given=given,
        says=says,
        tag="reconciliation",
    )
    address = f"difference-acceptances/<int:pk>/{verb}/"
    return path(address, view.as_view(), name=f"api_difference_acceptance_{verb}")


decisions = [
    _decision("approve", approve_acceptance, None, "Agree that a difference may stand. For approvers."),
    _decision("reject", reject_acceptance, AcceptSerializer, "Say why it may not stand. For approvers."),
]
