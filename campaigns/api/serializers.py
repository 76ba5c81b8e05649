"""The shapes of campaigns and projects on the wire: amounts in whole cents, times in ISO 8601."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.enums import BudgetKind, CampaignStatus, MilestoneStatus, Theme
from campaigns.models import Project
from campaigns.services.campaigns import LONGEST_DAYS, LONGEST_REASON


class CampaignCardShape(serializers.Serializer[Any]):
    """A campaign in a list."""

    slug = serializers.CharField()
    status = serializers.ChoiceField(CampaignStatus.choices)
    title = serializers.CharField()
    summary = serializers.CharField()
    theme = serializers.ChoiceField(Theme.choices)
    neighbourhood = serializers.CharField(help_text="Slug of the neighbourhood.")
    project = serializers.CharField(help_text="Slug of the project.")
    organisation = serializers.CharField()
    picture_url = serializers.CharField()
    cost_cents = serializers.IntegerField()
    goal_cents = serializers.IntegerField()
    pledged_cents = serializers.IntegerField(help_text="Promised; charged only if the goal is reached.")
    promised_cents = serializers.IntegerField(
        help_text="By bank transfer, not arrived: not in what is pledged."
    )
    collected_cents = serializers.IntegerField(
        help_text="Charged by card; of transfers and cash, what stays once the goal was reached."
    )
    match_cents = serializers.IntegerField(help_text="What the municipality adds.")
    backers = serializers.IntegerField()
    opens_at = serializers.DateTimeField(allow_null=True)
    deadline = serializers.DateTimeField(allow_null=True)


class BudgetLineShape(serializers.Serializer[Any]):
    """One line of a budget."""

    kind = serializers.ChoiceField(BudgetKind.choices)
    label = serializers.CharField(max_length=120)  # type: ignore[assignment]  # the name means something else to DRF
    amount_cents = serializers.IntegerField(min_value=1)


class BudgetShape(serializers.Serializer[Any]):
    """A whole budget: its lines sum to the cost, and name the fees when the campaign bears them."""

    lines = BudgetLineShape(many=True)


class RewardShape(serializers.Serializer[Any]):
    """What a backer receives from `min_cents` on."""

    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField(max_length=100)
    text = serializers.CharField(max_length=2_000, required=False, allow_blank=True)
    min_cents = serializers.IntegerField(min_value=1)
    declared_value_cents = serializers.IntegerField(min_value=0, required=False)
    stock = serializers.IntegerField(
        min_value=1, allow_null=True, required=False, help_text="Null: no limit."
    )
    claimed = serializers.IntegerField(read_only=True)


class MilestoneShape(serializers.Serializer[Any]):
    """A step of the work."""

    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField()
    due_on = serializers.DateField()
    share_percent = serializers.IntegerField(help_text="Share of the match that hangs on it, in percent.")
    status = serializers.ChoiceField(MilestoneStatus.choices)
    reached_on = serializers.DateField(allow_null=True)
    evidence = serializers.CharField()


class UpdateShape(serializers.Serializer[Any]):
    """News from the team, in Markdown."""

    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField(max_length=120)
    text = serializers.CharField()
    posted_at = serializers.DateTimeField(read_only=True)


class QuestionShape(serializers.Serializer[Any]):
    """A question and its answer."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField()


class CampaignShape(CampaignCardShape):
    """One campaign with all its parts."""

    story = serializers.CharField(help_text="In Markdown.")
    picture_alt = serializers.CharField()
    days = serializers.IntegerField()
    fees_borne_by_campaign = serializers.BooleanField()
    budget = BudgetLineShape(many=True)
    rewards = RewardShape(many=True)
    milestones = MilestoneShape(many=True)
    updates = UpdateShape(many=True)
    questions = QuestionShape(many=True)


class FiguresShape(serializers.Serializer[Any]):
    """What can be changed of a draft; what is left out stays."""

    cost_cents = serializers.IntegerField(min_value=1, required=False)
    goal_cents = serializers.IntegerField(min_value=1, required=False)
    days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS, required=False)
    fees_borne_by_campaign = serializers.BooleanField(required=False)


class StatusShape(serializers.Serializer[Any]):
    """Where the campaign stands after the deed."""

    slug = serializers.CharField()
    status = serializers.ChoiceField(CampaignStatus.choices)


class ReasonShape(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class LaunchShape(serializers.Serializer[Any]):
    """Until when; without a deadline, the days agreed on, to the end of the last civil day."""

    deadline = serializers.DateTimeField(required=False, allow_null=True)


class ProjectShape(serializers.ModelSerializer[Project]):
    """A project."""

    organisation = serializers.CharField(source="organisation.name")
    neighbourhood = serializers.CharField(source="neighbourhood.slug")
    story = serializers.CharField(help_text="In Markdown.")
    picture_url = serializers.CharField()

    class Meta:
        model = Project
        fields = [
            "slug",
            "title",
            "summary",
            "theme",
            "organisation",
            "neighbourhood",
            "story",
            "picture_url",
            "picture_alt",
            "created_at",
        ]


class NewProject(serializers.Serializer[Any]):
    """A project to start."""

    organisation = serializers.SlugRelatedField(slug_field="slug", queryset=Organisation.objects.all())
    neighbourhood = serializers.SlugRelatedField(slug_field="slug", queryset=Neighbourhood.objects.all())
    theme = serializers.ChoiceField(Theme.choices)
    title = serializers.CharField(max_length=120)
    summary = serializers.CharField(max_length=240)
    story = serializers.CharField(help_text="In Markdown.")
    picture_alt = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ProjectPatch(serializers.Serializer[Any]):
    """What can be changed of a project; what is left out stays."""

    title = serializers.CharField(max_length=120, required=False)
    summary = serializers.CharField(max_length=240, required=False)
    theme = serializers.ChoiceField(Theme.choices, required=False)
    neighbourhood = serializers.SlugRelatedField(
        slug_field="slug", queryset=Neighbourhood.objects.all(), required=False
    )
    story = serializers.CharField(required=False)
    picture_alt = serializers.CharField(max_length=200, required=False, allow_blank=True)


class NeighbourhoodShape(serializers.ModelSerializer[Neighbourhood]):
    """A part of the city, with what happens there. Its shape is among the boundaries."""

    campaigns = serializers.IntegerField(help_text="Campaigns launched there.")
    pledged_cents = serializers.IntegerField()

    class Meta:
        model = Neighbourhood
        fields = ["slug", "name", "zone", "residents", "campaigns", "pledged_cents"]
