from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.enums import CostKind, IncomeKind
from campaigns.models.projects import Project
from crowdfund.kit.fields import CentsField

LAST_MONTH = 60
PLAN_KINDS = [*IncomeKind.choices, *CostKind.choices]
"""Income and costs, by the names of the monthly accounts, so that plan and accounts are compared kind by kind."""


class PlanLine(models.Model):
    """One figure of a project's business plan: what comes in or goes out of one kind in one month.

    `month` counts from the project's start: the first month is 1. No row is nothing.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="plan_lines")
    month = models.PositiveSmallIntegerField(_("month"))
    kind = models.CharField(_("kind"), max_length=20, choices=PLAN_KINDS)
    amount_cents = CentsField(_("amount"))

    class Meta:
        ordering = ["month", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "month", "kind"], name="plan_line_once"),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=LAST_MONTH), name="plan_line_month_1_to_60"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="plan_line_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=[*IncomeKind.values, *CostKind.values]), name="plan_line_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.month} {self.kind}"
