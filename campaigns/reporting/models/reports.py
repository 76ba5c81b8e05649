from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models import BudgetLine, Campaign, Milestone
from campaigns.reporting.enums import ReportStatus, Verdict
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent


class SpendingReport(models.Model):
    """What was spent up to a milestone or, without one, to the end: due on a civil day, handed in once.

    `reminders` counts the letters that were sent because it was due: at the day, a week after.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="spending_reports")
    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="spending_reports"
    )
    due_on = models.DateField(_("due"))
    status = models.CharField(max_length=10, choices=ReportStatus.choices, default=ReportStatus.DRAFT)
    note = models.TextField(_("note"), blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["status", "due_on"], name="spending_report_status_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ReportStatus.values), name="spending_report_status_known"
            ),
            models.UniqueConstraint(fields=["milestone"], name="spending_report_once_a_milestone"),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(milestone__isnull=True),
                name="spending_report_one_final",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "dropped"]) | Q(submitted_at__isnull=False),
                name="spending_report_submitted_has_time",
            ),
            models.CheckConstraint(condition=Q(reminders__lte=2), name="spending_report_two_reminders"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.milestone_id or 'final'}"

    @property
    def is_final(self) -> bool:
        """Whether this is the last report, after which what was not spent goes back."""
        return self.milestone_id is None


class SpendingReportEvent(StatusEvent):
    """A change of a report's status."""

    report = models.ForeignKey(SpendingReport, on_delete=models.CASCADE, related_name="events")


class ReportItem(models.Model):
    """One expense, against one line of the budget.

    Public: `what`, the day, the amount, the line. Not public: the supplier, the document's number, the receipt.
    """

    report = models.ForeignKey(SpendingReport, on_delete=models.CASCADE, related_name="items")
    line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, related_name="+", verbose_name=_("budget line")
    )
    dated_on = models.DateField(_("date of the document"))
    supplier = models.CharField(_("supplier"), max_length=160)
    what = models.CharField(_("what was bought"), max_length=200)
    amount_cents = CentsField(_("amount"))
    document_number = models.CharField(_("number of the document"), max_length=60)
    paid_on = models.DateField(_("paid on"))
    receipt = models.CharField(max_length=200, blank=True)
    receipt_kind = models.CharField(max_length=8, blank=True)
    verdict = models.CharField(max_length=12, choices=Verdict.choices, default=Verdict.PENDING)
    verdict_reason = models.CharField(max_length=500, blank=True)
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["dated_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="report_item_amount_positive"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="report_item_verdict_known"),
            models.CheckConstraint(
                condition=~Q(verdict="not_eligible") | ~Q(verdict_reason=""),
                name="report_item_refused_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(verdict="pending") | Q(reviewed_at__isnull=False),
                name="report_item_verdict_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(supplier="") & ~Q(what="") & ~Q(document_number=""), name="report_item_whole"
            ),
            models.UniqueConstraint(
                fields=["report", "supplier", "document_number", "line"], name="report_item_document_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.amount_cents}"


class Overspend(models.Model):
    """Why a budget line was overspent by more than a tenth, as the report says."""

    report = models.ForeignKey(SpendingReport, on_delete=models.CASCADE, related_name="overspends")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "line"], name="overspend_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="overspend_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.line_id}"
