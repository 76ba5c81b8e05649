from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TwoPeople
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent
from payments.cash.enums import ClosingStatus
from payments.cash.models.desks import CashDesk
from payments.cash.models.receipts import DeskReceipt


class DeskClosing(TwoPeople):
    """A till at the end of a day: what the books say, what was counted, and by whom; another person countersigns.

    It covers the receipts after the previous closing's up to `last_receipt`. What was counted never changes: a closing
    that is rejected is counted again as another one.
    """

    desk = models.ForeignKey(CashDesk, on_delete=models.PROTECT, related_name="closings")
    day = models.DateField()
    last_receipt = models.ForeignKey(
        DeskReceipt, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    receipts = models.PositiveIntegerField()
    received_cents = CentsField()
    returned_cents = CentsField()
    booked_cents = CentsField()
    counted_cents = CentsField(_("counted"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=ClosingStatus.choices, default=ClosingStatus.COUNTED)
    sent_cents = CentsField(null=True, blank=True)
    bag = models.CharField(_("bag or deposit slip"), max_length=60, blank=True)
    proof = models.CharField(_("line of the bank's statement"), max_length=120, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.UniqueConstraint(
                fields=["desk", "day"], condition=~Q(status="rejected"), name="desk_closing_one_a_day"
            ),
            models.UniqueConstraint(
                fields=["desk"], condition=Q(status="counted"), name="desk_closing_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ClosingStatus.values), name="desk_closing_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="counted") | Q(decided_by__isnull=False), name="desk_closing_has_second"
            ),
            models.CheckConstraint(condition=Q(counted_cents__gte=0), name="desk_closing_counted_positive"),
            models.CheckConstraint(
                condition=Q(counted_cents=F("booked_cents")) | ~Q(reason=""),
                name="desk_closing_difference_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["sent", "banked"], sent_cents__gt=0)
                | (~Q(status__in=["sent", "banked"]) & Q(sent_cents__isnull=True)),
                name="desk_closing_sent_has_amount",
            ),
            models.CheckConstraint(
                condition=~Q(status="banked") | ~Q(proof=""), name="desk_closing_banked_has_proof"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.desk_id}: {self.day}"

    @property
    def difference_cents(self) -> int:
        """What was counted above (positive) or below (negative) the books."""
        return int(self.counted_cents - self.booked_cents)


class DeskClosingEvent(StatusEvent):
    """A change of a closing's status."""

    closing = models.ForeignKey(DeskClosing, on_delete=models.CASCADE, related_name="events")
