"""Contracts over the API: what was booked to everybody; recording and deciding for the municipality's desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from accounts.permissions import require
from crowdfund.kit import clock
from payments.spending.api.serializers import (
    ContractDocumentInput,
    ContractDocumentSerializer,
    ContractInput,
    ContractMovementInput,
    ContractMovementSerializer,
    ContractSerializer,
    WhySpendingInput,
)
from payments.spending.models import Contract, ContractMovement
from payments.spending.permissions import can_open_contracts, can_see_spending
from payments.spending.selectors.contracts import contracts_seen_by
from payments.spending.services import (
    ContractSheet,
    MovementSheet,
    approve_movement,
    attach_document,
    confirm_contract,
    propose_annulment,
    propose_correction,
    propose_movement,
    record_contract,
    reject_contract,
    reject_movement,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer

    from accounts.models import User


def _valid(kind: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


@extend_schema(tags=["contracts"])
class ContractsView(generics.ListAPIView[Contract]):
    """Contracts that were booked; the desk also sees those that wait and those that were rejected."""

    serializer_class = ContractSerializer
    filterset_fields = ["programme__slug", "kind", "status"]

    def get_queryset(self) -> QuerySet[Contract]:
        """Return what the caller may see."""
        seen: QuerySet[Contract] = contracts_seen_by(self.request.user)
        return seen

    @extend_schema(request=ContractInput, responses={201: ContractSerializer})
    def post(self, request: Request) -> Response:
        """Record a contract; another person confirms it. For officers."""
        require(can_open_contracts(request.user))
        given = _valid(ContractInput, request)
        programme = given.pop("programme")
        made = record_contract(
            programme=programme, sheet=ContractSheet(**given), by=cast("User", request.user), now=clock.now()
        )
        return Response(ContractSerializer(made).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=ContractSerializer, tags=["contracts"])
@api_view(["GET"])
def contract_view(request: Request, pk: int) -> Response:
    """A contract and where its money stands."""
    return Response(ContractSerializer(get_object_or_404(contracts_seen_by(request.user), pk=pk)).data)


def _contract(request: Request, pk: int) -> Contract:
    require(can_see_spending(request.user))
    return get_object_or_404(Contract.objects.select_related("programme", "proposed_person"), pk=pk)


@extend_schema(request=None, responses=ContractSerializer, tags=["contracts"])
@api_view(["POST"])
def contract_confirm_view(request: Request, pk: int) -> Response:
    """Confirm a contract that somebody else recorded: its amount is bound. For approvers."""
    contract = _contract(request, pk)
    confirm_contract(contract=contract, by=cast("User", request.user), now=clock.now())
    return Response(ContractSerializer(contract).data)


@extend_schema(request=WhySpendingInput, responses=ContractSerializer, tags=["contracts"])
@api_view(["POST"])
def contract_reject_view(request: Request, pk: int) -> Response:
    """Reject a contract that somebody else recorded. For approvers."""
    contract = _contract(request, pk)
    why = _valid(WhySpendingInput, request)["why"]
    reject_contract(contract=contract, why=why, by=cast("User", request.user), now=clock.now())
    return Response(ContractSerializer(contract).data)


@extend_schema(request=ContractMovementInput, responses={201: ContractMovementSerializer}, tags=["contracts"])
@api_view(["POST"])
def contract_movements_view(request: Request, pk: int) -> Response:
    """Propose to book a mandate or a reduction; another person confirms it. For officers."""
    contract = _contract(request, pk)
    given = _valid(ContractMovementInput, request)
    kind = given.pop("kind")
    made = propose_movement(
        contract=contract,
        kind=kind,
        sheet=MovementSheet(**given),
        by=cast("User", request.user),
        now=clock.now(),
    )
    return Response(ContractMovementSerializer(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=WhySpendingInput, responses={201: ContractMovementSerializer}, tags=["contracts"])
@api_view(["POST"])
def contract_annul_view(request: Request, pk: int) -> Response:
    """Propose to annul a contract that was booked in error. For officers."""
    contract = _contract(request, pk)
    why = _valid(WhySpendingInput, request)["why"]
    made = propose_annulment(contract=contract, why=why, by=cast("User", request.user), now=clock.now())
    return Response(ContractMovementSerializer(made).data, status=status.HTTP_201_CREATED)


@extend_schema(
    request={"multipart/form-data": ContractDocumentInput},
    responses={201: ContractDocumentSerializer},
    tags=["contracts"],
)
@api_view(["POST"])
@parser_classes([MultiPartParser])
def contract_documents_view(request: Request, pk: int) -> Response:
    """Attach a file to a contract. For officers."""
    contract = _contract(request, pk)
    given = _valid(ContractDocumentInput, request)
    made = attach_document(contract=contract, by=cast("User", request.user), now=clock.now(), **given)
    return Response(ContractDocumentSerializer(made).data, status=status.HTTP_201_CREATED)


def _movement(request: Request, pk: int) -> ContractMovement:
    require(can_see_spending(request.user))
    return get_object_or_404(ContractMovement.objects.select_related("contract", "proposed_person"), pk=pk)


@extend_schema(request=None, responses=ContractMovementSerializer, tags=["contracts"])
@api_view(["POST"])
def movement_approve_view(request: Request, pk: int) -> Response:
    """Confirm a movement that somebody else proposed: it is booked. For approvers."""
    movement = _movement(request, pk)
    approve_movement(movement=movement, by=cast("User", request.user), now=clock.now())
    return Response(ContractMovementSerializer(movement).data)


@extend_schema(request=WhySpendingInput, responses=ContractMovementSerializer, tags=["contracts"])
@api_view(["POST"])
def movement_reject_view(request: Request, pk: int) -> Response:
    """Reject a movement that somebody else proposed. For approvers."""
    movement = _movement(request, pk)
    why = _valid(WhySpendingInput, request)["why"]
    reject_movement(movement=movement, why=why, by=cast("User", request.user), now=clock.now())
    return Response(ContractMovementSerializer(movement).data)


@extend_schema(request=WhySpendingInput, responses={201: ContractMovementSerializer}, tags=["contracts"])
@api_view(["POST"])
def movement_correct_view(request: Request, pk: int) -> Response:
    """Propose to undo a mandate or a reduction that was booked in error. For officers."""
    movement = _movement(request, pk)
    why = _valid(WhySpendingInput, request)["why"]
    made = propose_correction(movement=movement, why=why, by=cast("User", request.user), now=clock.now())
    return Response(ContractMovementSerializer(made).data, status=status.HTTP_201_CREATED)
