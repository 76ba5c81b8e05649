"""Files as evidence, over the API: added as multipart, listed, taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from payments.api.deeds import facts
from payments.enums import EvidenceKind
from payments.models import Dispute, DisputeFile
from payments.permissions import can_see_dispute
from payments.selectors.disputes import disputes, files_of
from payments.services.dispute_files import add_file, remove_file

if TYPE_CHECKING:
    from rest_framework.request import Request


class DisputeFileSerializer(serializers.ModelSerializer[DisputeFile]):
    """A file for the bank."""

    kind = serializers.ChoiceField(choices=EvidenceKind.choices)

    class Meta:
        model = DisputeFile
        fields = ["id", "kind", "name", "content_type", "size", "sha256", "stripe_id", "added_at"]
        read_only_fields = fields


class NewDisputeFileSerializer(serializers.Serializer[Any]):
    """A PDF, JPEG or PNG, at most 4.5 MB with the others of its dispute; one of each kind."""

    kind = serializers.ChoiceField(choices=EvidenceKind.choices)
    file = serializers.FileField()


def _dispute(request: Request, pk: int) -> Dispute:
    row = get_object_or_404(disputes(), pk=pk)
    require(can_see_dispute(request.user, row))
    return row


class DisputeFilesView(APIView):
    """The files of a dispute."""

    parser_classes = [MultiPartParser]

    @extend_schema(responses=DisputeFileSerializer(many=True), tags=["disputes"])
    def get(self, request: Request, pk: int) -> Response:
        """List what goes to the bank with the evidence. For the team, officers, approvers and auditors."""
        return Response(DisputeFileSerializer(files_of(_dispute(request, pk)), many=True).data)

    @extend_schema(
        request=NewDisputeFileSerializer, responses={201: DisputeFileSerializer}, tags=["disputes"]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Add a file, until the answer is written. For the team and officers."""
        row = _dispute(request, pk)
        given = NewDisputeFileSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        told = given.validated_data
        made = add_file(dispute=row, kind=told["kind"], upload=told["file"], **facts(request))
        return Response(DisputeFileSerializer(made).data, status=status.HTTP_201_CREATED)


class DisputeFileView(APIView):
    """One file of a dispute."""

    @extend_schema(responses={204: None}, tags=["disputes"])
    def delete(self, request: Request, pk: int, file: int) -> Response:
        """Take a file away, until the answer is written. For the team and officers."""
        found = get_object_or_404(files_of(_dispute(request, pk)), pk=file)
        remove_file(file=found, **facts(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
