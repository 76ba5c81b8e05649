from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.enums import (
    MilestoneStatus,
)
from campaigns.models.campaigns import Campaign
from crowdfund.kit.states import StatusEvent


class Milestone(models.Model):
    """A step of the project's work, on which a tranche of the match may hang."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(_("title"), max_length=120)
    due_on = models.DateField(_("due"))
    share_percent = models.PositiveSmallIntegerField(_("share of the match, in percent"))
    status = models.CharField(max_length=10, choices=MilestoneStatus.choices, default=MilestoneStatus.PLANNED)
    reached_on = models.DateField(null=True, blank=True)
    evidence = models.TextField(_("evidence"), blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share_percent__gte=1, share_percent__lte=100), name="milestone_share_1_to_100"
            ),
            models.CheckConstraint(
                condition=Q(status__in=MilestoneStatus.values), name="milestone_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class MilestoneEvent(StatusEvent):
    """A change of a milestone's status."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="events")
