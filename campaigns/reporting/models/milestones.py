from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.models import Milestone
from campaigns.reporting.enums import ChangeStatus, EvidenceKind
from crowdfund.kit.states import StatusEvent


class MilestoneFile(models.Model):
    """A photo or a document that shows that a step was done. Public, so a photo has words and its people's consent."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=10, choices=EvidenceKind.choices)
    file = models.CharField(max_length=200)
    file_kind = models.CharField(max_length=8)
    text = models.CharField(_("what it shows"), max_length=200)
    consent = models.BooleanField(default=False)
    added_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EvidenceKind.values), name="milestone_file_kind_known"
            ),
            models.CheckConstraint(condition=~Q(text="") & ~Q(file=""), name="milestone_file_whole"),
            models.CheckConstraint(
                condition=Q(kind="document") | Q(consent=True), name="milestone_photo_has_consent"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class MilestoneChange(models.Model):
    """A request to move a step's date, with its reason; an officer agrees or not. The old date stays on record."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="changes")
    before_on = models.DateField()
    due_on = models.DateField(_("new date"))
    reason = models.CharField(_("reason"), max_length=500)
    status = models.CharField(max_length=10, choices=ChangeStatus.choices, default=ChangeStatus.REQUESTED)
    requested_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField()

    class Meta:
        ordering = ["requested_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ChangeStatus.values), name="milestone_change_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(due_on=F("before_on")) & ~Q(reason=""), name="milestone_change_changes"
            ),
            models.UniqueConstraint(
                fields=["milestone"],
                condition=Q(status="requested"),
                name="milestone_change_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_id}: {self.before_on} → {self.due_on}"


class MilestoneChangeEvent(StatusEvent):
    """A change of a request's status."""

    change = models.ForeignKey(MilestoneChange, on_delete=models.CASCADE, related_name="events")
