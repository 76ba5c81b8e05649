from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.fields import cup_validator


class Programme(models.Model):
    """A public programme and its sheet. Its financial progress is never typed: it comes out of the ledger."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    code = models.CharField(_("code"), max_length=20, unique=True)
    action = models.CharField(_("action"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80)
    implementing_body = models.CharField(_("implementing body"), max_length=120)
    cup = models.CharField(_("CUP"), max_length=15, validators=[cup_validator], blank=True)
    rup = models.CharField(_("person in charge (RUP)"), max_length=120, blank=True)
    about = models.TextField(_("what it is for"), blank=True)
    starts_on = models.DateField(_("start"))
    ends_on = models.DateField(_("end"))
    picture = models.CharField(_("picture"), max_length=200, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="programme_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Give the public sheet."""
        return reverse("programme", args=[self.slug])
