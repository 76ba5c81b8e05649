from django.db import models
from django.utils.translation import gettext_lazy as _


class Neighbourhood(models.Model):
    """A part of the city, with its boundary as GeoJSON coordinates when imported."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    zone = models.CharField(_("zone"), max_length=40, blank=True, help_text=_("For example: Municipio 5"))
    residents = models.PositiveIntegerField(_("residents"), null=True, blank=True)
    boundary = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
