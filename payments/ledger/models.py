from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from crowdfund.kit.fields import CentsField
from payments.ledger.enums import Book


class LedgerAccount(models.Model):
    """A place where value stands, named by its code, like `held:7:card`. Never changed, never deleted."""

    code = models.CharField(max_length=80, primary_key=True)
    book = models.CharField(max_length=8, choices=Book.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(book__in=Book.values), name="ledger_account_book_known"),
            models.UniqueConstraint(fields=["book", "code"], name="ledger_account_in_book"),
        ]

    def __str__(self) -> str:
        return self.code


class LedgerTransfer(models.Model):
    """One movement: from `credit` to `debit`, a positive amount. Append-only; a correction names what it reverses.

    `digest` is set by the database when the row is inserted (see `docs/ledger.md`).
    """

    book = models.CharField(max_length=8, choices=Book.choices)
    debit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="credits")
    amount_cents = CentsField()
    code = models.CharField(max_length=40)
    reference = models.CharField(max_length=80)
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversal"
    )
    posted_at = models.DateTimeField()
    digest = models.BinaryField(max_length=32, editable=False, default=b"")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="ledger_transfer_amount_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_transfer_two_accounts"),
            models.UniqueConstraint(
                fields=["code", "reference"],
                condition=Q(reverses__isnull=True),
                name="ledger_transfer_event_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.credit_id} → {self.debit_id} {self.amount_cents}"


class LedgerSeal(models.Model):
    """A transfer's place in its book's hash chain, appended by the sealer."""

    transfer = models.OneToOneField(
        LedgerTransfer, primary_key=True, on_delete=models.PROTECT, related_name="seal"
    )
    book = models.CharField(max_length=8, choices=Book.choices)
    seq = models.BigIntegerField()
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    sealed_on = models.DateField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "seq"], name="ledger_seal_seq_once")]

    def __str__(self) -> str:
        return f"{self.book} {self.seq}"


class DailyRoot(models.Model):
    """The Merkle root over one day's seals of a book; it includes the root before it."""

    book = models.CharField(max_length=8, choices=Book.choices)
    day = models.DateField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    previous_root = models.BinaryField(max_length=32)
    root = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["book", "day"], name="daily_root_once")]

    def __str__(self) -> str:
        return f"{self.book} {self.day}"
