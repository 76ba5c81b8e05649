"""Receipts over the API: the same services and permissions as the pages. Amounts in whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, permissions, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Organisation
from accounts.permissions import require
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused
from payments.ledger.documents import proof_of
from payments.ledger.models import DailyRoot
from payments.models import Pledge
from payments.receipts.api.serializers import (
    DonorSerializer,
    NewTextSerializer,
    ProofSerializer,
    ReasonSerializer,
    ReceiptSerializer,
    RequestSerializer,
    RootSerializer,
    SummarySerializer,
    TextSerializer,
    WholeReceiptSerializer,
)
from payments.receipts.documents import summary_of_year
from payments.receipts.models import CorrectionRequest, Receipt, ReceiptText
from payments.receipts.permissions import (
    can_correct_details,
    can_see_receipt,
    can_see_receipts,
    is_backer,
)
from payments.receipts.selectors.reads import (
    documents_of_backer,
    of_user,
    receipt_by_public_id,
    standing_of_year,
)
from payments.receipts.selectors.standing import documents
from payments.receipts.services.donors import (
    Donor,
    ask_correction,
    decline_correction,
    grant_correction,
    set_donor_details,
)
from payments.receipts.services.texts import approve_text, reject_text, write_text

if TYPE_CHECKING:
    import uuid

    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User

TOKEN_HEADER = "Receipts-Token"  # noqa: S105 - the header's name
TOKEN = OpenApiParameter(
    TOKEN_HEADER,
    str,
    OpenApiParameter.HEADER,
    description="The signed token of a pledge's receipts, from the email.",
)
YEAR = OpenApiParameter("year", int, description="The year of the series.")


def _token(request: Request) -> str:
    return request.headers.get(TOKEN_HEADER, "")


def _seen(request: Request, public_id: uuid.UUID) -> Receipt:
    receipt = receipt_by_public_id(public_id)
    if receipt is None or not can_see_receipt(request.user, receipt, _token(request)):
        raise Http404
    return receipt


@extend_schema(tags=["receipts"])
class ReceiptsView(generics.ListAPIView[Receipt]):
    """Your documents, newest first."""

    serializer_class = ReceiptSerializer
    permission_classes = [permissions.IsAuthenticated]
    queryset = Receipt.objects.none()

    def get_queryset(self) -> QuerySet[Receipt]:
        """Return the caller's own."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return documents_of_backer(of_user(cast("User", self.request.user)))

    def get_serializer_context(self) -> dict[str, Any]:
        """Give addresses that open without a login."""
        return {**super().get_serializer_context(), "for_backer": True}


class ReceiptView(APIView):
    """One document."""

    @extend_schema(
        operation_id="receipt_read", parameters=[TOKEN], responses=WholeReceiptSerializer, tags=["receipts"]
    )
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """A document with who gave: for its backer, the organisation's owner and accountant, officers and auditors."""
        receipt = _seen(request, public_id)
        context = {"for_backer": is_backer(request.user, receipt.pledge, _token(request))}
        return Response(WholeReceiptSerializer(receipt, context=context).data)


class ProofView(APIView):
    """The proof that a document's money is in the ledger."""

    @extend_schema(
        operation_id="receipt_proof", parameters=[TOKEN], responses=ProofSerializer, tags=["receipts"]
    )
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """The inclusion proof against its day's root; 404 until the day is over, or for a correction."""
        receipt = _seen(request, public_id)
        proof = proof_of(receipt.transfer) if receipt.transfer else None
        if proof is None:
            raise Http404
        return Response(proof.as_data())


class SummaryView(APIView):
    """A year of a backer's."""

    permission_classes = [permissions.IsAuthenticated]

    @extend_schema(operation_id="receipts_summary", responses=SummarySerializer, tags=["receipts"])
    def get(self, request: Request, year: int) -> Response:
        """What you gave in a calendar year, over all organisations."""
        found = standing_of_year(of_user(cast("User", request.user)), year)
        return Response(SummarySerializer(summary_of_year(year, found), context={"for_backer": True}).data)


