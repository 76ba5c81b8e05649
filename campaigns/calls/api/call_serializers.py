"""What the API says and takes of calls. Amounts in whole cents."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.enums import OrganisationKind
from accounts.places.models import Neighbourhood
from campaigns.calls.enums import Annex
from campaigns.calls.models import Call, MatchRule, Programme, Session
from campaigns.calls.selectors.reads import call_rule
from campaigns.calls.selectors.words import call_in_words, rule_in_words
from campaigns.calls.services.calls import Terms
from campaigns.calls.services.windows import Window
from campaigns.enums import Theme


class SessionSerializer(serializers.ModelSerializer[Session]):
    """A session of a call; `pot_cents` is its share of the pot, null where it draws on the whole."""

    class Meta:
        model = Session
        fields = ("number", "opens_at", "closes_at", "pot_cents")


class CallSerializer(serializers.ModelSerializer[Call]):
    """A call with its rule as data: what anyone needs to compute a match again."""

    programme = serializers.SlugRelatedField[Programme](slug_field="slug", read_only=True)
    included_neighbourhoods = serializers.SlugRelatedField[Neighbourhood](
        slug_field="slug", many=True, read_only=True, help_text="Empty: all."
    )
    excluded_neighbourhoods = serializers.SlugRelatedField[Neighbourhood](
        slug_field="slug", many=True, read_only=True
    )
    sessions = SessionSerializer(many=True, read_only=True)
    rule = serializers.SerializerMethodField(help_text="The rule in the simulator's format.")
    in_words = serializers.SerializerMethodField(help_text="Terms and rule as sentences.")

    class Meta:
        model = Call
        fields = (
            "slug",
            "programme",
            "title",
            "summary",
            "text",
            "status",
            "opens_at",
            "closes_at",
            "pot_cents",
            "cost_min_cents",
            "cost_max_cents",
            "campaign_days",
            "project_months_max",
            "organisation_kinds",
            "themes",
            "included_neighbourhoods",
            "excluded_neighbourhoods",
            "sessions",
            "asks",
            "declaration",
            "questions_until",
            "announced_on",
            "rule",
            "in_words",
        )

    def get_rule(self, call: Call) -> dict[str, Any]:
        """Return the rule under the call's terms."""
        return call_rule(call)

    def get_in_words(self, call: Call) -> list[str]:
        """Return who may apply and how the city matches, in the language asked for."""
        return [*call_in_words(call), *rule_in_words(call.rule)]


class WindowInput(serializers.Serializer[Any]):
    """A session to be written; they are numbered in the order in which they open."""

    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    pot_cents = serializers.IntegerField(required=False, allow_null=True, default=None)


class CallInput(serializers.Serializer[Any]):
    """The terms of a call."""

    programme = serializers.SlugRelatedField[Programme](slug_field="slug", queryset=Programme.objects.all())
    rule = serializers.PrimaryKeyRelatedField[MatchRule](queryset=MatchRule.objects.all())
    title = serializers.CharField(max_length=160)
    summary = serializers.CharField(max_length=240)
    text = serializers.CharField()
    pot_cents = serializers.IntegerField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    campaign_days = serializers.IntegerField(default=60)
    cost_min_cents = serializers.IntegerField(allow_null=True, default=None)
    cost_max_cents = serializers.IntegerField(allow_null=True, default=None)
    project_months_max = serializers.IntegerField(allow_null=True, default=None)
    organisation_kinds = serializers.MultipleChoiceField(choices=OrganisationKind.choices, default=set)
    themes = serializers.MultipleChoiceField(choices=Theme.choices, default=set)
    asks = serializers.MultipleChoiceField(choices=Annex.choices, default=set)
    declaration = serializers.CharField(allow_blank=True, default="")
    included_neighbourhoods = serializers.SlugRelatedField[Neighbourhood](
        slug_field="slug", many=True, queryset=Neighbourhood.objects.all(), required=False
    )
    excluded_neighbourhoods = serializers.SlugRelatedField[Neighbourhood](
        slug_field="slug", many=True, queryset=Neighbourhood.objects.all(), required=False
    )
    sessions = WindowInput(many=True, default=list)
    questions_until = serializers.DateTimeField(allow_null=True, default=None)
    announced_on = serializers.DateField(allow_null=True, default=None)


class ExtensionInput(serializers.Serializer[Any]):
    """More time for applicants; `number` is the session, where the call has some."""

    closes_at = serializers.DateTimeField()
    reason = serializers.CharField()
    number = serializers.IntegerField(required=False, allow_null=True, default=None)


def read_terms(given: dict[str, Any]) -> Terms:
    """Return the terms sent, for the service."""
    lists = {name: sorted(given[name]) for name in ("organisation_kinds", "themes", "asks")}
    places = {name: given.get(name, ()) for name in ("included_neighbourhoods", "excluded_neighbourhoods")}
    return Terms(
        **{**given, **lists, **places, "sessions": [Window(**window) for window in given["sessions"]]}
    )
