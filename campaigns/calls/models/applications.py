from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.calls.enums import ApplicationStatus
from campaigns.calls.models.calls import Call
from campaigns.calls.models.sessions import Session
from campaigns.enums import BudgetKind
from campaigns.models import Campaign, Project
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Adjectives of applications."""

    def waiting(self) -> ApplicationQuerySet:
        """Keep those that an officer has to decide."""
        return self.filter(status=ApplicationStatus.SUBMITTED)

    def with_project(self) -> ApplicationQuerySet:
        """Fetch what a list shows in the same query."""
        return self.select_related(
            "call", "session", "project__organisation", "project__neighbourhood", "campaign"
        )


class Application(models.Model):
    """A project's request to be matched under a call."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="applications")
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
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
    project_months = models.PositiveSmallIntegerField(_("months to carry it out"), null=True, blank=True)
    all_abilities = models.BooleanField(_("open to all abilities"), default=False)
    accessibility = models.TextField(_("how it is open to all abilities"), blank=True)
    all_abilities_confirmed = models.BooleanField(null=True, blank=True)
    declared_at = models.DateTimeField(null=True, blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    snapshot = models.JSONField(null=True, blank=True)
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
            models.CheckConstraint(
                condition=~Q(all_abilities_confirmed=True) | Q(all_abilities=True),
                name="application_confirmed_was_claimed",
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


class CostLine(models.Model):
    """What part of an application's cost buys what; the campaign's budget begins with these lines."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="cost_lines")
    kind = models.CharField(_("kind"), max_length=10, choices=BudgetKind.choices)
    label = models.CharField(_("what for"), max_length=120)
    amount_cents = CentsField(_("amount"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="cost_line_positive"),
            models.CheckConstraint(condition=Q(kind__in=BudgetKind.values), name="cost_line_kind_known"),
        ]

    def __str__(self) -> str:
        return self.label
