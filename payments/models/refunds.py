from __future__ import annotations

from django.db import models
from django.db.models import Q

from crowdfund.kit.fields import CentsField
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.enums import CROWD_CHANNELS, Channel, RefundReason, RefundStatus
from payments.models.charges import ChargeAttempt
from payments.models.pledges import Pledge


class Refund(Claimable):
    """Money going back to a backer, whole or in part, by the way it came; written down before it is sent.

    Of a pledge by card it gives back one charge (`attempt`); what came by transfer or in cash has none. `refund_id` is
    the proof: Stripe's refund, the transfer's end-to-end id, the desk's receipt.
    """

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="refunds")
    n = models.PositiveSmallIntegerField()
    channel = models.CharField(
        max_length=8,
        choices=[(channel.value, channel.label) for channel in CROWD_CHANNELS],
        default=Channel.CARD,
    )
    attempt = models.ForeignKey(
        ChargeAttempt, null=True, blank=True, on_delete=models.PROTECT, related_name="refunds"
    )
    payment_intent_id = models.CharField(max_length=64, blank=True)
    amount_cents = CentsField()
    reason = models.CharField(max_length=12, choices=RefundReason.choices)
    status = models.CharField(max_length=8, choices=RefundStatus.choices, default=RefundStatus.CREATED)
    idempotency_key = models.CharField(max_length=80, unique=True)
    refund_id = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "n"], name="refund_number_once"),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(reason__in=[RefundReason.LATE, RefundReason.DUPLICATE, RefundReason.SHORTFALL]),
                name="refund_of_whole_charge_once",
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.CARD, attempt__isnull=False)
                | (~Q(channel=Channel.CARD) & Q(attempt__isnull=True)),
                name="refund_charge_of_channel",
            ),
            models.CheckConstraint(condition=Q(channel__in=CROWD_CHANNELS), name="refund_channel_known"),
            models.CheckConstraint(condition=Q(status__in=RefundStatus.values), name="refund_status_known"),
            models.CheckConstraint(condition=Q(reason__in=RefundReason.values), name="refund_reason_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(refund_id=""), name="refund_done_has_proof"
            ),
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class RefundEvent(StatusEvent):
    """A change of a refund's status."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="events")
