from __future__ import annotations

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.places.models import Neighbourhood
from campaigns.hubs.enums import BuildingState, OutlayKind
from crowdfund.kit.fields import CentsField


class Building(models.Model):
    """A public building: whose it is, where, how large, in what shape, and who can get in."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    owner = models.CharField(_("public owner"), max_length=160)
    address = models.CharField(_("address"), max_length=160)
    neighbourhood = models.ForeignKey(
        Neighbourhood, on_delete=models.PROTECT, related_name="buildings", verbose_name=_("neighbourhood")
    )
    area_m2 = models.PositiveIntegerField(_("area in square metres"))
    state = models.CharField(_("state"), max_length=12, choices=BuildingState.choices)
    accessibility = models.TextField(_("accessibility"), max_length=1000)
    picture = models.CharField(max_length=120, blank=True)
    picture_alt = models.CharField(_("what the picture shows"), max_length=200, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(area_m2__gte=1), name="building_area_positive"),
            models.CheckConstraint(condition=Q(state__in=BuildingState.values), name="building_state_known"),
            models.CheckConstraint(
                condition=Q(picture="") | ~Q(picture_alt=""), name="building_picture_with_words"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def picture_url(self) -> str:
        """The picture's address, or nothing."""
        return default_storage.url(self.picture) if self.picture else ""


class Outlay(models.Model):
    """Works done in a building, or equipment put into it, with what it cost and when it was ready."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="outlays")
    kind = models.CharField(_("kind"), max_length=12, choices=OutlayKind.choices)
    what = models.CharField(_("what"), max_length=200)
    cost_cents = CentsField(_("cost"))
    begun_on = models.DateField(_("begun on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["begun_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(cost_cents__gt=0), name="outlay_cost_positive"),
            models.CheckConstraint(condition=Q(kind__in=OutlayKind.values), name="outlay_kind_known"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("begun_on")),
                name="outlay_ends_after_beginning",
            ),
        ]

    def __str__(self) -> str:
        return self.what
