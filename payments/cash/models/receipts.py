from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crowdfund.kit.fields import CentsField
from payments.cash.enums import ReceiptKind
from payments.cash.models.desks import CashDesk
from payments.models import Pledge, Refund

LONGEST_NAME = 120


class DeskReceipt(models.Model):
    """A numbered receipt of a desk, without gaps in a year, with its words as they were. Never changed, never deleted.

    A mistake is corrected the same day by another receipt that cancels it. Cash handed back gets a receipt too, which
    names who signed for it.
    """

    desk = models.ForeignKey(CashDesk, on_delete=models.PROTECT, related_name="receipts")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=ReceiptKind.choices)
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="desk_receipts")
    cancels = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="cancelled_by"
    )
    refund = models.OneToOneField(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="desk_receipt"
    )
    amount_cents = CentsField(_("amount"))
    donor = models.CharField(_("name"), max_length=LONGEST_NAME, blank=True)
    signed_by = models.CharField(_("signed by"), max_length=LONGEST_NAME, blank=True)
    why = models.CharField(_("reason"), max_length=200, blank=True)
    project = models.CharField(max_length=120)
    beneficiary = models.CharField(max_length=200)
    desk_name = models.CharField(max_length=120)
    desk_address = models.CharField(max_length=200)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    operator = models.CharField(max_length=150)
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    once = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["desk", "issued_on"], name="desk_receipt_day")]
        constraints = [
            models.UniqueConstraint(fields=["desk", "year", "number"], name="desk_receipt_number_once"),
            models.UniqueConstraint(
                fields=["pledge"], condition=Q(kind="received"), name="desk_receipt_one_per_pledge"
            ),
            models.CheckConstraint(condition=Q(kind__in=ReceiptKind.values), name="desk_receipt_kind_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="desk_receipt_amount_positive"),
            models.CheckConstraint(condition=Q(number__gt=0), name="desk_receipt_number_positive"),
            models.CheckConstraint(
                condition=Q(kind="received", cancels__isnull=True, refund__isnull=True)
                | (Q(kind="cancelled", cancels__isnull=False, refund__isnull=True) & ~Q(why=""))
                | (Q(kind="returned", cancels__isnull=True, refund__isnull=False) & ~Q(signed_by="")),
                name="desk_receipt_names_its_cause",
            ),
        ]

    def __str__(self) -> str:
        return self.full_number

    @property
    def full_number(self) -> str:
        """The number as it is written and said: desk, year, number of the year."""
        return f"{self.desk_id}/{self.year}/{self.number}"


class ReturnByTransfer(models.Model):
    """Cash that goes back by bank transfer, because its donor asked or the till is empty: to whom, and asked by whom.

    The desk then no longer hands it back.
    """

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="return_by_transfer")
    iban = models.CharField(max_length=34)
    holder = models.CharField(max_length=70)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(iban="") & ~Q(holder=""), name="return_by_transfer_has_account"
            )
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}"
