from __future__ import annotations

from django.db import models
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.jobs import Claimable


class EventStatus(TextChoices):
    """Where an event stands."""

    NEW = "new", _("New")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class StripeEvent(Claimable):
    """An event as it came, verified; inserted once by its id, worked on later by re-reading the object."""

    stripe_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=80, blank=True)
    payload = models.JSONField()
    status = models.CharField(max_length=8, choices=EventStatus.choices, default=EventStatus.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="stripe_event_queue", condition=models.Q(status="new"))
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.stripe_id}"


class SweepCursor(models.Model):
    """How far the sweeper has read the list of events."""

    name = models.CharField(max_length=20, primary_key=True)
    read_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.read_until}"
