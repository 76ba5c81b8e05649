from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Consent
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent
from payments.bank.enums import ExcessKind, ExcessStatus, LineStatus
from payments.bank.models.transfers import LONGEST_HOLDER, LONGEST_IBAN, LONGEST_REFERENCE
from payments.ledger.models import LedgerTransfer
from payments.models import Pledge, Refund


class BankStatement(models.Model):
    """A statement of our account, as imported: never changed. The same one imported again is this one.

    Balances in whole cents; days are civil days. `final` is false for a page of a longer statement.
    """

    account = models.CharField(max_length=LONGEST_IBAN)
    statement_id = models.CharField(max_length=35)
    digest = models.CharField(max_length=64)
    file_name = models.CharField(max_length=120, blank=True)
    file_digest = models.CharField(max_length=64)
    from_on = models.DateField()
    to_on = models.DateField()
    opening_cents = CentsField()
    closing_cents = CentsField()
    final = models.BooleanField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["-to_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="bank_statement_once"),
            models.CheckConstraint(condition=Q(from_on__lte=F("to_on")), name="bank_statement_days_in_order"),
        ]

    def __str__(self) -> str:
        return self.statement_id


class BankLine(models.Model):
    """One booked movement of our account. What the bank said never changes; `status` says what became of it.

    `key` names the movement in every statement that tells of it. `counted_cents` is the part that counts for `pledge`.
    `booked_as` is the posting that another room names: an arrival (a payout of Stripe, a desk's cash, an advance) or
    what left (a refund paid another way). `undoes` is the bank's error that this movement takes back.
    """

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    n = models.PositiveIntegerField()
    account = models.CharField(max_length=LONGEST_IBAN)
    key = models.CharField(max_length=64)
    credit = models.BooleanField()
    amount_cents = CentsField()
    booked_on = models.DateField()
    value_on = models.DateField(null=True, blank=True)
    servicer_reference = models.CharField(max_length=80, blank=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    batch_id = models.CharField(max_length=35, blank=True)
    found = models.JSONField(default=list)  # every valid creditor reference that can be read in it
    text = models.CharField(max_length=500, blank=True)
    party = models.CharField(max_length=140, blank=True)
    party_iban = models.CharField(max_length=LONGEST_IBAN, blank=True)
    is_return = models.BooleanField(default=False)
    return_reason = models.CharField(max_length=35, blank=True)
    is_reversal = models.BooleanField(default=False)
    is_charge = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=LineStatus.choices, default=LineStatus.NEW)
    pledge = models.ForeignKey(
        Pledge, null=True, blank=True, on_delete=models.PROTECT, related_name="bank_lines"
    )
    reference = models.CharField(max_length=LONGEST_REFERENCE, blank=True)
    counted_cents = CentsField(null=True, blank=True)
    booked_as = models.OneToOneField(
        LedgerTransfer, null=True, blank=True, on_delete=models.PROTECT, related_name="bank_line"
    )
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    return_iban = models.CharField(max_length=LONGEST_IBAN, blank=True)
    return_holder = models.CharField(max_length=LONGEST_HOLDER, blank=True)

    class Meta:
        ordering = ["booked_on", "id"]
        indexes = [models.Index(fields=["status", "booked_on"], name="bank_line_status")]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="bank_line_once"),
            models.CheckConstraint(condition=Q(status__in=LineStatus.values), name="bank_line_status_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="bank_line_amount_positive"),
            models.CheckConstraint(
                condition=Q(counted_cents__isnull=True)
                | Q(counted_cents__gte=0, counted_cents__lte=F("amount_cents")),
                name="bank_line_counts_at_most_itself",
            ),
            models.CheckConstraint(
                condition=(Q(status="matched") & Q(pledge__isnull=False, counted_cents__isnull=False))
                | (~Q(status="matched") & Q(pledge__isnull=True, counted_cents__isnull=True)),
                name="bank_line_matched_has_pledge",
            ),
            models.CheckConstraint(
                condition=Q(credit=True) | ~Q(status__in=["matched", "unmatched", "to_return", "returned"]),
                name="bank_line_only_credits_return",
            ),
        ]

    def __str__(self) -> str:
        return f"{'+' if self.credit else '-'}{self.amount_cents} {self.booked_on}"

    @property
    def back_to(self) -> tuple[str, str]:
        """Holder and IBAN it is returned to: the ones an officer gave, else the ones the bank named."""
        if self.return_iban:
            return self.return_holder, self.return_iban
        return self.party, self.party_iban


class BankLineEvent(StatusEvent):
    """A change of what is known of a line."""

    line = models.ForeignKey(BankLine, on_delete=models.CASCADE, related_name="events")


class Excess(models.Model):
    """The part of a line that does not count by itself: more than promised, a second transfer, or a late one.

    It counts if its backer agrees in time, and goes back otherwise (`refund`).
    """

    line = models.OneToOneField(BankLine, on_delete=models.PROTECT, related_name="excess")
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="excesses")
    kind = models.CharField(max_length=10, choices=ExcessKind.choices)
    cents = CentsField()
    status = models.CharField(max_length=8, choices=ExcessStatus.choices, default=ExcessStatus.ASKED)
    consent = models.ForeignKey(Consent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    refund = models.OneToOneField(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="excess"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ExcessStatus.values), name="excess_status_known"),
            models.CheckConstraint(condition=Q(kind__in=ExcessKind.values), name="excess_kind_known"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="excess_positive"),
            models.CheckConstraint(
                condition=~Q(status__in=["agreed", "counted"]) | Q(consent__isnull=False),
                name="excess_counts_by_consent",
            ),
            models.CheckConstraint(
                condition=(Q(status="returned") & Q(refund__isnull=False))
                | (~Q(status="returned") & Q(refund__isnull=True)),
                name="excess_returned_by_refund",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.cents}"


class ExcessEvent(StatusEvent):
    """A change of what becomes of an excess."""

    excess = models.ForeignKey(Excess, on_delete=models.CASCADE, related_name="events")
