from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from campaigns.calls.enums import Shortfall
from campaigns.models import Campaign
from crowdfund.kit.fields import CentsField


class Settlement(models.Model):
    """The decision at the deadline, and what became of it when collection ended. One a campaign, ever.

    `mark_cents` is the threshold, or the goal, that collected money is measured by. When less was collected,
    `shortfall` keeps which of the two published policies was applied, and the backers are told of it, in the order of
    their pledges, until `told_at`.
    """

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="settlement")
    decided_at = models.DateTimeField()
    pledged_cents = CentsField()
    pledges = models.PositiveIntegerField()
    goal_cents = CentsField()
    goal_met = models.BooleanField()
    recovery_ends_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    collected_cents = CentsField(null=True, blank=True)
    collected_pledges = models.PositiveIntegerField(null=True, blank=True)
    fees_cents = CentsField(null=True, blank=True)
    mark_cents = CentsField(null=True, blank=True)
    shortfall = models.CharField(max_length=10, blank=True, choices=Shortfall.choices)
    told_through = models.BigIntegerField(default=0)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(goal_met=True, pledged_cents__gte=F("goal_cents"))
                | Q(goal_met=False, pledged_cents__lt=F("goal_cents")),
                name="settlement_goal_met_is_true",
            ),
            models.CheckConstraint(
                condition=Q(shortfall="") | Q(shortfall__in=Shortfall.values, finished_at__isnull=False),
                name="settlement_shortfall_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.goal_met}"
