from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.enums import (
    BudgetKind,
)
from campaigns.models.campaigns import Campaign
from crowdfund.kit.fields import CentsField


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
