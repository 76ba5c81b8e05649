"""Changes of where an organisation's money goes, over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.enums import TeamRole
from accounts.models import Organisation
from accounts.permissions import is_person, require
from crowdfund.kit import clock
from payments.api.money import WhySerializer
from payments.models import PayeeChange
from payments.permissions import can_see_all_money, can_see_payee_change
from payments.selectors.payees import payee_changes
from payments.services.payees import (
    approve_payee_change,
    object_to_payee_change,
    propose_payee_change,
    reject_payee_change,
    request_iban,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User


class PayeeChangeSerializer(serializers.ModelSerializer[PayeeChange]):
    """A change of payee and where it stands."""

    organisation = serializers.CharField(source="organisation.slug")
    kind = serializers.CharField(help_text="`iban` or `account`.")
    status = serializers.CharField(
        help_text="`requested`, `proposed`, `approved`, `effective`, `rejected` or `withdrawn`."
    )

    class Meta:
        model = PayeeChange
        fields = ["id", "organisation", "kind", "holder", "iban", "reason", "evidence", "status"]
        fields += ["requested_at", "proposed_at", "decided_at", "effective_at"]
        read_only_fields = fields


class IbanRequestSerializer(serializers.Serializer[Any]):
    """An IBAN to pay to."""

    organisation = serializers.SlugRelatedField(slug_field="slug", queryset=Organisation.objects.all())
    holder = serializers.CharField(max_length=70)
    iban = serializers.CharField(max_length=42)
    reason = serializers.CharField(max_length=200)
    evidence = serializers.CharField(max_length=2000)


class CheckBackSerializer(serializers.Serializer[Any]):
    """How an officer checked back with the organisation."""

    checked_back = serializers.CharField(max_length=300)


@extend_schema(tags=["payees"])
class PayeeChangesView(generics.ListAPIView[PayeeChange]):
    """Changes of payee: an owner sees those of their organisations, staff see all."""

    serializer_class = PayeeChangeSerializer
    filterset_fields = ["status", "kind", "organisation__slug"]

    def get_queryset(self) -> QuerySet[PayeeChange]:
        """Return the changes that this person may see."""
        user = self.request.user
        if getattr(self, "swagger_fake_view", False) or can_see_all_money(user):
            return payee_changes()
        require(is_person(user))
        owned = [pk for pk, role in cast("User", user).team_roles.items() if role == TeamRole.OWNER]
        return payee_changes().filter(organisation__in=owned)

    @extend_schema(request=IbanRequestSerializer, responses={201: PayeeChangeSerializer})
    def post(self, request: Request) -> Response:
        """Ask for another IBAN (or the first). For owners; another account is opened on the pages."""
        require(is_person(request.user))
        data = IbanRequestSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        row = request_iban(by=cast("User", request.user), now=clock.now(), **data.validated_data)
        return Response(PayeeChangeSerializer(row).data, status=status.HTTP_201_CREATED)


def _change(request: Request, pk: int) -> PayeeChange:
    change: PayeeChange = get_object_or_404(payee_changes(), pk=pk)
    require(can_see_payee_change(request.user, change))
    return change


def _shown(request: Request, pk: int) -> Response:
    return Response(PayeeChangeSerializer(_change(request, pk)).data)


class PayeeChangeView(APIView):
    """One change of payee."""

    @extend_schema(responses=PayeeChangeSerializer, tags=["payees"])
    def get(self, request: Request, pk: int) -> Response:
        """Where it stands."""
        return _shown(request, pk)


class ProposeView(APIView):
    """The officer's part."""

    @extend_schema(request=CheckBackSerializer, responses=PayeeChangeSerializer, tags=["payees"])
    def post(self, request: Request, pk: int) -> Response:
        """Propose it after checking back with the organisation. For officers."""
        change, data = _change(request, pk), CheckBackSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        by = cast("User", request.user)
        propose_payee_change(change=change, by=by, now=clock.now(), **data.validated_data)
        return _shown(request, pk)


class ApproveView(APIView):
    """The approver's part."""

    @extend_schema(request=None, responses=PayeeChangeSerializer, tags=["payees"])
    def post(self, request: Request, pk: int) -> Response:
        """Approve it: it takes effect in 48 hours. For approvers."""
        change = _change(request, pk)
        approve_payee_change(change=change, by=cast("User", request.user), now=clock.now())
        return _shown(request, pk)


class RejectView(APIView):
    """The refusal of a change."""

    @extend_schema(request=WhySerializer, responses=PayeeChangeSerializer, tags=["payees"])
    def post(self, request: Request, pk: int) -> Response:
        """Turn it down. For the officer who checks back, or the approver."""
        change, data = _change(request, pk), WhySerializer(data=request.data)
        data.is_valid(raise_exception=True)
        by = cast("User", request.user)
        reject_payee_change(change=change, why=data.validated_data["why"], by=by, now=clock.now())
        return _shown(request, pk)


class ObjectView(APIView):
    """The owner's objection."""

    @extend_schema(request=None, responses=PayeeChangeSerializer, tags=["payees"])
    def post(self, request: Request, pk: int) -> Response:
        """Stop it before it takes effect. For owners."""
        change = _change(request, pk)
        object_to_payee_change(change=change, by=request.user, now=clock.now())
        return _shown(request, pk)
