"""What the API says and takes of an application's budget, plan and logframe, and of what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from campaigns.calls.api.serializers import ProblemSerializer
from campaigns.enums import BudgetKind, IndicatorField, IndicatorKind, LogframeLevel
from campaigns.models import PLAN_KINDS
from campaigns.services.logframe import Measure, Rung

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class ApplicationStepSerializer(serializers.Serializer[Any]):
    """One step of an application: where it is written, and what it still lacks."""

    step = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]  # its name in words
    url = serializers.CharField(read_only=True)
    problems = ProblemSerializer(many=True, read_only=True)


class CostLineSerializer(serializers.Serializer[Any]):
    """What part of the cost buys what, in whole cents."""

    kind = serializers.ChoiceField(BudgetKind.choices)
    label = serializers.CharField(max_length=120)  # type: ignore[assignment]  # the column's name
    amount_cents = serializers.IntegerField()


class BudgetSerializer(serializers.Serializer[Any]):
    """All lines of an application's cost."""

    lines = CostLineSerializer(many=True)


class PlanLineSerializer(serializers.Serializer[Any]):
    """One figure of a plan: month (1 is the first), kind of income or cost, whole cents."""

    month = serializers.IntegerField()
    kind = serializers.ChoiceField(PLAN_KINDS)
    amount_cents = serializers.IntegerField()


class PlanSerializer(serializers.Serializer[Any]):
    """A whole business plan."""

    lines = PlanLineSerializer(many=True)


class IndicatorSerializer(serializers.Serializer[Any]):
    """How an entry of a logframe is measured; plain numbers in `unit`, no money."""

    name = serializers.CharField(max_length=160)
    kind = serializers.ChoiceField(IndicatorKind.choices, default=IndicatorKind.OUTPUT)
    direct = serializers.BooleanField(default=True)
    field = serializers.ChoiceField(IndicatorField.choices, default=IndicatorField.SOCIAL)
    unit = serializers.CharField(max_length=40)
    baseline = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True, default=None)
    target = serializers.DecimalField(max_digits=14, decimal_places=2)
    due_on = serializers.DateField()
    source_of_verification = serializers.CharField(max_length=200, allow_blank=True, default="")


class RungSerializer(serializers.Serializer[Any]):
    """An entry of a logframe."""

    level = serializers.ChoiceField(LogframeLevel.choices)
    text = serializers.CharField(max_length=400)
    assumptions = serializers.CharField(max_length=400, allow_blank=True, default="")
    indicators = IndicatorSerializer(many=True, default=list)


class LogframeSerializer(serializers.Serializer[Any]):
    """A whole logframe."""

    rungs = RungSerializer(many=True)


class JudgementInput(serializers.Serializer[Any]):
    """Whether a project is open to all abilities, as its application says."""

    confirmed = serializers.BooleanField()


def read_rungs(rows: Iterable[Mapping[str, Any]]) -> list[Rung]:
    """Return the entries sent, for the service."""
    return [
        Rung(**{**row, "indicators": [Measure(**measure) for measure in row["indicators"]]}) for row in rows
    ]
