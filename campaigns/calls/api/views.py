from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from campaigns.calls.api.serializers import (
    ApplicationEdit,
    ApplicationInput,
    ApplicationSerializer,
    CallSerializer,
    DecisionInput,
    ProgrammeSerializer,
    RuleInput,
    RuleSerializer,
    RuleVersionInput,
)
from campaigns.calls.models import Application, Call, MatchRule, Programme
from campaigns.calls.selectors.reads import applications_seen_by, calls_seen_by
from campaigns.calls.services.applications import (
    apply_to_call,
    edit_application,
    submit_application,
    withdraw_application,
)
from campaigns.calls.services.decisions import (
    admit_application,
    mark_eligible_not_funded,
    reject_application,
)
from campaigns.calls.services.rules import create_rule, edit_rule, new_rule_version
from crowdfund.kit import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer


def _valid(kind: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


class ProgrammeViewSet(viewsets.ReadOnlyModelViewSet[Programme]):
    """Programmes and their public sheets."""

    queryset = Programme.objects.all()
    serializer_class = ProgrammeSerializer
    lookup_field = "slug"
    filterset_fields = ("code", "city")


class CallViewSet(viewsets.ReadOnlyModelViewSet[Call]):
    """Published calls, each with its rule as data; officers see drafts too."""

    queryset = Call.objects.none()
    serializer_class = CallSerializer
    lookup_field = "slug"
    filterset_fields = ("status", "programme__slug")

    def get_queryset(self) -> QuerySet[Call]:
        """Return what the caller may see."""
        return calls_seen_by(self.request.user).prefetch_related("excluded_neighbourhoods")


class MatchRuleViewSet(viewsets.ReadOnlyModelViewSet[MatchRule]):
    """Versions of match rules. One that a published call uses is never changed: make a new version."""

    queryset = MatchRule.objects.all()
    serializer_class = RuleSerializer
    filterset_fields = ("kind", "name")

    @extend_schema(request=RuleInput, responses={201: RuleSerializer})
    def create(self, request: Request) -> Response:
        """Create the first version of a rule (officers)."""
        made = create_rule(**_valid(RuleInput, request), by=request.user, now=clock.now())
        return Response(RuleSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RuleVersionInput, responses=RuleSerializer)
    def update(self, request: Request, pk: str | None = None) -> Response:
        """Change a version that no published call uses (officers)."""
        rule = self.get_object()
        edit_rule(rule=rule, **_valid(RuleVersionInput, request), by=request.user, now=clock.now())
        return Response(RuleSerializer(rule).data)

    @extend_schema(request=RuleVersionInput, responses={201: RuleSerializer})
    @action(detail=True, methods=["post"])
    def versions(self, request: Request, pk: str | None = None) -> Response:
        """Supersede a rule with its next version (officers)."""
        given = _valid(RuleVersionInput, request)
        made = new_rule_version(rule=self.get_object(), **given, by=request.user, now=clock.now())
        return Response(RuleSerializer(made).data, status=status.HTTP_201_CREATED)


class ApplicationViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Application]
):
    """Applications of the caller's teams; for officers all that were submitted."""

    queryset = Application.objects.none()
    serializer_class = ApplicationSerializer
    filterset_fields = ("status", "call__slug", "project__slug")

    def get_queryset(self) -> QuerySet[Application]:
        """Return what the caller may see."""
        return applications_seen_by(self.request.user).select_related("call__rule").order_by("id")

    @extend_schema(request=ApplicationInput, responses={201: ApplicationSerializer})
    def create(self, request: Request) -> Response:
        """Draft an application (owners and editors of the project's organisation)."""
        made = apply_to_call(**_valid(ApplicationInput, request), by=request.user, now=clock.now())
        return Response(ApplicationSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ApplicationEdit, responses=ApplicationSerializer)
    def update(self, request: Request, pk: str | None = None) -> Response:
        """Write a draft anew."""
        return self._do(edit_application, **_valid(ApplicationEdit, request))

    @extend_schema(request=None, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str | None = None) -> Response:
        """Submit a draft; everything missing comes back at once."""
        return self._do(submit_application)

    @extend_schema(request=None, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str | None = None) -> Response:
        """Withdraw an application."""
        return self._do(withdraw_application)

    @extend_schema(request=DecisionInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def admit(self, request: Request, pk: str | None = None) -> Response:
        """Admit an application: its match is reserved and its campaign made (officers)."""
        return self._do(admit_application, **_valid(DecisionInput, request))

    @extend_schema(request=DecisionInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str | None = None) -> Response:
        """Reject an application (officers)."""
        return self._do(reject_application, **_valid(DecisionInput, request))

    @extend_schema(request=DecisionInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"], url_path="not-funded")
    def not_funded(self, request: Request, pk: str | None = None) -> Response:
        """Find an application eligible, but the pot used up (officers)."""
        return self._do(mark_eligible_not_funded, **_valid(DecisionInput, request))

    def _do(self, deed: Callable[..., Application], **given: Any) -> Response:
        done = deed(application=self.get_object(), **given, by=self.request.user, now=clock.now())
        return Response(ApplicationSerializer(done).data)
