from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.places.models import Neighbourhood
from campaigns.calls.enums import PUBLIC_CALLS, ApplicationStatus, CallStatus, RuleKind, Shortfall
from campaigns.models import Campaign, Project
from crowdfund.kit.fields import CentsField, cup_validator
from crowdfund.kit.states import StatusEvent

if TYPE_CHECKING:
    import datetime as dt


class Programme(models.Model):
    """A public programme and its sheet. Its financial progress is never typed: it comes out of the ledger."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    code = models.CharField(_("code"), max_length=20, unique=True)
    action = models.CharField(_("action"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80)
    implementing_body = models.CharField(_("implementing body"), max_length=120)
    cup = models.CharField(_("CUP"), max_length=15, validators=[cup_validator], blank=True)
    rup = models.CharField(_("person in charge (RUP)"), max_length=120, blank=True)
    about = models.TextField(_("what it is for"), blank=True)
    starts_on = models.DateField(_("start"))
    ends_on = models.DateField(_("end"))
    picture = models.CharField(_("picture"), max_length=200, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="programme_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Give the public sheet."""
        return reverse("programme", args=[self.slug])


class MatchRule(models.Model):
    """A version of a match rule: data, checked by `formula.check_rule`, never edited once a call uses it.

    `data` is in the simulator's format (kind, percents, caps in cents; no pot: that is the fund's).
    """

    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=RuleKind.choices)
    data = models.JSONField()
    shortfall = models.CharField(max_length=10, choices=Shortfall.choices, default=Shortfall.PROCEED)
    recovery_days = models.PositiveSmallIntegerField(default=7)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="match_rule_version_once"),
            models.CheckConstraint(condition=Q(kind__in=RuleKind.values), name="match_rule_kind_known"),
            models.CheckConstraint(
                condition=Q(shortfall__in=Shortfall.values), name="match_rule_shortfall_known"
            ),
            models.CheckConstraint(
                condition=Q(recovery_days__gte=1, recovery_days__lte=30),
                name="match_rule_recovery_1_to_30_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def as_data(self) -> dict[str, Any]:
        """The rule as the formulas read it."""
        return {"kind": self.kind, **self.data}


class CallQuerySet(models.QuerySet["Call"]):
    """Adjectives of calls."""

    def public(self) -> CallQuerySet:
        """Keep those anyone may see."""
        return self.filter(status__in=PUBLIC_CALLS)

    def open(self, now: dt.datetime) -> CallQuerySet:
        """Keep those that take applications at this moment."""
        return self.filter(status=CallStatus.PUBLISHED, opens_at__lte=now, closes_at__gt=now)


class Call(models.Model):
    """A call for projects (bando): who may apply, until when, by which rule the city matches, from which pot."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="calls")
    title = models.CharField(_("title"), max_length=160)
    slug = models.SlugField(max_length=80, unique=True)
    summary = models.CharField(_("in one sentence"), max_length=240)
    text = models.TextField(_("text"))
    status = models.CharField(max_length=10, choices=CallStatus.choices, default=CallStatus.DRAFT)
    rule = models.ForeignKey(MatchRule, on_delete=models.PROTECT, related_name="calls")
    pot_cents = CentsField(_("pot"))
    cost_min_cents = CentsField(_("smallest cost"), null=True, blank=True)
    cost_max_cents = CentsField(_("largest cost"), null=True, blank=True)
    campaign_days = models.PositiveSmallIntegerField(_("days of a campaign"), default=60)
    excluded_neighbourhoods = models.ManyToManyField(Neighbourhood, blank=True, related_name="+")
    account_holder = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who legally holds the money"),
    )
    opens_at = models.DateTimeField(_("applications open"))
    closes_at = models.DateTimeField(_("applications close"))
    created_at = models.DateTimeField()

    objects: ClassVar[CallQuerySet] = CallQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-opens_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CallStatus.values), name="call_status_known"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="call_closes_after_opening"
            ),
            models.CheckConstraint(condition=Q(pot_cents__gt=0), name="call_pot_positive"),
            models.CheckConstraint(
                condition=Q(campaign_days__gte=1, campaign_days__lte=180), name="call_campaign_days_sane"
            ),
            models.CheckConstraint(
                condition=Q(cost_min_cents__isnull=True)
                | Q(cost_max_cents__isnull=True)
                | Q(cost_max_cents__gte=F("cost_min_cents")),
                name="call_cost_range_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Give the public page."""
        return reverse("call", args=[self.slug])


class CallEvent(StatusEvent):
    """A change of a call's status."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="events")


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Adjectives of applications."""

    def waiting(self) -> ApplicationQuerySet:
        """Keep those that an officer has to decide."""
        return self.filter(status=ApplicationStatus.SUBMITTED)

    def with_project(self) -> ApplicationQuerySet:
        """Fetch what a list shows in the same query."""
        return self.select_related("call", "project__organisation", "project__neighbourhood", "campaign")


class Application(models.Model):
    """A project's request to be matched under a call."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="applications")
    campaign = models.OneToOneField(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="application"
    )
    status = models.CharField(
        max_length=20, choices=ApplicationStatus.choices, default=ApplicationStatus.DRAFT
    )
    cost_cents = CentsField(_("total cost"))
    goal_cents = CentsField(_("goal asked of the crowd"), null=True, blank=True)
    other_source = models.CharField(_("other money already found: from whom"), max_length=160, blank=True)
    other_source_cents = CentsField(_("other money already found: how much"), default=0)
    motivation = models.TextField(_("why this project"), blank=True)
    plan = models.TextField(_("how it will stand on its own feet"), blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(_("reason"), blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects: ClassVar[ApplicationQuerySet] = ApplicationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ApplicationStatus.values), name="application_status_known"
            ),
            models.UniqueConstraint(
                fields=["call", "project"], condition=~Q(status="withdrawn"), name="application_once_per_call"
            ),
            models.CheckConstraint(condition=Q(cost_cents__gt=0), name="application_cost_positive"),
            models.CheckConstraint(
                condition=Q(goal_cents__isnull=True) | Q(goal_cents__gt=0, goal_cents__lte=F("cost_cents")),
                name="application_goal_within_cost",
            ),
            models.CheckConstraint(
                condition=Q(other_source_cents=0) | Q(other_source_cents__gt=0) & ~Q(other_source=""),
                name="application_other_source_named",
            ),
            models.CheckConstraint(
                condition=~Q(status="admitted") | Q(campaign__isnull=False),
                name="application_admitted_has_campaign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} → {self.call}"

    def get_absolute_url(self) -> str:
        """Give the page the team and the officers read."""
        return reverse("application", args=[self.pk])


class ApplicationEvent(StatusEvent):
    """A change of an application's status."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="events")
