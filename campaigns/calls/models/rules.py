from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.calls.enums import RuleKind, Shortfall


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
