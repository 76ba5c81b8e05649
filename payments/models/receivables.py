from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from campaigns.models import Campaign
from crowdfund.kit.fields import CentsField
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.enums import CROWD_CHANNELS, ClosingKind, Place, ReceivableStatus, ReversalStatus
from payments.models.disputes import Dispute
from payments.models.payouts import Payout
from payments.models.proposals import Proposal
from payments.models.refunds import Refund

FOR_ONE_THING = Q(refund__isnull=False, dispute__isnull=True) | Q(refund__isnull=True, dispute__isnull=False)


class TransferReversal(Claimable):
    """Card money taken back from a connected account, for a refund or for a lost dispute; written before it is sent."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="reversals")
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="reversals"
    )
    dispute = models.ForeignKey(
        Dispute, null=True, blank=True, on_delete=models.PROTECT, related_name="reversals"
    )
    transfer_id = models.CharField(max_length=64)
    amount_cents = CentsField()
    status = models.CharField(
        max_length=12, choices=ReversalStatus.choices, default=ReversalStatus.CREATED, db_index=True
    )
    idempotency_key = models.CharField(max_length=80, unique=True)
    reversal_id = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=FOR_ONE_THING, name="transfer_reversal_for_one_thing"),
            models.CheckConstraint(
                condition=Q(status__in=ReversalStatus.values), name="transfer_reversal_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="transfer_reversal_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(reversal_id=""), name="transfer_reversal_done_has_proof"
            ),
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class TransferReversalEvent(StatusEvent):
    """A change of what is known of a reversal."""

    reversal = models.ForeignKey(TransferReversal, on_delete=models.CASCADE, related_name="events")


class Receivable(models.Model):
    """What an organisation owes us because money it was paid could not be taken back. Whole cents.

    `closed_cents` is what was paid back or written off of it.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="receivables")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="receivables")
    channel = models.CharField(
        max_length=8, choices=[(channel.value, channel.label) for channel in CROWD_CHANNELS]
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="receivables"
    )
    dispute = models.ForeignKey(
        Dispute, null=True, blank=True, on_delete=models.PROTECT, related_name="receivables"
    )
    amount_cents = CentsField()
    closed_cents = CentsField(default=0)
    reason = models.CharField(max_length=200)
    status = models.CharField(
        max_length=12, choices=ReceivableStatus.choices, default=ReceivableStatus.OPEN, db_index=True
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=FOR_ONE_THING, name="receivable_for_one_thing"),
            models.CheckConstraint(
                condition=Q(status__in=ReceivableStatus.values), name="receivable_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="receivable_amount_positive"),
            models.CheckConstraint(
                condition=Q(status="open", closed_cents__gte=0, closed_cents__lt=models.F("amount_cents"))
                | (~Q(status="open") & Q(closed_cents=models.F("amount_cents"))),
                name="receivable_closed_when_nothing_is_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.left_cents}"

    @property
    def left_cents(self) -> int:
        """What is still owed."""
        left: int = self.amount_cents - self.closed_cents
        return left


class ReceivableEvent(StatusEvent):
    """A change of a receivable, by which closing."""

    receivable = models.ForeignKey(Receivable, on_delete=models.CASCADE, related_name="events")


class ReceivableClosing(Proposal):
    """Money that an organisation paid back into our bank, or that we give up; `reason` says the proof, or why."""

    receivable = models.ForeignKey(Receivable, on_delete=models.PROTECT, related_name="closings")
    kind = models.CharField(max_length=10, choices=ClosingKind.choices)
    amount_cents = CentsField(_("amount"))

    class Meta(Proposal.Meta):
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=ClosingKind.values), name="receivableclosing_kind_known"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="receivableclosing_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.receivable_id}: {self.kind} {self.amount_cents}"


class ReceivableClosingEvent(StatusEvent):
    """A change of its status."""

    closing = models.ForeignKey(ReceivableClosing, on_delete=models.CASCADE, related_name="events")


class OwnAdvance(Proposal):
    """Money of the platform's own, paid in to cover fees and losses; `proof`: Stripe's top-up, or the bank's number."""

    place = models.CharField(max_length=8, choices=Place.choices)
    amount_cents = CentsField(_("amount"))
    proof = models.CharField(max_length=64)

    class Meta(Proposal.Meta):
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(condition=Q(place__in=Place.values), name="ownadvance_place_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="ownadvance_amount_positive"),
            models.UniqueConstraint(
                fields=["place", "proof"],
                condition=Q(status__in=["proposed", "approved"]),
                name="ownadvance_proof_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.amount_cents}"


class OwnAdvanceEvent(StatusEvent):
    """A change of its status."""

    advance = models.ForeignKey(OwnAdvance, on_delete=models.CASCADE, related_name="events")
