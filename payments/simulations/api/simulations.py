"""Simulations over the API: the same service as the pages. Amounts in whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import require
from campaigns.calls.models import Call
from crowdfund.kit import clock
from payments.simulations.enums import Source
from payments.simulations.models import Simulation
from payments.simulations.permissions import can_see_simulations, can_simulate
from payments.simulations.selectors import simulations
from payments.simulations.services import NamedRule, Upload, delete_simulation, order_simulation

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from accounts.models import User


class SimulationSerializer(serializers.ModelSerializer[Simulation]):
    """A simulation: what it takes, how far it is."""

    source = serializers.CharField(help_text="`call`, `edition` or `files`.")  # type: ignore[assignment]  # a field of ours
    status = serializers.CharField(help_text="`waiting`, `running`, `done` or `failed`.")
    call = serializers.CharField(source="call.slug", default=None, allow_null=True)

    class Meta:
        model = Simulation
        fields = [
            *("id", "title", "source", "call", "edition", "seed", "file_names", "rules", "status", "step"),
            *("percent", "error", "bad_count", "created_at", "finished_at"),
        ]
        read_only_fields = fields


class SimulationWithResultSerializer(SimulationSerializer):
    """A simulation with what came out, or its bad rows."""

    class Meta(SimulationSerializer.Meta):
        fields = [*SimulationSerializer.Meta.fields, "bad_rows", "result"]
        read_only_fields = fields


class NewSimulationSerializer(serializers.Serializer[Any]):
    """A simulation to order: JSON, or multipart with the two files (then `rules` is JSON as text)."""

    source = serializers.ChoiceField(choices=Source.choices)  # type: ignore[assignment]  # a field of ours
    title = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    rules = serializers.JSONField(
        help_text="One to three rules as in docs/simulator.md; `name` is their label."
    )
    call = serializers.SlugRelatedField(
        slug_field="slug", queryset=Call.objects.all(), required=False, default=None, allow_null=True
    )
    edition = serializers.CharField(max_length=16, required=False, default="", allow_blank=True)
    seed = serializers.IntegerField(required=False, default=1)
    campaigns = serializers.FileField(required=False, default=None)
    pledges = serializers.FileField(required=False, default=None)

    def validate_rules(self, value: Any) -> list[NamedRule]:
        """Take a list of objects; what is wrong with a rule's data the service says."""
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise serializers.ValidationError("A list of JSON objects.")
        return [NamedRule(str(one.get("name") or one.get("kind") or "?"), one) for one in value]


@extend_schema(tags=["simulations"])
class SimulationsView(generics.ListAPIView[Simulation]):
    """Simulations, newest first. For officers, approvers and auditors."""

    serializer_class = SimulationSerializer
    filterset_fields = ["status", "source"]

    def get_queryset(self) -> QuerySet[Simulation]:
        """Return every simulation to who may see them."""
        if not getattr(self, "swagger_fake_view", False):
            require(can_see_simulations(self.request.user))
        return simulations().defer("result", "bad_rows")

    @extend_schema(request=NewSimulationSerializer, responses={201: SimulationSerializer})
    def post(self, request: Request) -> Response:
        """Order a simulation; it is worked on in the background. For officers."""
        require(can_simulate(request.user))
        data = NewSimulationSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        given = dict(data.validated_data)
        for name in ("campaigns", "pledges"):
            file = given.pop(name)
            given[name] = Upload(file.name, file.read()) if file else None
        made = order_simulation(**given, by=cast("User", request.user), now=clock.now())
        return Response(SimulationSerializer(made).data, status=status.HTTP_201_CREATED)


class SimulationView(APIView):
    """One simulation."""

    @extend_schema(responses=SimulationWithResultSerializer, tags=["simulations"])
    def get(self, request: Request, pk: int) -> Response:
        """A simulation with its result, or the sentences about its bad rows. For officers, approvers and auditors."""
        require(can_see_simulations(request.user))
        return Response(SimulationWithResultSerializer(get_object_or_404(simulations(), pk=pk)).data)

    @extend_schema(responses={204: OpenApiResponse(description="Deleted.")}, tags=["simulations"])
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a simulation and what it kept. For officers."""
        require(can_simulate(request.user))
        row = get_object_or_404(simulations(), pk=pk)
        delete_simulation(simulation=row, by=cast("User", request.user), now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
