from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.calls.models import Call


class Grid(models.Model):
    """How a call's applications are scored and ranked: written with the draft, frozen once the call is published.

    A call with a grid is decided by its commission's list, no longer one application at a time. The overall minimum is
    in hundredths of a point out of 100.
    """

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="grid")
    minimum_hundredths = models.PositiveSmallIntegerField(_("least score to be eligible"), default=0)
    tie_breakers = ArrayField(models.CharField(max_length=20), verbose_name=_("what decides between equals"))
    lots_source = models.CharField(_("where the number for the lots comes from"), max_length=240)
    skip_when_short = models.BooleanField(
        _("pass over a project that the pot can't carry, to a smaller one below"), default=False
    )
    appeal_days = models.PositiveSmallIntegerField(_("days to appeal"), default=10)
    offer_days = models.PositiveSmallIntegerField(_("days to accept released money"), default=10)
    offers_until = models.DateTimeField(_("released money is offered until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_hundredths__lte=10_000), name="grid_minimum_within_100"
            ),
            models.CheckConstraint(
                condition=Q(appeal_days__gte=1, appeal_days__lte=90), name="grid_appeal_1_to_90_days"
            ),
            models.CheckConstraint(
                condition=Q(offer_days__gte=1, offer_days__lte=90), name="grid_offer_1_to_90_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} · {self.pk}"


class Criterion(models.Model):
    """One thing an application is scored on; points are kept in tenths, whole or half points alone."""

    grid = models.ForeignKey(Grid, on_delete=models.CASCADE, related_name="criteria")
    number = models.PositiveSmallIntegerField()
    label = models.CharField(_("name"), max_length=80)
    asks = models.CharField(_("what it asks"), max_length=400)
    max_tenths = models.PositiveSmallIntegerField(_("most points"))
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    min_tenths = models.PositiveSmallIntegerField(_("least mean to be eligible"), null=True, blank=True)

    class Meta:
        ordering = ["grid_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["grid", "number"], name="criterion_number_once"),
            models.UniqueConstraint(fields=["grid", "label"], name="criterion_label_once"),
            models.CheckConstraint(
                condition=Q(max_tenths__gte=10, max_tenths__lte=1000), name="criterion_1_to_100_points"
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=100), name="criterion_weight_1_to_100"
            ),
            models.CheckConstraint(
                condition=Q(min_tenths__isnull=True) | Q(min_tenths__lte=F("max_tenths")),
                name="criterion_minimum_within_most",
            ),
        ]

    def __str__(self) -> str:
        return self.label
