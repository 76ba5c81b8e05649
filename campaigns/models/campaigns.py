from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.enums import (
    PUBLIC_STATUSES,
    CampaignStatus,
)
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent

if TYPE_CHECKING:
    import datetime as dt


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Adjectives of campaigns."""

    def public(self) -> CampaignQuerySet:
        """Keep those anyone may see."""
        return self.filter(status__in=PUBLIC_STATUSES)

    def live(self) -> CampaignQuerySet:
        """Keep those that may be pledged to, if their deadline has not passed."""
        return self.filter(status=CampaignStatus.LIVE)

    def past_deadline(self, now: dt.datetime) -> CampaignQuerySet:
        """Keep live campaigns whose deadline has come."""
        return self.filter(status=CampaignStatus.LIVE, deadline__lte=now)

    def with_project(self) -> CampaignQuerySet:
        """Fetch what a card shows in the same query."""
        return self.select_related("project__neighbourhood", "project__organisation")


class Campaign(models.Model):
    """One raising of money for a project: all or nothing at `goal_cents`, until `deadline`.

    The five totals are a display cache folded by payments; no decision reads them.
    """

    project = models.ForeignKey("campaigns.Project", on_delete=models.PROTECT, related_name="campaigns")
    slug = models.SlugField(max_length=120, unique=True)
    status = models.CharField(max_length=12, choices=CampaignStatus.choices, default=CampaignStatus.DRAFT)
    cost_cents = CentsField(_("total cost"))
    goal_cents = CentsField(_("goal asked of the crowd"))
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("days"), default=60)
    fees_borne_by_campaign = models.BooleanField(default=True)
    recovery_ends_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    pledged_cents = CentsField(default=0)
    promised_cents = CentsField(default=0)
    collected_cents = CentsField(default=0)
    match_cents = CentsField(default=0)
    backers = models.PositiveIntegerField(default=0)

    objects: ClassVar[CampaignQuerySet] = CampaignQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["status", "deadline"], name="campaign_status_deadline")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=CampaignStatus.values), name="campaign_status_known"
            ),
            models.CheckConstraint(condition=Q(cost_cents__gt=0), name="campaign_cost_positive"),
            models.CheckConstraint(
                condition=Q(goal_cents__gt=0, goal_cents__lte=F("cost_cents")),
                name="campaign_goal_within_cost",
            ),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=180), name="campaign_days_sane"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "review", "approved", "cancelled"])
                | Q(opens_at__isnull=False, deadline__isnull=False),
                name="campaign_launched_has_deadline",
            ),
            models.CheckConstraint(
                condition=Q(deadline__isnull=True) | Q(deadline__gt=F("opens_at")),
                name="campaign_deadline_after_opening",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(
                    status__in=["draft", "review", "approved", "live", "closing", "settling", "collecting"]
                ),
                name="campaign_one_open_per_project",
            ),
        ]

    def __str__(self) -> str:
        return self.project.title

    def get_absolute_url(self) -> str:
        """Give the public page."""
        return reverse("campaign", args=[self.slug])

    @property
    def percent(self) -> int:
        """How much of the goal is pledged, in whole percent rounded down."""
        return self.pledged_cents * 100 // self.goal_cents if self.goal_cents else 0


class CampaignEvent(StatusEvent):
    """A change of a campaign's status."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="events")
