from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.hubs.enums import Bookers, FreeFor, Weekday
from campaigns.hubs.models.hubs import Hub
from crowdfund.kit.fields import CentsField


class Space(models.Model):
    """A room, a kitchen, a workshop that can be booked: for how many, at what price, by which rules."""

    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="spaces")
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(max_length=80)
    capacity = models.PositiveSmallIntegerField(_("people it holds"))
    equipment = models.CharField(_("equipment"), max_length=500, blank=True)
    price_cents = CentsField(_("price per hour"), default=0)
    free_for = models.CharField(_("free for"), max_length=13, choices=FreeFor.choices, default=FreeFor.NOBODY)
    bookers = models.CharField(
        _("who may book"), max_length=13, choices=Bookers.choices, default=Bookers.EVERYBODY
    )
    notice_hours = models.PositiveSmallIntegerField(_("hours of notice"), default=24)
    longest_minutes = models.PositiveSmallIntegerField(_("longest booking, in minutes"), default=240)
    ahead_days = models.PositiveSmallIntegerField(_("days ahead it can be booked"), default=180)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["hub", "slug"], name="space_slug_once"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="space_capacity_positive"),
            models.CheckConstraint(condition=Q(price_cents__gte=0), name="space_price_not_negative"),
            models.CheckConstraint(condition=Q(longest_minutes__gte=15), name="space_longest_positive"),
            models.CheckConstraint(condition=Q(free_for__in=FreeFor.values), name="space_free_for_known"),
            models.CheckConstraint(condition=Q(bookers__in=Bookers.values), name="space_bookers_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Give the public page, with the calendar and the request."""
        return reverse("space", args=[self.hub.slug, self.slug])


class OpeningHours(models.Model):
    """When a space is open on a day of the week, by the city's clock. Several a day: morning and afternoon."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["space", "weekday", "opens"], name="hours_once"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="hours_close_after_opening"),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="hours_weekday_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"
