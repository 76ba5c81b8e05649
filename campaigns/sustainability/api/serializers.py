from __future__ import annotations

from typing import Any

from rest_framework import serializers

from campaigns.sustainability.enums import Stage
from campaigns.sustainability.models import BOOKED_KINDS, FIGURES, Books, Correction, MonthlyAccount
from campaigns.sustainability.services.months import Extras

AMOUNT_FIELDS = [f"{name}_cents" for name in FIGURES]
BOOKED_FIELDS = [f"booked_{name}_cents" for name in BOOKED_KINDS]
OTHER_FIELDS = ["cash_end_cents", "volunteer_hours", "fte_hundredths", "disadvantaged_hundredths"]


class PublicMonth(serializers.ModelSerializer[MonthlyAccount]):
    """A month as everybody reads it: `booked_…` is the part of an amount that the service booked by itself."""

    month = serializers.CharField(help_text="YYYY-MM")

    class Meta:
        model = MonthlyAccount
        fields = ["month", "closed_at", *AMOUNT_FIELDS, *BOOKED_FIELDS, *OTHER_FIELDS]


class CorrectionSerializer(serializers.ModelSerializer[Correction]):
    """A correction of a closed month."""

    month = serializers.CharField(help_text="YYYY-MM", read_only=True)

    class Meta:
        model = Correction
        fields = ["month", "figure", "before_cents", "after_cents", "reason", "at"]
        read_only_fields = ["before_cents", "at"]


class AccountsSerializer(serializers.Serializer[Any]):
    """The closed months of a project, and every correction."""

    project = serializers.CharField()
    currency = serializers.CharField()
    unit = serializers.CharField()
    months = PublicMonth(many=True)
    corrections = CorrectionSerializer(many=True)


class NewBooks(serializers.ModelSerializer[Books]):
    """The day from which a project keeps accounts."""

    class Meta:
        model = Books
        fields = ["opened_on"]


class MonthToWrite(serializers.ModelSerializer[MonthlyAccount]):
    """A whole month without what the service books by itself; what is left out is 0, the cash unknown."""

    class Meta:
        model = MonthlyAccount
        fields = [*AMOUNT_FIELDS, *OTHER_FIELDS, "note"]
        extra_kwargs = {name: {"required": False, "default": 0} for name in AMOUNT_FIELDS}

    def deed(self) -> dict[str, Any]:
        """Return the month as the services take it."""
        data = dict(self.validated_data)
        return {
            "figures": {name: data.pop(f"{name}_cents", 0) for name in FIGURES},
            "cash_end_cents": data.pop("cash_end_cents", None),
            "extras": Extras(**data),
        }


class WrittenMonth(serializers.ModelSerializer[MonthlyAccount]):
    """A month as its team reads it: amounts hold what the service booked by itself, `booked_…`, too."""

    month = serializers.DateField(format="%Y-%m")

    class Meta:
        model = MonthlyAccount
        fields = ["month", "closed_at", *AMOUNT_FIELDS, *BOOKED_FIELDS, *OTHER_FIELDS, "note"]


class StandingSerializer(serializers.Serializer[Any]):
    """The ratios at one month: shares of one (cash in months), None with its reason."""

    month = serializers.CharField(help_text="YYYY-MM")
    window_months = serializers.IntegerField()
    stage = serializers.ChoiceField(choices=Stage.choices, allow_null=True)
    ratios = serializers.DictField(
        child=serializers.DecimalField(max_digits=20, decimal_places=4, allow_null=True)
    )
    reasons = serializers.DictField(child=serializers.CharField())


class SustainabilitySerializer(serializers.Serializer[Any]):
    """How a project stands: by month, now, and since when it breaks even."""

    project = serializers.CharField()
    as_of = serializers.CharField(allow_null=True, help_text="YYYY-MM")
    stage = serializers.ChoiceField(choices=Stage.choices, allow_null=True)
    break_even_since = serializers.CharField(allow_null=True, help_text="YYYY-MM")
    by_month = StandingSerializer(many=True)


class SheetToRead(serializers.Serializer[Any]):
    """A spreadsheet of months as CSV, to be looked at or taken in."""

    file = serializers.FileField(max_length=255)
    take_in = serializers.BooleanField(default=False, help_text="false only says what would change")


class PlannedMonthSerializer(serializers.Serializer[Any]):
    """What a month of a spreadsheet does to the accounts."""

    line = serializers.IntegerField()
    month = serializers.DateField(format="%Y-%m")
    does = serializers.ChoiceField(choices=["new", "changed", "same"])
    income_cents = serializers.IntegerField()
    cost_cents = serializers.IntegerField()


class ImportPlanSerializer(serializers.Serializer[Any]):
    """What a spreadsheet would change, or has changed."""

    taken_in = serializers.BooleanField()
    months = PlannedMonthSerializer(many=True)
