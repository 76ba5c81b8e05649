from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TwoPeople
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent
from payments.spending.enums import MovementKind, MovementStatus
from payments.spending.models.contracts import Contract


class ContractMovement(TwoPeople):
    """A step that a contract's money takes once bound: one person proposes it, another confirms.

    A mandate carries the number and date the treasury gave it, a reduction those of its act. A correction names the
    movement it undoes (`undoes`) and is of the same amount. What it says never changes.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=14, choices=MovementKind.choices)
    amount_cents = CentsField(_("amount"))
    number = models.CharField(_("number"), max_length=40)
    dated_on = models.DateField(_("date"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    undoes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    status = models.CharField(max_length=8, choices=MovementStatus.choices, default=MovementStatus.PROPOSED)

    class Meta:
        ordering = ["proposed_at", "id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=MovementStatus.values), name="contract_movement_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MovementKind.values), name="contract_movement_kind_known"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="contract_movement_positive"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[MovementKind.MANDATE_UNDONE, MovementKind.ECONOMY_UNDONE],
                    undoes__isnull=False,
                )
                | Q(
                    kind__in=[MovementKind.MANDATE, MovementKind.ECONOMY, MovementKind.ANNULMENT],
                    undoes__isnull=True,
                ),
                name="contract_movement_correction_names",
            ),
            models.CheckConstraint(
                condition=Q(status=MovementStatus.PROPOSED) | Q(decided_by__isnull=False),
                name="contract_movement_decided_has_person",
            ),
            models.UniqueConstraint(
                fields=["contract", "number", "dated_on"],
                condition=Q(kind=MovementKind.MANDATE)
                & Q(status__in=[MovementStatus.PROPOSED, MovementStatus.APPROVED]),
                name="contract_mandate_once",
            ),
            models.UniqueConstraint(
                fields=["undoes"],
                condition=Q(status__in=[MovementStatus.PROPOSED, MovementStatus.APPROVED]),
                name="contract_movement_undone_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}: {self.amount_cents}"


class ContractMovementEvent(StatusEvent):
    """A change of a movement's status."""

    movement = models.ForeignKey(ContractMovement, on_delete=models.CASCADE, related_name="events")
