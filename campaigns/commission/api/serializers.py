"""What the API takes and says of commissions. Points in tenths, scores in hundredths, money in cents: all whole."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from campaigns.calls.models import Session
from campaigns.commission.enums import EvaluatorRole
from campaigns.commission.services.grids import Asked, GridTerms
from campaigns.commission.services.sheets import Mark


class CriterionInput(serializers.Serializer[Any]):
    """One criterion; points in tenths, whole or half points alone."""

    label = serializers.CharField(max_length=80)  # type: ignore[assignment]  # the name of the field in the model
    asks = serializers.CharField(max_length=400)
    max_tenths = serializers.IntegerField()
    weight = serializers.IntegerField(default=1)
    min_tenths = serializers.IntegerField(allow_null=True, default=None)


class GridInput(serializers.Serializer[Any]):
    """How a call ranks: `criterion:<number>`, `lower_cost`, `earlier`, and last `lots` decide between equals."""

    criteria = CriterionInput(many=True)
    tie_breakers = serializers.ListField(child=serializers.CharField(max_length=20))
    lots_source = serializers.CharField(max_length=240)
    minimum_hundredths = serializers.IntegerField(default=0)
    skip_when_short = serializers.BooleanField(default=False)
    appeal_days = serializers.IntegerField(default=10)
    offer_days = serializers.IntegerField(default=10)
    offers_until = serializers.DateTimeField(allow_null=True, default=None)

    def terms(self) -> GridTerms:
        """Return what was written, for the service."""
        data = dict(self.validated_data)
        return GridTerms(criteria=[Asked(**one) for one in data.pop("criteria")], **data)


class CommissionInput(serializers.Serializer[Any]):
    """A new commission; `session` where the call has sessions."""

    session = serializers.PrimaryKeyRelatedField[Session](
        queryset=Session.objects.all(), allow_null=True, default=None
    )
    sheets_due_at = serializers.DateTimeField()


class AppointInput(serializers.Serializer[Any]):
    """Who is appointed, as what."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(EvaluatorRole.choices, default=EvaluatorRole.MEMBER)


class WhyInput(serializers.Serializer[Any]):
    """Why."""

    why = serializers.CharField(max_length=200)


class DeclareInput(serializers.Serializer[Any]):
    """Whether there is a conflict of interest, and which."""

    has_conflict = serializers.BooleanField()
    why = serializers.CharField(max_length=2000, allow_blank=True, default="")


class MarkInput(serializers.Serializer[Any]):
    """Points on one criterion, in tenths, and why."""

    criterion = serializers.IntegerField(help_text="The criterion's number.")
    tenths = serializers.IntegerField()
    reason = serializers.CharField(max_length=4000, allow_blank=True, default="")


class SheetInput(serializers.Serializer[Any]):
    """A draft of a sheet: what is left out is not written yet."""

    marks = MarkInput(many=True)

    def by_number(self) -> dict[int, Mark]:
        """Return the marks for the service."""
        return {
            mark["criterion"]: Mark(mark["tenths"], mark["reason"]) for mark in self.validated_data["marks"]
        }


class ProposeInput(serializers.Serializer[Any]):
    """The number drawn for the lots, where equals come down to them; why there is a new version."""

    seed = serializers.CharField(max_length=120, allow_blank=True, default="")
    reason = serializers.CharField(max_length=4000, allow_blank=True, default="")


class ReasonInput(serializers.Serializer[Any]):
    """Why, in words that are published."""

    reason = serializers.CharField(max_length=8000)


class AnswerInput(ReasonInput):
    """The answer to an appeal."""

    upheld = serializers.BooleanField()


class TextInput(serializers.Serializer[Any]):
    """An appeal note."""

    text = serializers.CharField(max_length=8000)
