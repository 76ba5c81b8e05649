from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from crowdfund.kit.fields import CentsField
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.models.proposals import Proposal as ProposalOfMoney
from payments.reconciliation.enums import (
    DifferenceKind,
    DifferenceStatus,
    Family,
    Proposal,
    RunKind,
    RunStatus,
    RunStep,
)
from payments.reconciliation.formula import legs_of

if TYPE_CHECKING:
    from payments.reconciliation.formula import Leg


class ReconciliationRun(Claimable):
    """One comparison of what moved with what is booked: every night, or asked for. What it found, in whole cents.

    `seen_until` is how far the movements were read when it ended: the next one goes on from there.
    """

    kind = models.CharField(max_length=8, choices=RunKind.choices)
    night = models.DateField(null=True, blank=True, unique=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    status = models.CharField(max_length=8, choices=RunStatus.choices, default=RunStatus.WAITING)
    step = models.CharField(max_length=10, choices=RunStep.choices, default=RunStep.READING)
    attempts = models.PositiveSmallIntegerField(default=0)
    movements_read = models.PositiveIntegerField(default=0)
    movements_new = models.PositiveIntegerField(default=0)
    available_cents = CentsField(null=True, blank=True)
    pending_cents = CentsField(null=True, blank=True)
    reserved_cents = CentsField(null=True, blank=True)
    ledger_cents = CentsField(null=True, blank=True)
    in_flight_cents = CentsField(null=True, blank=True)
    bank_on = models.DateField(null=True, blank=True)
    bank_cents = CentsField(null=True, blank=True)
    bank_ledger_cents = CentsField(null=True, blank=True)
    in_flight = models.PositiveIntegerField(default=0)
    open_differences = models.PositiveIntegerField(default=0)
    new_differences = models.PositiveIntegerField(default=0)
    seen_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=RunStatus.values), name="reconciliation_run_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="nightly", night__isnull=False) | Q(kind="asked", night__isnull=True),
                name="reconciliation_run_of_a_night",
            ),
            models.CheckConstraint(
                condition=~Q(status="done")
                | Q(available_cents__isnull=False, pending_cents__isnull=False, ledger_cents__isnull=False),
                name="reconciliation_run_done_has_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def stripe_cents(self) -> int | None:
        """What Stripe held when it was compared."""
        parts = (self.available_cents, self.pending_cents, self.reserved_cents)
        return None if self.available_cents is None else sum(part or 0 for part in parts)


class ReconciliationRunEvent(StatusEvent):
    """A change of a run's status."""

    run = models.ForeignKey(ReconciliationRun, on_delete=models.CASCADE, related_name="events")


class StripeMovement(models.Model):
    """A balance transaction of Stripe's, as it was read; amounts in whole cents, negative when money leaves.

    What Stripe said never changes; `root` is found later: what the ledger's references of the same thing begin with.
    """

    balance_transaction_id = models.CharField(max_length=64, unique=True)
    type = models.CharField(max_length=60)
    category = models.CharField(max_length=60, blank=True)
    source_id = models.CharField(max_length=64, blank=True, db_index=True)
    charge_id = models.CharField(max_length=64, blank=True)
    payment_intent_id = models.CharField(max_length=64, blank=True)
    transfer_id = models.CharField(max_length=64, blank=True)
    metadata = models.JSONField(default=dict)
    description = models.CharField(max_length=200, blank=True)
    gross_cents = CentsField()
    fee_cents = CentsField()
    net_cents = CentsField()
    currency = models.CharField(max_length=3)
    balance_type = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_index=True)
    available_on = models.DateTimeField()
    root = models.CharField(max_length=80, blank=True, db_index=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(net_cents=F("gross_cents") - F("fee_cents")), name="stripe_movement_adds_up"
            )
        ]

    def __str__(self) -> str:
        return f"{self.balance_transaction_id}: {self.type} {self.net_cents:+}"

    def legs(self) -> list[Leg]:
        """Split it into what it is about."""
        return legs_of(
            kind=self.type,
            category=self.category,
            gross_cents=self.gross_cents,
            fee_cents=self.fee_cents,
            currency=self.currency,
            balance_type=self.balance_type,
        )


class Difference(models.Model):
    """Something that moved and is not booked so, or is booked and did not move so; whole cents.

    `subject` is the same each time the same thing differs: a difference that comes again is opened again.
    """

    subject = models.CharField(max_length=120, unique=True)
    family = models.CharField(max_length=12, choices=Family.choices)
    root = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=14, choices=DifferenceKind.choices)
    proposal = models.CharField(max_length=16, choices=Proposal.choices, default=Proposal.NONE)
    moved_cents = CentsField()
    booked_cents = CentsField()
    status = models.CharField(max_length=8, choices=DifferenceStatus.choices, default=DifferenceStatus.OPEN)
    accepted_cents = CentsField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    last_run = models.ForeignKey(ReconciliationRun, on_delete=models.PROTECT, related_name="differences")

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [models.Index(fields=["status"], name="difference_status")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=DifferenceStatus.values), name="difference_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True, closed_by__isnull=True)
                | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="difference_closed_at_some_time",
            ),
            models.CheckConstraint(
                condition=(~Q(status="accepted") & Q(accepted_cents__isnull=True))
                | (
                    Q(status="accepted", closed_by__isnull=False, accepted_cents__isnull=False)
                    & ~Q(reason="")
                ),
                name="difference_accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.difference_cents:+}"

    @property
    def difference_cents(self) -> int:
        """What moved beyond what is booked."""
        return int(self.moved_cents - self.booked_cents)


class DifferenceEvent(StatusEvent):
    """A change of a difference's status, and what was tried to put it right."""

    difference = models.ForeignKey(Difference, on_delete=models.CASCADE, related_name="events")


class DifferenceAcceptance(ProposalOfMoney):
    """That a difference may stand, and why: one person says it, another agrees. Void when its amount has changed."""

    difference = models.ForeignKey(Difference, on_delete=models.PROTECT, related_name="acceptances")
    amount_cents = CentsField()

    class Meta(ProposalOfMoney.Meta):
        constraints = [
            *ProposalOfMoney.Meta.constraints,
            models.UniqueConstraint(
                fields=["difference"],
                condition=Q(status="proposed"),
                name="differenceacceptance_one_proposed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.difference_id}: {self.amount_cents:+}"


class DifferenceAcceptanceEvent(StatusEvent):
    """A change of its status."""

    acceptance = models.ForeignKey(DifferenceAcceptance, on_delete=models.CASCADE, related_name="events")
