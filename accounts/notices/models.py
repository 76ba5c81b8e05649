from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.jobs import Claimable


class NoticeStatus(TextChoices):
    """Where a notice stands."""

    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class Notice(Claimable):
    """One email to one person about one event, rendered when it is sent.

    `event` names its templates (`emails/<event>-{subject,text,html}`); `dedupe` makes writing it twice harmless.
    """

    event = models.CharField(max_length=60)
    email = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices"
    )
    language = models.CharField(max_length=5, default="it")
    context = models.JSONField(default=dict)
    dedupe = models.CharField(max_length=120, null=True, blank=True, unique=True)
    status = models.CharField(max_length=10, choices=NoticeStatus.choices, default=NoticeStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["due_at"], name="notice_queue", condition=models.Q(status="queued")),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.email}"
