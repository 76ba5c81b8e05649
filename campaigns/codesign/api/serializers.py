from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.codesign.enums import NeedKind, NeedSource, NeedStatus, ProposalStatus
from campaigns.codesign.models import Decision, Need, Proposal, ProposalVersion
from campaigns.codesign.selectors.proposals import shown_name
from campaigns.enums import Theme
from campaigns.models import Campaign


def place_field() -> serializers.SlugRelatedField[Neighbourhood]:
    """A neighbourhood named by its slug."""
    return serializers.SlugRelatedField(slug_field="slug", queryset=Neighbourhood.objects.defer("boundary"))


class NeedSerializer(serializers.ModelSerializer[Need]):
    """A need as everybody reads it."""

    neighbourhood = serializers.CharField(source="neighbourhood.slug")
    picture_url = serializers.CharField(read_only=True)
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Need
        fields = [
            "slug",
            "title",
            "text",
            "place",
            "neighbourhood",
            "theme",
            "source",
            "kind",
            "status",
            "supporters",
            "picture_url",
            "reported_at",
            "url",
        ]


class NewNeed(serializers.Serializer[Any]):
    """A need to report."""

    neighbourhood = place_field()
    theme = serializers.ChoiceField(choices=Theme.choices)
    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    place = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the name means something else to DRF
        choices=NeedSource.choices, default=NeedSource.ONLINE
    )
    kind = serializers.ChoiceField(choices=NeedKind.choices, default=NeedKind.EXPLICIT)
    client_key = serializers.UUIDField(
        required=False, help_text="Made by you: the same need sent twice with it is recorded once."
    )
    picture = serializers.FileField(required=False, help_text="JPEG, PNG or WebP, 8 MB at most (multipart).")


class Merge(serializers.Serializer[Any]):
    """Which need stays, by its slug, and why the two are the same."""

    into = serializers.SlugRelatedField(
        slug_field="slug", queryset=Need.objects.filter(status=NeedStatus.PUBLISHED).defer("search")
    )
    why = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class Share(serializers.Serializer[Any]):
    """Share a need; with `wants_news` we write when something is born from it."""

    wants_news = serializers.BooleanField(default=False)


class Shared(serializers.Serializer[Any]):
    """How many share the need now, and whether the person does."""

    shared = serializers.BooleanField()
    wants_news = serializers.BooleanField()
    supporters = serializers.IntegerField()


class VersionSerializer(serializers.ModelSerializer[ProposalVersion]):
    """One version of a proposal's text."""

    author = serializers.SerializerMethodField()

    class Meta:
        model = ProposalVersion
        fields = ["number", "text", "what", "author", "written_at"]

    @extend_schema_field(str)
    def get_author(self, version: ProposalVersion) -> str:
        """Return the name the author shows."""
        return shown_name(version.author)


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """What was decided, and why."""

    class Meta:
        model = Decision
        fields = ["text", "reason", "decided_at"]
        read_only_fields = ["decided_at"]


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    """A proposal in a list."""

    neighbourhood = serializers.CharField(source="neighbourhood.slug")
    project = serializers.CharField(source="project.slug", default=None, allow_null=True)
    versions = serializers.IntegerField(source="versions_count")
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Proposal
        fields = [
            "slug",
            "title",
            "summary",
            "neighbourhood",
            "theme",
            "status",
            "project",
            "versions",
            "started_at",
            "url",
        ]


class ProposalFull(serializers.Serializer[Any]):
    """A proposal with its text, its contributors, its needs and its decisions."""

    slug = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    neighbourhood = serializers.CharField()
    theme = serializers.ChoiceField(choices=Theme.choices)
    status = serializers.ChoiceField(choices=ProposalStatus.choices)
    project = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    version = serializers.IntegerField(help_text="Number of the latest version; send it back as `based_on`.")
    contributors = serializers.ListField(child=serializers.CharField())
    needs = NeedSerializer(many=True)
    decisions = DecisionSerializer(many=True)
    started_at = serializers.DateTimeField()
    url = serializers.CharField()


class NewProposal(serializers.Serializer[Any]):
    """A proposal to start."""

    needs = serializers.SlugRelatedField(
        slug_field="slug", many=True, queryset=Need.objects.filter(status=NeedStatus.PUBLISHED)
    )
    neighbourhood = place_field()
    theme = serializers.ChoiceField(choices=Theme.choices)
    title = serializers.CharField(max_length=120)
    summary = serializers.CharField(max_length=240)
    text = serializers.CharField(max_length=20_000)


class NewVersion(serializers.Serializer[Any]):
    """A whole new text, written on top of version `based_on`."""

    text = serializers.CharField(max_length=20_000)
    what = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    based_on = serializers.IntegerField(min_value=1)


class AdoptionSerializer(serializers.Serializer[Any]):
    """The organisation that will carry the project, by its slug."""

    organisation = serializers.SlugRelatedField(slug_field="slug", queryset=Organisation.objects.all())


class Adopted(serializers.Serializer[Any]):
    """The project that was born."""

    project = serializers.CharField()
    url = serializers.CharField()


class LinkedCampaign(serializers.ModelSerializer[Campaign]):
    """A campaign at the end of a chain."""

    class Meta:
        model = Campaign
        fields = ["slug", "status", "deadline"]


class ChainSerializer(serializers.Serializer[Any]):
    """From needs to a proposal, a project and its campaigns."""

    needs = NeedSerializer(many=True)
    proposal = serializers.SlugField(source="proposal.slug", default=None, allow_null=True)
    contributors = serializers.ListField(child=serializers.CharField())
    versions = serializers.IntegerField()
    project = serializers.SlugField(source="project.slug")
    campaigns = LinkedCampaign(many=True)
