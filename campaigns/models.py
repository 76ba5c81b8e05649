from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Exists, F, GeneratedField, OuterRef, Q
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.enums import (
    PUBLIC_STATUSES,
    THEME_PICTURES,
    BudgetKind,
    CampaignStatus,
    MilestoneStatus,
    Theme,
)
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent

if TYPE_CHECKING:
    import datetime as dt


def italian(*fields: str) -> Any:
    """Weigh the first field as a title and the rest as text, with the Italian dictionary."""
    vector: Any = SearchVector(fields[0], weight="A", config="italian")
    for name in fields[1:]:
        vector += SearchVector(name, weight="B", config="italian")
    return vector


def picture_url(picture: str, theme: str) -> str:
    """Give the address of a project's picture: drawn by us (`pictures/…`), uploaded, or else its theme's drawing."""
    if not picture:
        return static(THEME_PICTURES[Theme(theme)])
    return static(picture) if picture.startswith("pictures/") else default_storage.url(picture)


class ProjectQuerySet(models.QuerySet["Project"]):
    """Adjectives of projects."""

    def public(self) -> ProjectQuerySet:
        """Keep those anyone may see: born in the open from a proposal, or with a campaign that was launched."""
        launched = Campaign.objects.public().filter(project=OuterRef("pk"))
        return self.filter(Q(proposal__isnull=False) | Exists(launched))

    def with_place(self) -> ProjectQuerySet:
        """Fetch what a card shows in the same query."""
        return self.select_related("neighbourhood", "organisation")


class Project(models.Model):
    """A social-innovation project: carried by an organisation, in a neighbourhood, with its own way to stand alone."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="projects", verbose_name=_("organisation")
    )
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, related_name="projects", verbose_name=_("neighbourhood")
    )
    theme = models.CharField(_("theme"), max_length=12, choices=Theme.choices)
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    summary = models.CharField(_("in one sentence"), max_length=240)
    story = models.TextField(_("the story"))
    picture = models.CharField(max_length=200, blank=True)
    picture_alt = models.CharField(_("what the picture shows"), max_length=200, blank=True)
    created_at = models.DateTimeField()
    search = GeneratedField(
        expression=italian("title", "summary", "story"), output_field=SearchVectorField(), db_persist=True
    )

    objects: ClassVar[ProjectQuerySet] = ProjectQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["title"]
        indexes = [GinIndex(fields=["search"], name="project_search")]
        constraints = [
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="project_theme_known")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Give the public page."""
        return reverse("project", args=[self.slug])

    @property
    def picture_url(self) -> str:
        """The address of the picture, of its theme's drawing while there is none."""
        return picture_url(self.picture, self.theme)


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

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="campaigns")
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


class BudgetLine(models.Model):
    """What part of the money buys what."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="budget_lines")
    kind = models.CharField(_("kind"), max_length=10, choices=BudgetKind.choices)
    label = models.CharField(_("what for"), max_length=120)
    amount_cents = CentsField(_("amount"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="budget_line_positive"),
            models.CheckConstraint(condition=Q(kind__in=BudgetKind.values), name="budget_line_kind_known"),
        ]

    def __str__(self) -> str:
        return self.label


class Reward(models.Model):
    """What a backer receives from a certain amount on."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="rewards")
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("description"), blank=True)
    min_cents = CentsField(_("from"))
    declared_value_cents = CentsField(_("declared value"), default=0)
    stock = models.PositiveIntegerField(_("how many"), null=True, blank=True)
    claimed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["min_cents", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(min_cents__gt=0), name="reward_min_positive"),
            models.CheckConstraint(
                condition=Q(declared_value_cents__gte=0, declared_value_cents__lte=F("min_cents")),
                name="reward_value_within_min",
            ),
            models.CheckConstraint(
                condition=Q(stock__isnull=True) | Q(claimed__lte=F("stock")), name="reward_within_stock"
            ),
        ]

    def __str__(self) -> str:
        return self.title


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


class Update(models.Model):
    """News from the team, public."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="updates")
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"))
    author = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    posted_at = models.DateTimeField()

    class Meta:
        ordering = ["-posted_at"]

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """A question to the team, public once answered."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(_("question"), max_length=500)
    asked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return self.text[:60]
