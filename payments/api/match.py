"""Corrections and extensions of a match over the API: one person proposes, another decides. Amounts in whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from campaigns.models import Campaign
from payments.api.deeds import Proposals, deed_view
from payments.matching.models import Extension, MatchCorrection
from payments.matching.services import confirm_extension, record_extension, reject_extension
from payments.services.corrections import approve_correction, propose_correction, reject_correction

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.response import Response


def corrections() -> QuerySet[MatchCorrection]:
    """Return every correction, newest first."""
    return MatchCorrection.objects.select_related("campaign__project", "proposed_person")


def extensions() -> QuerySet[Extension]:
    """Return every extension, newest first."""
    return Extension.objects.select_related("campaign__project", "proposed_person")


def _campaign() -> serializers.SlugRelatedField[Campaign]:
    return serializers.SlugRelatedField(
        slug_field="slug", queryset=Campaign.objects.select_related("project__organisation")
    )


class MatchCorrectionSerializer(serializers.ModelSerializer[MatchCorrection]):
    """A match made smaller after refunds: what it is now, and what goes back to the pots."""

    campaign = serializers.CharField(source="campaign.slug")
    status = serializers.CharField(help_text="`proposed`, `approved` or `rejected`.")

    class Meta:
        model = MatchCorrection
        fields = [
            "id", "campaign", "match_cents", "economy_cents", "returned_cents", "receipt", "reason", "status",
            "proposed_at", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewMatchCorrectionSerializer(serializers.Serializer[Any]):
    """A correction to propose; the amounts are computed."""

    campaign = _campaign()
    reason = serializers.CharField(max_length=200)
    receipt = serializers.CharField(max_length=60, default="", allow_blank=True)


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    """An act by which a campaign keeps its reservations until the end of a day."""

    campaign = _campaign()

    class Meta:
        model = Extension
        fields = [
            "id", "campaign", "until", "office", "number", "dated_on", "status", "proposed_at", "decided_at",
        ]  # fmt: skip
        read_only_fields = ["id", "status", "proposed_at", "decided_at"]


class WhyMatchSerializer(serializers.Serializer[Any]):
    """Why it is turned down."""

    why = serializers.CharField(max_length=200)


@extend_schema(tags=["matches"])
class CorrectionsView(Proposals):
    """Corrections of matches. For officers, approvers and auditors."""

    serializer_class = MatchCorrectionSerializer
    given = NewMatchCorrectionSerializer
    rows = staticmethod(corrections)
    propose = staticmethod(propose_correction)
    filterset_fields = ["status", "campaign__slug"]

    @extend_schema(request=NewMatchCorrectionSerializer, responses={201: MatchCorrectionSerializer})
    def post(self, request: Request) -> Response:
        """Propose to give back what a match has too much of after refunds; another person approves. For officers."""
        return self._propose(request)


@extend_schema(tags=["matches"])
class ExtensionsView(Proposals):
    """Extensions of reservations. For officers, approvers and auditors."""

    serializer_class = ExtensionSerializer
    given = ExtensionSerializer
    rows = staticmethod(extensions)
    propose = staticmethod(record_extension)
    filterset_fields = ["status", "campaign__slug"]

    @extend_schema(request=ExtensionSerializer, responses={201: ExtensionSerializer})
    def post(self, request: Request) -> Response:
        """Record the act by which a campaign keeps its reservations; another person confirms it. For officers."""
        return self._propose(request)


_CORRECTION: dict[str, Any] = {
    "rows": corrections, "shown": MatchCorrectionSerializer, "argument": "correction", "tag": "matches",
}  # fmt: skip
_EXTENSION: dict[str, Any] = {
    "rows": extensions, "shown": ExtensionSerializer, "argument": "extension", "tag": "matches",
}  # fmt: skip
_DEEDS = (
    ("match-corrections", "approve", approve_correction, "Approve a correction. For approvers.", _CORRECTION),
    ("match-corrections", "reject", reject_correction, "Reject a correction. For approvers.", _CORRECTION),
    ("match-extensions", "confirm", confirm_extension, "Confirm an extension. For approvers.", _EXTENSION),
    ("match-extensions", "reject", reject_extension, "Reject an extension. For approvers.", _EXTENSION),
)


def _route(where: str, verb: str, deed: Any, says: str, more: dict[str, Any]) -> Any:
    name = f"{where.replace('-', '_')}_{verb}"
    given = WhyMatchSerializer if verb == "reject" else None
    view = deed_view(name=name, deed=deed, says=says, given=given, **more)
    return path(f"{where}/<int:pk>/{verb}/", view.as_view(), name=f"api_{name}")


urlpatterns = [
    path("match-corrections/", CorrectionsView.as_view(), name="api_match_corrections"),
    path("match-extensions/", ExtensionsView.as_view(), name="api_match_extensions"),
    *(_route(*deed) for deed in _DEEDS),
]
