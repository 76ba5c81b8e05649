from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import TwoPeople
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent
from payments.bank.enums import LIVE_ITEMS, ItemStatus, ListStatus
from payments.bank.models.statements import BankLine
from payments.bank.models.transfers import LONGEST_HOLDER, LONGEST_IBAN
from payments.models import Payout, Refund


class CreditList(TwoPeople):
    """Transfers that leave our account, given to the bank as one file: proposed by one person, approved by another.

    `digest` is over every amount and payee as proposed; who differs from it at the approval or at the export makes the
    list void.
    """

    status = models.CharField(max_length=8, choices=ListStatus.choices, default=ListStatus.DRAFT)
    digest = models.CharField(max_length=64, blank=True)
    execute_on = models.DateField(null=True, blank=True)
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    exported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=ListStatus.values), name="credit_list_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "exported", "closed"]) | Q(decided_by__isnull=False),
                name="credit_list_approved_has_person",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["exported", "closed"])
                | Q(exported_at__isnull=False, exported_by__isnull=False, execute_on__isnull=False),
                name="credit_list_exported_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "rejected"]) | ~Q(digest=""), name="credit_list_has_digest"
            ),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        """The name the bank knows the list by; each transfer is named after it."""
        return f"CF-L{self.pk}"


class CreditListEvent(StatusEvent):
    """A change of a list's status."""

    list = models.ForeignKey(CreditList, on_delete=models.CASCADE, related_name="events")


class ListItem(models.Model):
    """One transfer of a list: a refund, an unmatched line that goes back, or a payout. Frozen once it is proposed."""

    list = models.ForeignKey(CreditList, on_delete=models.PROTECT, related_name="items")
    n = models.PositiveIntegerField()
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="list_items"
    )
    line = models.ForeignKey(
        BankLine, null=True, blank=True, on_delete=models.PROTECT, related_name="list_items"
    )
    payout = models.ForeignKey(
        Payout, null=True, blank=True, on_delete=models.PROTECT, related_name="list_items"
    )
    amount_cents = CentsField()
    name = models.CharField(max_length=LONGEST_HOLDER)
    iban = models.CharField(max_length=LONGEST_IBAN)
    text = models.CharField(max_length=140)
    end_to_end_id = models.CharField(max_length=35, unique=True)
    status = models.CharField(max_length=8, choices=ItemStatus.choices, default=ItemStatus.WAITING)
    paid_by = models.ForeignKey(
        BankLine, null=True, blank=True, on_delete=models.PROTECT, related_name="items_paid"
    )
    came_back_by = models.OneToOneField(
        BankLine, null=True, blank=True, on_delete=models.PROTECT, related_name="item_that_came_back"
    )

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["list", "n"], name="list_item_number_once"),
            models.CheckConstraint(condition=Q(status__in=ItemStatus.values), name="list_item_status_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="list_item_amount_positive"),
            models.CheckConstraint(
                condition=Q(refund__isnull=False, line__isnull=True, payout__isnull=True)
                | Q(refund__isnull=True, line__isnull=False, payout__isnull=True)
                | Q(refund__isnull=True, line__isnull=True, payout__isnull=False),
                name="list_item_of_one_thing",
            ),
            *(
                models.UniqueConstraint(
                    fields=[source],
                    condition=Q(status__in=sorted(LIVE_ITEMS)),
                    name=f"list_item_one_live_{source}",
                )
                for source in ("refund", "line", "payout")
            ),
            models.CheckConstraint(
                condition=Q(paid_by__isnull=True)
                | Q(came_back_by__isnull=True)
                | ~Q(paid_by=F("came_back_by")),
                name="list_item_two_lines",
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class ListItemEvent(StatusEvent):
    """A change of what is known of a transfer."""

    item = models.ForeignKey(ListItem, on_delete=models.CASCADE, related_name="events")
