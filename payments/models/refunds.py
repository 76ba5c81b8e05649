from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.fields import CentsField
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.enums import CROWD_CHANNELS, Channel, RefundReason, RefundStatus, RequestStatus
from payments.models.charges import ChargeAttempt
from payments.models.pledges import Pledge
from payments.models.proposals import Proposal


class RefundRequest(models.Model):
    """A backer asks for money back, by the link that manages the pledge; an officer answers, by email."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="refund_requests")
    text = models.TextField(_("why"), max_length=2000)
    status = models.CharField(max_length=8, choices=RequestStatus.choices, default=RequestStatus.OPEN)
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pledge"], condition=Q(status="open"), name="refund_request_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status__in=RequestStatus.values), name="refund_request_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(answer=""), name="refund_request_refused_has_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.status}"


class RefundRequestEvent(StatusEvent):
    """A change of a request's status."""

    request = models.ForeignKey(RefundRequest, on_delete=models.CASCADE, related_name="events")


class RefundDecision(Proposal):
    """The decision to give money of a collected pledge back, whole or in part; its reason is read by the backer.

    `refundable_cents` is what could be given back when it was proposed: when that has changed, the decision is void.
    """

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="refund_decisions")
    request = models.ForeignKey(
        RefundRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    amount_cents = CentsField(_("amount"))
    refundable_cents = CentsField()

    class Meta(Proposal.Meta):
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0, amount_cents__lte=models.F("refundable_cents")),
                name="refunddecision_amount_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.amount_cents}"


class RefundDecisionEvent(StatusEvent):
    """A change of a decision's status."""

    decision = models.ForeignKey(RefundDecision, on_delete=models.CASCADE, related_name="events")


class Refund(Claimable):
    """Money going back to a backer, whole or in part, by the way it came; written down before it is sent.

    Of a pledge by card it gives back one charge (`attempt`), or part of it; what came by transfer or in cash has none.
    `refund_id` is the proof: Stripe's refund, the transfer's end-to-end id, the desk's receipt. `paid_reference` names
    the booking by which the money left, as long as it stands. One that waits has booked nothing yet: the money was paid
    out, and has to come back first.
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
    decision = models.ForeignKey(
        RefundDecision, null=True, blank=True, on_delete=models.PROTECT, related_name="refunds"
    )
    cancelled_for = models.ForeignKey(
        "payments.Dispute", null=True, blank=True, on_delete=models.PROTECT, related_name="cancelled_refunds"
    )
    payment_intent_id = models.CharField(max_length=64, blank=True, db_index=True)
    amount_cents = CentsField()
    reason = models.CharField(max_length=12, choices=RefundReason.choices)
    status = models.CharField(max_length=12, choices=RefundStatus.choices, default=RefundStatus.CREATED)
    idempotency_key = models.CharField(max_length=80, unique=True)
    refund_id = models.CharField(max_length=64, blank=True, db_index=True)
    paid_reference = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["n"]
        indexes = [models.Index(fields=["status", "channel"], name="refund_status_channel")]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "n"], name="refund_number_once"),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(reason__in=[RefundReason.LATE, RefundReason.DUPLICATE, RefundReason.SHORTFALL])
                & ~Q(status=RefundStatus.CANCELLED),
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
            models.CheckConstraint(
                condition=~Q(status="failed") | Q(paid_reference=""), name="refund_failed_is_not_booked"
            ),
        ]

    def __str__(self) -> str:
        return self.idempotency_key

    @property
    def name_at_stripe(self) -> str:
        """Name this row in the refund's metadata: the same however often it is tried."""
        return f"pledge:{self.pledge_id}:refund:{self.n}"


class RefundEvent(StatusEvent):
    """A change of a refund's status."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="events")


class OtherWay(Proposal):
    """A refund that the card's bank did not take, paid to the backer from our bank account; `reason` says how."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="other_ways")
    proof = models.CharField(_("reference of the bank transfer"), max_length=60)
    paid_on = models.DateField(_("day of the transfer"))

    class Meta(Proposal.Meta):
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["refund"], condition=Q(status="proposed"), name="otherway_one_proposed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}: {self.proof}"


class OtherWayEvent(StatusEvent):
    """A change of its status."""

    other_way = models.ForeignKey(OtherWay, on_delete=models.CASCADE, related_name="events")