class DonorView(APIView):
    """Who gives."""

    @extend_schema(
        operation_id="pledge_donor",
        parameters=[TOKEN],
        request=DonorSerializer,
        responses={200: DonorSerializer, 202: RequestSerializer},
        tags=["receipts"],
    )
    def put(self, request: Request, public_id: uuid.UUID) -> Response:
        """Say who gives; once a document is issued this asks the organisation for a correction (202)."""
        token = _token(request)
        pledge = Pledge.objects.filter(public_id=public_id).first()
        if pledge is None or not can_correct_details(request.user, pledge, token):
            raise Http404
        data = DonorSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        deed: dict[str, Any] = {"pledge": pledge, "donor": Donor(**data.validated_data), "by": request.user}
        deed |= {"now": clock.now(), "token": token}
        try:
            return Response(DonorSerializer(set_donor_details(**deed)).data)
        except Refused as refused:
            if refused.code != "issued_already":
                raise
        return Response(RequestSerializer(ask_correction(**deed)).data, status=status.HTTP_202_ACCEPTED)


@extend_schema(parameters=[YEAR], tags=["receipts"])
class OrganisationReceiptsView(generics.ListAPIView[Receipt]):
    """An organisation's documents by number. For its owner and accountant, officers and auditors."""

    serializer_class = ReceiptSerializer
    queryset = Receipt.objects.none()

    def get_queryset(self) -> QuerySet[Receipt]:
        """Return them to who may see them."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        organisation = get_object_or_404(Organisation, slug=self.kwargs["slug"])
        require(can_see_receipts(self.request.user, organisation))
        found = documents().filter(series__organisation=organisation).order_by("-series__year", "number")
        year = self.request.query_params.get("year", "")
        return found.filter(series__year=int(year)) if year.isdecimal() and len(year) == 4 else found  # noqa: PLR2004


class OrganisationTextView(APIView):
    """An organisation's own words on its receipts."""

    @extend_schema(
        operation_id="receipt_text_write",
        request=NewTextSerializer,
        responses={201: TextSerializer},
        tags=["receipts"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Hand a text in; an officer decides. The owner's."""
        data = NewTextSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        organisation = get_object_or_404(Organisation, slug=slug)
        by = cast("User", request.user)
        made = write_text(organisation=organisation, text=data.validated_data["text"], by=by, now=clock.now())
        return Response(TextSerializer(made).data, status=status.HTTP_201_CREATED)


def _why(request: Request) -> str:
    data = ReasonSerializer(data=request.data)
    data.is_valid(raise_exception=True)
    return str(data.validated_data["why"])


class ApproveTextView(APIView):
    """The approval of a text."""

    @extend_schema(
        operation_id="receipt_text_approve", request=None, responses=TextSerializer, tags=["receipts"]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Let it stand on receipts issued from now on. For officers."""
        text = get_object_or_404(ReceiptText.objects.select_related("organisation"), pk=pk)
        approve_text(text=text, by=cast("User", request.user), now=clock.now())
        return Response(TextSerializer(text).data)


class RejectTextView(APIView):
    """The refusal of a text."""

    @extend_schema(
        operation_id="receipt_text_reject",
        request=ReasonSerializer,
        responses=TextSerializer,
        tags=["receipts"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Turn it down. For officers."""
        text = get_object_or_404(ReceiptText.objects.select_related("organisation"), pk=pk)
        reject_text(text=text, why=_why(request), by=cast("User", request.user), now=clock.now())
        return Response(TextSerializer(text).data)


def _request(pk: int) -> CorrectionRequest:
    found = CorrectionRequest.objects.select_related("pledge__campaign__project__organisation")
    return get_object_or_404(found, pk=pk)


class GrantView(APIView):
    """The granting of a correction."""

    @extend_schema(
        operation_id="receipt_correction_grant", request=None, responses=RequestSerializer, tags=["receipts"]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Void the documents and issue them anew. For the organisation's owner and accountant."""
        asked = _request(pk)
        grant_correction(request=asked, by=cast("User", request.user), now=clock.now())
        return Response(RequestSerializer(asked).data)


class DeclineView(APIView):
    """The refusal of a correction."""

    @extend_schema(
        operation_id="receipt_correction_decline",
        request=ReasonSerializer,
        responses=RequestSerializer,
        tags=["receipts"],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Leave the documents as they are. For the organisation's owner and accountant."""
        asked = _request(pk)
        decline_correction(request=asked, why=_why(request), by=cast("User", request.user), now=clock.now())
        return Response(RequestSerializer(asked).data)


@extend_schema(tags=["ledger"])
class RootsView(generics.ListAPIView[DailyRoot]):
    """The roots of the ledger's finished days, newest first: what a proof must lead to. Public."""

    serializer_class = RootSerializer
    queryset = DailyRoot.objects.order_by("-day", "book")
    filterset_fields = ["book", "day"]
