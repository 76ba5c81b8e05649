"""Accompaniment over the API: the same services as the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from campaigns.accompaniment.enums import EnterpriseStatus, LegalForm, Topic
from campaigns.accompaniment.models import Enterprise, Observation, TutoringSession
from campaigns.accompaniment.permissions import can_see_tutoring
from campaigns.accompaniment.selectors.enterprises import births, enterprise_data, enterprises
from campaigns.accompaniment.selectors.tutoring import sessions_of
from campaigns.accompaniment.services import log_tutoring, observe_enterprise, register_enterprise
from campaigns.accompaniment.services.enterprises import Birth
from campaigns.accompaniment.services.tutoring import Held
from campaigns.models import Project
from crowdfund.kit import clock

if TYPE_CHECKING:
    from rest_framework.request import Request


class TutoringSerializer(serializers.ModelSerializer[TutoringSession]):
    """A session of a tutor with a project."""

    topic = serializers.ChoiceField(choices=Topic.choices)

    class Meta:
        model = TutoringSession
        fields = [
            "id", "held_on", "minutes", "people", "topic", "agreed", "next_step", "next_due_on",
            "done_at", "struck_at", "struck_reason",
        ]  # fmt: skip
        read_only_fields = ["done_at", "struck_at", "struck_reason"]


class EnterpriseSerializer(serializers.Serializer[Any]):
    """An enterprise as it was seen last. Employment in hundredths of full time."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    legal_form = serializers.ChoiceField(choices=LegalForm.choices)
    vat_number = serializers.CharField()
    born_on = serializers.DateField()
    project = serializers.CharField()
    neighbourhood = serializers.CharField()
    status = serializers.ChoiceField(choices=EnterpriseStatus.choices)
    seen_on = serializers.DateField()
    jobs_at_birth_hundredths = serializers.IntegerField()
    jobs_now_hundredths = serializers.IntegerField()
    disadvantaged_now_hundredths = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]


class SurvivalStep(serializers.Serializer[Any]):
    """After so many months: seen that long, closed then, and the exact share that lives on."""

    months = serializers.IntegerField()
    at_risk = serializers.IntegerField()
    closed = serializers.IntegerField()
    surviving = serializers.CharField(help_text="An exact fraction, such as 7/8.")


class EnterprisesSerializer(serializers.Serializer[Any]):
    """All enterprises, and how long they live."""

    active = serializers.IntegerField()
    enterprises = EnterpriseSerializer(many=True)
    survival = SurvivalStep(many=True)


class BirthSerializer(serializers.Serializer[Any]):
    """An enterprise's papers."""

    name = serializers.CharField(max_length=160)
    legal_form = serializers.ChoiceField(choices=LegalForm.choices)
    born_on = serializers.DateField()
    tax_code = serializers.CharField(max_length=20)
    vat_number = serializers.CharField(max_length=20)
    source = serializers.CharField(max_length=200)  # type: ignore[assignment]
    jobs_hundredths = serializers.IntegerField(min_value=0, default=0)
    disadvantaged_hundredths = serializers.IntegerField(min_value=0, default=0)


class ObservationSerializer(serializers.ModelSerializer[Observation]):
    """What was seen of an enterprise on a day."""

    status = serializers.ChoiceField(choices=EnterpriseStatus.choices)

    class Meta:
        model = Observation
        fields = ["observed_on", "status", "jobs_hundredths", "disadvantaged_hundredths", "source"]


def _project(slug: str) -> Project:
    return get_object_or_404(Project.objects.defer("search", "story"), slug=slug)


class ProjectTutoring(APIView):
    """The log of a project's accompaniment."""

    permission_classes = [IsAuthenticated]

    @extend_schema(responses=TutoringSerializer(many=True), tags=["accompaniment"])
    def get(self, request: Request, slug: str) -> Response:
        """Read the sessions: the team, tutors and the municipality's desk."""
        project = _project(slug)
        require(can_see_tutoring(request.user, project))
        return Response(TutoringSerializer(sessions_of(project), many=True).data)

    @extend_schema(request=TutoringSerializer, responses={201: TutoringSerializer}, tags=["accompaniment"])
    def post(self, request: Request, slug: str) -> Response:
        """Write a session down."""
        asked = TutoringSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = log_tutoring(
            project=_project(slug),
            held=Held(**asked.validated_data),
            by=request.user,  # type: ignore[arg-type]
            now=clock.now(),
        )
        return Response(TutoringSerializer(made).data, status=status.HTTP_201_CREATED)


class EnterpriseList(APIView):
    """The enterprises that were born."""

    @extend_schema(responses=EnterprisesSerializer, tags=["accompaniment"])
    def get(self, request: Request) -> Response:
        """Read all of them, and the estimate of how long they live."""
        found = births(enterprises())
        steps = [
            {
                "months": step.months,
                "at_risk": step.at_risk,
                "closed": step.closed,
                "surviving": f"{step.surviving.numerator}/{step.surviving.denominator}",
            }
            for step in found.steps
        ]
        return Response(
            {
                "active": found.active,
                "enterprises": [enterprise_data(row) for row in found.rows],
                "survival": steps,
            }
        )


class ProjectEnterprises(APIView):
    """The enterprises a project became."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(responses=EnterpriseSerializer(many=True), tags=["accompaniment"])
    def get(self, request: Request, slug: str) -> Response:
        """Read them."""
        return Response([enterprise_data(row) for row in enterprises(_project(slug))])

    @extend_schema(request=BirthSerializer, responses={201: EnterpriseSerializer}, tags=["accompaniment"])
    def post(self, request: Request, slug: str) -> Response:
        """Register one."""
        asked = BirthSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        project = _project(slug)
        made = register_enterprise(
            project=project, birth=Birth(**asked.validated_data), by=request.user, now=clock.now()
        )
        [row] = [one for one in enterprises(project) if one.enterprise.pk == made.pk]
        return Response(enterprise_data(row), status=status.HTTP_201_CREATED)


class Observations(APIView):
    """What was seen of an enterprise."""

    permission_classes = [IsAuthenticatedOrReadOnly]

    @extend_schema(responses=ObservationSerializer(many=True), tags=["accompaniment"])
    def get(self, request: Request, pk: int) -> Response:
        """Read it all, oldest first."""
        return Response(
            ObservationSerializer(get_object_or_404(Enterprise, pk=pk).observations.all(), many=True).data
        )

    @extend_schema(
        request=ObservationSerializer, responses={201: ObservationSerializer}, tags=["accompaniment"]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Write down what was seen."""
        asked = ObservationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        enterprise = get_object_or_404(Enterprise.objects.select_related("project"), pk=pk)
        made = observe_enterprise(
            enterprise=enterprise, **asked.validated_data, by=request.user, now=clock.now()
        )
        return Response(ObservationSerializer(made).data, status=status.HTTP_201_CREATED)
