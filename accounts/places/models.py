from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Neighbourhood(models.Model):
    """A part of the city, with its boundary as coordinates of a GeoJSON MultiPolygon (WGS84) when imported.

    `outline` is the same with fewer points, for maps; `boundary_source` says where it comes from.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    zone = models.CharField(_("zone"), max_length=40, blank=True, help_text=_("For example: Municipio 5"))
    residents = models.PositiveIntegerField(_("residents"), null=True, blank=True)
    boundary = models.JSONField(null=True, blank=True)
    outline = models.JSONField(null=True, blank=True)
    boundary_source = models.CharField(_("source of the boundary"), max_length=160, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BoundaryImport(models.Model):
    """A file of boundaries that was taken in: by whom, when, from where. Append-only."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    changed = models.PositiveIntegerField()
    created = models.PositiveIntegerField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.source} ({self.at:%Y-%m-%d})"
