from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from campaigns.calls.models.calls import Call
from crowdfund.kit.fields import CentsField, Int8Range

if TYPE_CHECKING:
    import datetime as dt


class SessionQuerySet(models.QuerySet["Session"]):
    """Adjectives of sessions."""

    def open(self, now: dt.datetime) -> SessionQuerySet:
        """Keep those that take applications at this moment."""
        return self.filter(opens_at__lte=now, closes_at__gt=now)


class Session(models.Model):
    """One of several application windows of a call, inside the call's own; it may have its own share of the pot."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="sessions")
    number = models.PositiveSmallIntegerField(_("number"))
    opens_at = models.DateTimeField(_("applications open"))
    closes_at = models.DateTimeField(_("applications close"))
    pot_cents = CentsField(_("share of the pot"), null=True, blank=True)

    objects: ClassVar[SessionQuerySet] = SessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="session_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="session_number_positive"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="session_closes_after_opening"
            ),
            models.CheckConstraint(
                condition=Q(pot_cents__isnull=True) | Q(pot_cents__gt=0), name="session_pot_positive"
            ),
            ExclusionConstraint(
                name="session_without_overlap",
                expressions=[
                    (Int8Range("call", "call", Value("[]")), RangeOperators.OVERLAPS),
                    (Func("opens_at", "closes_at", function="TSTZRANGE"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.number}"
