"""What goes over the API of reports, milestones and stops. Amounts in whole cents, days in the civil calendar."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from campaigns.models import BudgetLine, Milestone
from campaigns.reporting.models import MilestoneChange, MilestoneFile, ProjectStop, ReportItem, SpendingReport

LARGEST = 2**53


class ReasonGiven(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=500)


class WhyGiven(serializers.Serializer[Any]):
    """Why not."""

    why = serializers.CharField(max_length=200)


class SpentShape(serializers.Serializer[Any]):
    """Planned, reported, found eligible, waiting to be examined, left."""

    planned_cents = serializers.IntegerField()
    reported_cents = serializers.IntegerField()
    eligible_cents = serializers.IntegerField()
    waiting_cents = serializers.IntegerField()
    left_cents = serializers.IntegerField()


class LineShape(serializers.Serializer[Any]):
    """A line of the budget against what was spent on it."""

    id = serializers.IntegerField(source="line.pk")
    label = serializers.CharField(source="line.label")  # type: ignore[assignment]
    kind = serializers.CharField(source="line.kind")
    spent = SpentShape()


class PublicItemShape(serializers.ModelSerializer[ReportItem]):
    """An expense as everybody sees it: no supplier, no document, no receipt."""

    line = serializers.CharField(source="line.label")
    verdict = serializers.CharField(help_text="`pending`, `eligible` or `not_eligible`.")

    class Meta:
        model = ReportItem
        fields = ["report", "line", "dated_on", "what", "amount_cents", "verdict"]
        read_only_fields = fields


class PublicReportShape(serializers.Serializer[Any]):
    """A report as everybody sees it."""

    id = serializers.IntegerField(source="report.pk")
    milestone = serializers.IntegerField(source="report.milestone_id", allow_null=True)
    due_on = serializers.DateField(source="report.due_on")
    status = serializers.CharField(source="report.status")
    late = serializers.BooleanField()
    receipts = serializers.IntegerField()


class SpendingShape(serializers.Serializer[Any]):
    """What a campaign's money was spent on."""

    stopped = serializers.SerializerMethodField()
    total = SpentShape()
    lines = LineShape(many=True)
    reports = PublicReportShape(many=True)
    items = PublicItemShape(many=True)

    def get_stopped(self, found: Any) -> bool:
        """Say whether the project was confirmed to stop."""
        return bool(found.stop and found.stop.status == "confirmed")


class ItemShape(serializers.ModelSerializer[ReportItem]):
    """An expense, for the team and the city's staff."""

    has_receipt = serializers.SerializerMethodField()
    verdict = serializers.CharField(read_only=True)

    class Meta:
        model = ReportItem
        fields = [
            "id", "report", "line", "dated_on", "supplier", "what", "amount_cents", "document_number", "paid_on",
            "has_receipt", "verdict", "verdict_reason", "reviewed_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_has_receipt(self, item: ReportItem) -> bool:
        """Say whether the receipt is attached."""
        return bool(item.receipt)


class ItemGiven(serializers.Serializer[Any]):
    """An expense to write."""

    line = serializers.PrimaryKeyRelatedField(queryset=BudgetLine.objects.all())
    dated_on = serializers.DateField()
    supplier = serializers.CharField(max_length=160)
    what = serializers.CharField(max_length=200, help_text="Public: no names of people.")
    amount_cents = serializers.IntegerField(max_value=LARGEST)
    document_number = serializers.CharField(max_length=60)
    paid_on = serializers.DateField()


class ReceiptGiven(serializers.Serializer[Any]):
    """A receipt to attach: PDF, a picture or an office document, at most 10 MB."""

    receipt = serializers.FileField()


class TableGiven(serializers.Serializer[Any]):
    """A table of expenses as text: line, date, supplier, what, amount (in euro), document, paid_on."""

    table = serializers.CharField(max_length=600_000, trim_whitespace=False)


class ImportedShape(serializers.Serializer[Any]):
    """How many expenses were added."""

    added = serializers.IntegerField()


class OverspendGiven(serializers.Serializer[Any]):
    """Why a line is overspent by more than a tenth."""

    line = serializers.PrimaryKeyRelatedField(queryset=BudgetLine.objects.all())
    reason = serializers.CharField(max_length=500)


class NoteGiven(serializers.Serializer[Any]):
    """What a report says besides its items."""

    note = serializers.CharField(max_length=2000, allow_blank=True)


class VerdictGiven(serializers.Serializer[Any]):
    """Whether an expense is eligible; if not, why."""

    eligible = serializers.BooleanField()
    reason = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class DueGiven(serializers.Serializer[Any]):
    """Another day, and why."""

    due_on = serializers.DateField()
    reason = serializers.CharField(max_length=200)


class ReportShape(serializers.ModelSerializer[SpendingReport]):
    """A report, for the team and the city's staff."""

    campaign = serializers.CharField(source="campaign.slug")
    status = serializers.CharField(read_only=True)
    items = ItemShape(many=True)

    class Meta:
        model = SpendingReport
        fields = ["id", "campaign", "milestone", "due_on", "status", "note", "submitted_at", "items"]
        read_only_fields = fields


class FileShape(serializers.ModelSerializer[MilestoneFile]):
    """A photo or a document that shows that a step was done."""

    kind = serializers.CharField()

    class Meta:
        model = MilestoneFile
        fields = ["id", "kind", "file_kind", "text", "consent", "added_at"]
        read_only_fields = fields


class FileGiven(serializers.Serializer[Any]):
    """A photo or a document to add."""

    kind = serializers.ChoiceField(choices=["photo", "document"])
    file = serializers.FileField()
    text = serializers.CharField(max_length=200)
    consent = serializers.BooleanField(required=False, default=False)


class ChangeShape(serializers.ModelSerializer[MilestoneChange]):
    """A request for another date."""

    status = serializers.CharField()

    class Meta:
        model = MilestoneChange
        fields = ["id", "milestone", "before_on", "due_on", "reason", "status", "requested_at"]
        read_only_fields = fields


class MilestoneStateShape(serializers.ModelSerializer[Milestone]):
    """A step of the work, for the team and the city's staff."""

    campaign = serializers.CharField(source="campaign.slug")
    status = serializers.CharField(help_text="`planned`, `reached` or `accepted`.")
    files = FileShape(many=True)
    changes = ChangeShape(many=True)

    class Meta:
        model = Milestone
        fields = [
            "id", "campaign", "title", "due_on", "share_percent", "status", "reached_on", "evidence",
            "files", "changes",
        ]  # fmt: skip
        read_only_fields = fields


class EvidenceGiven(serializers.Serializer[Any]):
    """What shows that a step is done."""

    evidence = serializers.CharField(max_length=5000)


class StopShape(serializers.ModelSerializer[ProjectStop]):
    """A declaration that a project stops."""

    campaign = serializers.CharField(source="campaign.slug")
    status = serializers.CharField()

    class Meta:
        model = ProjectStop
        fields = ["id", "campaign", "reason", "status", "proposed_at", "decided_at"]
        read_only_fields = fields
