"""Pledges by bank transfer over the API: the same services and permissions as the pages. Amounts in whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.addresses import client_address
from accounts.api.idempotency import once
from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.api.pledges import KEY, TOKEN, TOKEN_HEADER, FaultSerializer
from payments.bank.api.serializers import (
    AccountSerializer,
    ExcessAnswerSerializer,
    NewTransferSerializer,
    PlacedTransferSerializer,
    TransferAmountSerializer,
    TransferSerializer,
    TransferTermsSerializer,
)
from payments.bank.selectors.backer import excesses_of, transfer_by_public_id
from payments.bank.services.consents import TRANSFER_VERSION, transfer_text
from payments.bank.services.excess import answer_excess, can_answer
from payments.bank.services.pledges import (
    cancel_transfer_pledge,
    change_account_back,
    change_transfer_amount,
    place_transfer_pledge,
)
from payments.models import Pledge
from payments.permissions import MANAGE, can_manage_pledge, link_token
from payments.services.velocity import count_attempt

if TYPE_CHECKING:
    import uuid

    from rest_framework.request import Request

FAULTS = {400: FaultSerializer, 409: FaultSerializer}


def own_transfer(request: Request, public_id: uuid.UUID) -> tuple[Pledge, str]:
    """Find the caller's pledge, by login or by a token of either purpose; 404 for everybody else."""
    token = request.headers.get(TOKEN_HEADER, "")
    pledge = transfer_by_public_id(public_id)
    if pledge is None:
        raise Http404
    if not can_manage_pledge(request.user, pledge, token) and not can_answer(request.user, pledge, token):
        raise Http404
    return pledge, token


class TransfersView(APIView):
    """Pledges by bank transfer."""

    @extend_schema(
        operation_id="transfers_place",
        summary="Place a pledge by bank transfer",
        request=NewTransferSerializer,
        parameters=[KEY],
        responses={201: PlacedTransferSerializer, 422: FaultSerializer, 429: FaultSerializer, **FAULTS},
    )
    def post(self, request: Request) -> Response:
        """Write the promise down; the answer says what to write in the bank's form."""
        given = NewTransferSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        deed = given.validated_data
        now = clock.now()

        def place() -> tuple[int, dict[str, Any]]:
            count_attempt(address=client_address(request), email=deed["email"], campaign=deed["campaign"])
            pledge = place_transfer_pledge(by=request.user, now=now, **deed)
            return status.HTTP_201_CREATED, {"id": str(pledge.public_id)}

        answer = once(request, place, now=now)
        pledge = get_object_or_404(Pledge, public_id=answer.body["id"])
        body = {
            **TransferSerializer(transfer_by_public_id(pledge.public_id)).data,
            "token": link_token(pledge, MANAGE),
        }
        return Response(body, status=answer.status)


class TransferView(APIView):
    """One pledge by bank transfer, for its backer."""

    @extend_schema(operation_id="transfer_read", parameters=[TOKEN], responses=TransferSerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Show it."""
        return Response(TransferSerializer(own_transfer(request, public_id)[0]).data)

    @extend_schema(
        operation_id="transfer_change_amount",
        request=TransferAmountSerializer,
        parameters=[TOKEN],
        responses={200: TransferSerializer, **FAULTS},
    )
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change the amount while the transfer is awaited, until the deadline."""
        pledge, token = own_transfer(request, public_id)
        given = TransferAmountSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        change_transfer_amount(
            pledge=pledge, by=request.user, token=token, now=clock.now(), **given.validated_data
        )
        return Response(TransferSerializer(transfer_by_public_id(public_id)).data)

    @extend_schema(
        operation_id="transfer_cancel", parameters=[TOKEN], responses={200: TransferSerializer, **FAULTS}
    )
    def delete(self, request: Request, public_id: uuid.UUID) -> Response:
        """Take it back, until the deadline: what has arrived goes back."""
        pledge, token = own_transfer(request, public_id)
        cancel_transfer_pledge(pledge=pledge, by=request.user, token=token, now=clock.now())
        return Response(TransferSerializer(transfer_by_public_id(public_id)).data)


@extend_schema(
    operation_id="transfer_account",
    request=AccountSerializer,
    parameters=[TOKEN],
    responses={200: TransferSerializer, **FAULTS},
)
@api_view(["PUT"])
def transfer_account_view(request: Request, public_id: uuid.UUID) -> Response:
    """Say where the money goes back to."""
    pledge, token = own_transfer(request, public_id)
    given = AccountSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    change_account_back(pledge=pledge, by=request.user, token=token, now=clock.now(), **given.validated_data)
    return Response(TransferSerializer(transfer_by_public_id(public_id)).data)


@extend_schema(
    operation_id="transfer_excess_answer",
    request=ExcessAnswerSerializer,
    parameters=[TOKEN],
    responses={200: TransferSerializer, **FAULTS},
)
@api_view(["POST"])
def transfer_excess_view(request: Request, public_id: uuid.UUID, pk: int) -> Response:
    """Say what becomes of money that came besides the pledge. The token is that of the link in the email."""
    pledge, token = own_transfer(request, public_id)
    excess = get_object_or_404(excesses_of(pledge), pk=pk)
    given = ExcessAnswerSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    answer_excess(excess=excess, by=request.user, token=token, now=clock.now(), **given.validated_data)
    return Response(TransferSerializer(transfer_by_public_id(public_id)).data)


@extend_schema(operation_id="campaign_transfer_terms", responses=TransferTermsSerializer)
@api_view(["GET"])
def transfer_terms_view(request: Request, slug: str) -> Response:
    """Say what a backer agrees to, in each language, and the limits of an amount."""
    campaign = get_object_or_404(Campaign.objects.public().select_related("project"), slug=slug)
    languages = dict(settings.LANGUAGES)
    return Response(
        {
            "version": TRANSFER_VERSION,
            "text": {
                code: transfer_text(campaign=campaign, amount_cents=None, language=code) for code in languages
            },
            "min_cents": settings.TRANSFER_MIN_CENTS,
            "max_cents": settings.TRANSFER_LIMIT_CENTS,
        }
    )
