from __future__ import annotations

from django.db import models
from django.db.models import Q

from crowdfund.kit.fields import CentsField
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.enums import LIVE_ATTEMPTS, AttemptKind, AttemptStatus
from payments.models.pledges import Pledge


class ChargeAttempt(Claimable):
    """One try at charging a pledge, written down before the call. At most one is live, at most one succeeds."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="attempts")
    n = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=AttemptKind.choices, default=AttemptKind.OFF_SESSION)
    status = models.CharField(max_length=12, choices=AttemptStatus.choices, default=AttemptStatus.CREATED)
    idempotency_key = models.CharField(max_length=80, unique=True)
    amount_cents = CentsField()
    payment_method_id = models.CharField(max_length=64, blank=True)
    payment_intent_id = models.CharField(max_length=64, blank=True, db_index=True)
    session_id = models.CharField(max_length=128, blank=True, db_index=True)
    session_url = models.TextField(blank=True)
    charge_id = models.CharField(max_length=64, blank=True)
    fee_cents = CentsField(default=0)
    error_code = models.CharField(max_length=64, blank=True)
    decline_code = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "n"], name="charge_attempt_number_once"),
            models.UniqueConstraint(
                fields=["pledge"],
                condition=Q(status__in=sorted(LIVE_ATTEMPTS)),
                name="charge_attempt_one_live",
            ),
            models.UniqueConstraint(
                fields=["pledge"], condition=Q(status="succeeded"), name="charge_attempt_one_success"
            ),
            models.CheckConstraint(
                condition=Q(status__in=AttemptStatus.values), name="charge_attempt_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="charge_attempt_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class ChargeAttemptEvent(StatusEvent):
    """A change of what is known of a charge attempt."""

    attempt = models.ForeignKey(ChargeAttempt, on_delete=models.CASCADE, related_name="events")
