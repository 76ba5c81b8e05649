from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.places.models import Neighbourhood
from campaigns.impact.enums import TerritoryKind
from campaigns.models import Indicator


class Series(models.Model):
    """A territorial indicator, year by year, per neighbourhood and per compared city. With its source and licence."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=160)
    about = models.TextField(_("what it says, and how it is made"), max_length=2000, blank=True)
    unit = models.CharField(_("unit"), max_length=40)
    source = models.CharField(_("source"), max_length=200)
    source_url = models.URLField(_("address of the source"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=80)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(unit="") & ~Q(source="") & ~Q(licence="") & ~Q(title=""), name="series_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Give the public page."""
        return reverse("series", args=[self.slug])


class SeriesImport(models.Model):
    """A file that was taken into a series: by whom, when, and how many values were new or changed."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="imports")
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.series_id}: +{self.added} ~{self.changed}"


class SeriesValue(models.Model):
    """What a series says of a neighbourhood or a city in a year, in the series' unit."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="values")
    kind = models.CharField(max_length=13, choices=TerritoryKind.choices)
    neighbourhood = models.ForeignKey(
        Neighbourhood, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    city = models.CharField(max_length=80, blank=True)
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=16, decimal_places=4)

    class Meta:
        ordering = ["year", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="neighbourhood", neighbourhood__isnull=False, city="")
                | Q(kind="city", neighbourhood__isnull=True) & ~Q(city=""),
                name="series_value_of_one_territory",
            ),
            models.CheckConstraint(condition=Q(year__gte=1900, year__lte=2200), name="series_value_year"),
            models.UniqueConstraint(
                fields=["series", "neighbourhood", "city", "year"],
                nulls_distinct=False,
                name="series_value_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.neighbourhood_id or self.city} {self.year}: {self.value}"


class IndicatorSeries(models.Model):
    """A series that a team shows beside its indicator."""

    indicator = models.OneToOneField(Indicator, on_delete=models.CASCADE, related_name="benchmark")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.series_id}"


class Study(models.Model):
    """A published study: who wrote it, when it came out, as a file or under a link."""

    title = models.CharField(_("title"), max_length=200)
    authors = models.CharField(_("authors"), max_length=200)
    published_on = models.DateField(_("published on"))
    about = models.CharField(_("what it is about"), max_length=500, blank=True)
    link = models.URLField(_("link"), max_length=300, blank=True)
    file = models.CharField(max_length=200, blank=True)
    file_kind = models.CharField(max_length=8, blank=True)
    added_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["-published_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(authors=""), name="study_whole"),
            models.CheckConstraint(
                condition=~Q(link="") & Q(file="", file_kind="")
                | Q(link="") & ~Q(file="") & ~Q(file_kind=""),
                name="study_file_or_link",
            ),
        ]

    def __str__(self) -> str:
        return self.title
