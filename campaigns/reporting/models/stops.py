from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TwoPeople
from campaigns.models import Campaign
from campaigns.reporting.enums import StopStatus
from crowdfund.kit.states import StatusEvent


class ProjectStop(TwoPeople):
    """A funded project that stops midway: declared by its team or an officer, confirmed by an approver.

    From the declaration on no money leaves; the confirmation releases what is left of the match and makes the final
    report due.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="stops")
    reason = models.CharField(_("reason"), max_length=500)
    status = models.CharField(max_length=10, choices=StopStatus.choices, default=StopStatus.DECLARED)
    told_through = models.BigIntegerField(default=0)  # the last backer's pledge that was written to
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=StopStatus.values), name="project_stop_status_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="project_stop_has_reason"),
            models.CheckConstraint(
                condition=Q(status="declared") | Q(decided_by__isnull=False),
                name="project_stop_decided_has_person",
            ),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(status__in=["declared", "confirmed"]),
                name="project_stop_one_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.status}"


class ProjectStopEvent(StatusEvent):
    """A change of a stop's status."""

    stop = models.ForeignKey(ProjectStop, on_delete=models.CASCADE, related_name="events")
