from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from campaigns.calls.api.contents import (
    ApplicationStepSerializer,
    BudgetSerializer,
    JudgementInput,
    LogframeSerializer,
    PlanSerializer,
    read_rungs,
)
from campaigns.calls.api.serializers import (
    ApplicationEdit,
    ApplicationInput,
    ApplicationSerializer,
    DecisionInput,
    ProgrammeSerializer,
    RuleInput,
    RuleSerializer,
    RuleVersionInput,
)
from campaigns.calls.api.taking import valid
from campaigns.calls.models import Application, MatchRule, Programme
from campaigns.calls.selectors.contents import contents_of
from campaigns.calls.selectors.reads import applications_seen_by
from campaigns.calls.selectors.steps import steps_seen
from campaigns.calls.services.applications import (
    apply_to_call,
    declare,
    edit_application,
    require_draft,
    set_cost_lines,
    submit_application,
    withdraw_application,
)
from campaigns.calls.services.decisions import (
    admit_application,
    judge_accessibility,
    mark_eligible_not_funded,
    reject_application,
)
from campaigns.calls.services.rules import create_rule, edit_rule, new_rule_version
from campaigns.services.budget import Line
from campaigns.services.logframe import set_logframe
from campaigns.services.plan import Figure, set_plan
from crowdfund.kit import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from rest_framework.request import Request


class ProgrammeViewSet(viewsets.ReadOnlyModelViewSet[Programme]):
    """Programmes and their public sheets."""

    queryset = Programme.objects.all()
    serializer_class = ProgrammeSerializer
    lookup_field = "slug"
    filterset_fields = ("code", "city")


class MatchRuleViewSet(viewsets.ReadOnlyModelViewSet[MatchRule]):
    """Versions of match rules. One that a published call uses is never changed: make a new version."""

    queryset = MatchRule.objects.all()
    serializer_class = RuleSerializer
    filterset_fields = ("kind", "name")

    @extend_schema(request=RuleInput, responses={201: RuleSerializer})
    def create(self, request: Request) -> Response:
        """Create the first version of a rule (officers)."""
        made = create_rule(**valid(RuleInput, request), by=request.user, now=clock.now())
        return Response(RuleSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RuleVersionInput, responses=RuleSerializer)
    def update(self, request: Request, pk: str | None = None) -> Response:
        """Change a version that no published call uses (officers)."""
        rule = self.get_object()
        edit_rule(rule=rule, **valid(RuleVersionInput, request), by=request.user, now=clock.now())
        return Response(RuleSerializer(rule).data)

    @extend_schema(request=RuleVersionInput, responses={201: RuleSerializer})
    @action(detail=True, methods=["post"])
    def versions(self, request: Request, pk: str | None = None) -> Response:
        """Supersede a rule with its next version (officers)."""
        given = valid(RuleVersionInput, request)
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
        made = apply_to_call(**valid(ApplicationInput, request), by=request.user, now=clock.now())
        return Response(ApplicationSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ApplicationEdit, responses=ApplicationSerializer)
    def update(self, request: Request, pk: str | None = None) -> Response:
        """Write a draft: what is left out stays as it was."""
        return self._do(edit_application, **valid(ApplicationEdit, request))

    @extend_schema(responses=ApplicationStepSerializer(many=True))
    @action(detail=True)
    def completeness(self, request: Request, pk: str | None = None) -> Response:
        """Say step by step what an application still lacks, and where it is written."""
        return Response(ApplicationStepSerializer(steps_seen(self.get_object()), many=True).data)

    @extend_schema(methods=["GET"], responses=BudgetSerializer)
    @extend_schema(methods=["PUT"], request=BudgetSerializer, responses=BudgetSerializer)
    @action(detail=True, methods=["get", "put"])
    def budget(self, request: Request, pk: str | None = None) -> Response:
        """Read what the cost is made of, or write all its lines anew; as submitted once it is."""
        application = self.get_object()
        if request.method == "PUT":
            lines = [Line(**line) for line in valid(BudgetSerializer, request)["lines"]]
            set_cost_lines(application=application, lines=lines, by=request.user, now=clock.now())
        return Response({"lines": contents_of(application)["cost_lines"]})

    @extend_schema(methods=["GET"], responses=PlanSerializer)
    @extend_schema(methods=["PUT"], request=PlanSerializer, responses=PlanSerializer)
    @action(detail=True, methods=["get", "put"], url_path="plan")
    def business_plan(self, request: Request, pk: str | None = None) -> Response:
        """Read the business plan by month, or write the whole of it anew; as submitted once it is."""
        application = self.get_object()
        if request.method == "PUT":
            figures = [Figure(**line) for line in valid(PlanSerializer, request)["lines"]]
            require_draft(application, by=request.user)
            set_plan(project=application.project, figures=figures, by=request.user, now=clock.now())
        return Response({"lines": contents_of(application)["plan_lines"]})

    @extend_schema(methods=["GET"], responses=LogframeSerializer)
    @extend_schema(methods=["PUT"], request=LogframeSerializer, responses=LogframeSerializer)
    @action(detail=True, methods=["get", "put"])
    def logframe(self, request: Request, pk: str | None = None) -> Response:
        """Read the logframe with its indicators, or write the whole of it anew; as submitted once it is."""
        application = self.get_object()
        if request.method == "PUT":
            rungs = read_rungs(valid(LogframeSerializer, request)["rungs"])
            require_draft(application, by=request.user)
            set_logframe(project=application.project, rungs=rungs, by=request.user, now=clock.now())
        return Response({"rungs": contents_of(application)["logframe"]})

    @extend_schema(request=None, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def declare(self, request: Request, pk: str | None = None) -> Response:
        """Accept the call's declaration in the organisation's name."""
        return self._do(declare)

    @extend_schema(request=JudgementInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def judge(self, request: Request, pk: str | None = None) -> Response:
        """Confirm, or deny, that a project is open to all abilities (officers)."""
        return self._do(judge_accessibility, **valid(JudgementInput, request))

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
        return self._do(admit_application, **valid(DecisionInput, request))

    @extend_schema(request=DecisionInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str | None = None) -> Response:
        """Reject an application (officers)."""
        return self._do(reject_application, **valid(DecisionInput, request))

    @extend_schema(request=DecisionInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"], url_path="not-funded")
    def not_funded(self, request: Request, pk: str | None = None) -> Response:
        """Find an application eligible, but the pot used up (officers)."""
        return self._do(mark_eligible_not_funded, **valid(DecisionInput, request))

    def _do(self, deed: Callable[..., Application], **given: Any) -> Response:
        done = deed(application=self.get_object(), **given, by=self.request.user, now=clock.now())
        return Response(ApplicationSerializer(done).data)
