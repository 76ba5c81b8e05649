"""What the API says and takes of programmes, calls, rules and applications. Amounts in whole cents."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.calls.enums import RuleKind, Shortfall
from campaigns.calls.models import Application, Call, MatchRule, Programme
from campaigns.calls.selectors.completeness import missing_in
from campaigns.calls.selectors.words import rule_in_words
from campaigns.models import Project


class ProgrammeSerializer(serializers.ModelSerializer[Programme]):
    """A programme's public sheet. Its financial progress is at `/programmes/{slug}/ladder/`."""

    class Meta:
        model = Programme
        fields = (
            "slug",
            "title",
            "code",
            "action",
            "city",
            "implementing_body",
            "cup",
            "rup",
            "about",
            "starts_on",
            "ends_on",
            "updated_at",
        )


class RuleSerializer(serializers.ModelSerializer[MatchRule]):
    """A version of a match rule."""

    in_words = serializers.SerializerMethodField()

    class Meta:
        model = MatchRule
        fields = (
            "id",
            "name",
            "version",
            "kind",
            "data",
            "shortfall",
            "recovery_days",
            "created_at",
            "in_words",
        )

    def get_in_words(self, rule: MatchRule) -> list[str]:
        """Return the rule as sentences."""
        return rule_in_words(rule)


class RuleVersionInput(serializers.Serializer[Any]):
    """The data of a rule; what is wrong with it comes back all at once in `problems`."""

    data = serializers.JSONField(  # type: ignore[assignment]  # the name a rule's data goes by
        help_text="Percents and amounts in whole cents, as the rule's kind asks."
    )
    shortfall = serializers.ChoiceField(Shortfall.choices, default=Shortfall.PROCEED)
    recovery_days = serializers.IntegerField(default=7)


class RuleInput(RuleVersionInput):
    """A new rule: its name and kind beside its data."""

    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(RuleKind.choices)


class ProblemSerializer(serializers.Serializer[Any]):
    """One thing that is missing."""

    code = serializers.CharField()
    detail = serializers.CharField(source="__str__")
    field = serializers.CharField(allow_null=True)


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    """An application as its team and the officers read it."""

    call = serializers.SlugRelatedField[Call](slug_field="slug", read_only=True)
    project = serializers.SlugRelatedField[Project](slug_field="slug", read_only=True)
    campaign = serializers.SerializerMethodField(help_text="The campaign's slug once admitted.")
    session = serializers.IntegerField(
        source="session.number", default=None, read_only=True, allow_null=True, help_text="Its number."
    )
    missing = serializers.SerializerMethodField(
        help_text="What a draft still lacks before it can be submitted."
    )

    class Meta:
        model = Application
        fields = (
            "id",
            "call",
            "project",
            "campaign",
            "status",
            "cost_cents",
            "goal_cents",
            "other_source",
            "other_source_cents",
            "motivation",
            "plan",
            "project_months",
            "all_abilities",
            "accessibility",
            "all_abilities_confirmed",
            "declared_at",
            "session",
            "submitted_at",
            "decided_at",
            "decision_reason",
            "missing",
        )

    def get_campaign(self, application: Application) -> str | None:
        """Return the campaign's address."""
        return application.campaign.slug if application.campaign else None

    @extend_schema_field(ProblemSerializer(many=True))
    def get_missing(self, application: Application) -> Any:
        """Return what is missing, for drafts only."""
        found = missing_in(application) if application.status == "draft" else []
        return ProblemSerializer(found, many=True).data


class ApplicationEdit(serializers.Serializer[Any]):
    """What a team writes; what is left out stays as it was."""

    cost_cents = serializers.IntegerField(required=False)
    goal_cents = serializers.IntegerField(required=False, allow_null=True)
    other_source = serializers.CharField(required=False, allow_blank=True)
    other_source_cents = serializers.IntegerField(required=False)
    motivation = serializers.CharField(required=False, allow_blank=True)
    plan = serializers.CharField(required=False, allow_blank=True)
    project_months = serializers.IntegerField(required=False, allow_null=True)
    all_abilities = serializers.BooleanField(required=False)
    accessibility = serializers.CharField(required=False, allow_blank=True)


class ApplicationInput(ApplicationEdit):
    """A new application: which project, to which call, at what cost."""

    call = serializers.SlugRelatedField[Call](slug_field="slug", queryset=Call.objects.all())
    project = serializers.SlugRelatedField[Project](slug_field="slug", queryset=Project.objects.all())
    cost_cents = serializers.IntegerField()


class DecisionInput(serializers.Serializer[Any]):
    """Why an application was decided so."""

    reason = serializers.CharField(help_text="The team reads it; the reasons of the ranking are public.")
