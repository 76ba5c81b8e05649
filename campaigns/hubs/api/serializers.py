from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Organisation
from campaigns.hubs.enums import OutlayKind, PartnershipForm
from campaigns.hubs.models import Agreement, Booking, Building, Hub, OpeningHours, Outlay, Space


class BuildingSerializer(serializers.ModelSerializer[Building]):
    """A public building."""

    neighbourhood = serializers.CharField(source="neighbourhood.slug")
    state = serializers.CharField()

    class Meta:
        model = Building
        fields = [
            "name",
            "owner",
            "address",
            "neighbourhood",
            "area_m2",
            "state",
            "accessibility",
            "picture_url",
        ]


class OutlaySerializer(serializers.ModelSerializer[Outlay]):
    """Works or equipment; the cost in whole cents."""

    kind = serializers.CharField()

    class Meta:
        model = Outlay
        fields = ["id", "kind", "what", "cost_cents", "begun_on", "ended_on"]


class AgreementSerializer(serializers.ModelSerializer[Agreement]):
    """Who runs a hub under what terms; the yearly fee in whole cents."""

    organisation = serializers.CharField(source="organisation.slug")
    form = serializers.CharField()

    class Meta:
        model = Agreement
        fields = [
            "id",
            "organisation",
            "partners",
            "form",
            "starts_on",
            "ends_on",
            "fee_cents",
            "obligations",
        ]


class OpeningHoursSerializer(serializers.ModelSerializer[OpeningHours]):
    """Opening hours by the city's clock; Monday is 1."""

    weekday = serializers.IntegerField()

    class Meta:
        model = OpeningHours
        fields = ["weekday", "opens", "closes"]


class SpaceSerializer(serializers.ModelSerializer[Space]):
    """A space with its rules; the price per hour in whole cents."""

    hours = OpeningHoursSerializer(many=True)
    free_for = serializers.CharField()
    bookers = serializers.CharField()

    class Meta:
        model = Space
        fields = [
            *("slug", "name", "capacity", "equipment", "price_cents", "free_for", "bookers"),
            *("notice_hours", "longest_minutes", "ahead_days", "hours"),
        ]


class HubSerializer(serializers.ModelSerializer[Hub]):
    """A hub in a list."""

    building = BuildingSerializer()
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Hub
        fields = ["slug", "name", "summary", "contact", "building", "url"]


class HubDetailSerializer(HubSerializer):
    """A hub with its spaces, agreements, works and projects."""

    spaces = SpaceSerializer(many=True)
    agreements = AgreementSerializer(many=True)
    outlays = OutlaySerializer(many=True, source="building.outlays")
    projects: Any = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)

    class Meta(HubSerializer.Meta):
        fields = [*HubSerializer.Meta.fields, "story", "spaces", "agreements", "outlays", "projects"]


class PublicBookingSerializer(serializers.ModelSerializer[Booking]):
    """What the public calendar shows: the title only where it may be public, and never who booked."""

    space = serializers.CharField(source="space.slug")
    title = serializers.SerializerMethodField()

    class Meta:
        model = Booking
        fields = ["uid", "space", "title", "starts_at", "ends_at"]

    @extend_schema_field(str)
    def get_title(self, booking: Booking) -> str:
        """Return the title, or nothing."""
        return booking.title if booking.public else ""


class BookingSerializer(serializers.ModelSerializer[Booking]):
    """A booking as who made it sees it; the price in whole cents."""

    hub = serializers.CharField(source="space.hub.slug")
    space = serializers.CharField(source="space.slug")
    status = serializers.CharField()

    class Meta:
        model = Booking
        fields = [
            *("id", "hub", "space", "series", "title", "public", "people", "starts_at", "ends_at"),
            *("price_cents", "status"),
        ]


class BookingInput(serializers.Serializer[Any]):
    """A request, by the city's clock; with `until` every week up to that day, all or nothing."""

    title = serializers.CharField(max_length=120)
    day = serializers.DateField()
    begins = serializers.TimeField()
    ends = serializers.TimeField()
    until = serializers.DateField(required=False, allow_null=True, default=None)
    people = serializers.IntegerField(min_value=1, max_value=10_000)
    public = serializers.BooleanField(default=False)
    organisation = serializers.SlugRelatedField(
        slug_field="slug", queryset=Organisation.objects.all(), required=False, allow_null=True, default=None
    )


class DeedInput(serializers.Serializer[Any]):
    """A reason, where one is due; `whole` cancels the later weeks too."""

    why = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    whole = serializers.BooleanField(default=False)


class AgreementInput(serializers.Serializer[Any]):
    """An agreement to record."""

    organisation = serializers.SlugRelatedField(slug_field="slug", queryset=Organisation.objects.all())
    form = serializers.ChoiceField(choices=PartnershipForm.choices)
    partners = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    fee_cents = serializers.IntegerField(min_value=0, default=0)
    obligations = serializers.CharField(max_length=5000)
    alert_days = serializers.IntegerField(min_value=1, max_value=3650, default=180)


class OutlayInput(serializers.Serializer[Any]):
    """Works or equipment to record."""

    kind = serializers.ChoiceField(choices=OutlayKind.choices)
    what = serializers.CharField(max_length=200)
    cost_cents = serializers.IntegerField()
    begun_on = serializers.DateField()
    ended_on = serializers.DateField(required=False, allow_null=True, default=None)
