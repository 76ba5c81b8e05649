from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.enums import IndicatorField, IndicatorKind, LogframeLevel
from campaigns.models.projects import Project


class LogframeEntry(models.Model):
    """One rung of a project's logframe: goal, purpose, output or activity, and what it takes for granted."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="logframe")
    level = models.CharField(_("level"), max_length=10, choices=LogframeLevel.choices)
    position = models.PositiveSmallIntegerField(default=1)
    text = models.CharField(_("text"), max_length=400)
    assumptions = models.CharField(_("assumptions"), max_length=400, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "level", "position"], name="logframe_entry_once"),
            models.CheckConstraint(
                condition=Q(level__in=LogframeLevel.values), name="logframe_entry_level_known"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="logframe_entry_says_something"),
            models.CheckConstraint(
                condition=Q(level__in=["output", "activity"]) | Q(position=1),
                name="logframe_entry_one_goal_one_purpose",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Indicator(models.Model):
    """How a rung of the logframe is measured. Baseline and target are plain numbers in `unit`, no money."""

    entry = models.ForeignKey(LogframeEntry, on_delete=models.CASCADE, related_name="indicators")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="indicators")
    name = models.CharField(_("indicator"), max_length=160)
    kind = models.CharField(_("what it measures"), max_length=10, choices=IndicatorKind.choices)
    direct = models.BooleanField(_("direct"), default=True)
    field = models.CharField(_("field"), max_length=10, choices=IndicatorField.choices)
    unit = models.CharField(_("unit"), max_length=40)
    baseline = models.DecimalField(
        _("starting value"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=2)
    due_on = models.DateField(_("due"))
    source_of_verification = models.CharField(_("where it can be checked"), max_length=200, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "name"], name="indicator_once"),
            models.CheckConstraint(condition=Q(kind__in=IndicatorKind.values), name="indicator_kind_known"),
            models.CheckConstraint(
                condition=Q(field__in=IndicatorField.values), name="indicator_field_known"
            ),
            models.CheckConstraint(condition=~Q(unit=""), name="indicator_has_unit"),
        ]

    def __str__(self) -> str:
        return self.name
