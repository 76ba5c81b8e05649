from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent
from payments.enums import CROWD_CHANNELS, Channel
from payments.ledger.models import LedgerTransfer
from payments.models import Pledge
from payments.receipts.enums import CorrectionReason, ReceiptKind, RequestStatus, TextStatus


class ReceiptSeries(models.Model):
    """An organisation's numbers of one civil year. The database lets it grow by one at a time, with its document."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="receipt_series")
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year"], name="receipt_series_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}/{self.year}"


class DonorDetails(models.Model):
    """Who gives, as the backer wants it on documents still to come; without it, the pledge's name."""

    pledge = models.OneToOneField(Pledge, on_delete=models.CASCADE, related_name="donor_details")
    name = models.CharField(_("name"), max_length=120, blank=True)
    tax_code = models.CharField(_("codice fiscale"), max_length=16, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pledge_id}"


class ReceiptDonor(models.Model):
    """Who gave, as it stands on documents issued together. Never edited: only restricted, and forgotten at its term."""

    name = models.CharField(max_length=120, blank=True)
    tax_code = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=200, blank=True)
    kept_until = models.DateField(db_index=True)
    restricted_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True) | Q(name="", tax_code="", address=""),
                name="receipt_donor_forgotten_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"donor {self.pk}"


class Receipt(models.Model):
    """A numbered document in the organisation's name, with all it says written down as it was. Never edited or deleted.

    A correction voids one document and repeats its amount. `transfer` is the ledger's row of the money received.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT, related_name="receipts")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=ReceiptKind.choices)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="correction"
    )
    reason = models.CharField(max_length=8, choices=CorrectionReason.choices, blank=True)
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="receipts")
    donor = models.ForeignKey(ReceiptDonor, on_delete=models.PROTECT, related_name="receipts")
    transfer = models.ForeignKey(
        LedgerTransfer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    amount_cents = CentsField(_("amount"))
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    paid_on = models.DateField()
    channel = models.CharField(
        max_length=8, choices=[(channel.value, channel.label) for channel in CROWD_CHANNELS]
    )
    method = models.CharField(max_length=12, blank=True)
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    beneficiary_name = models.CharField(max_length=160)
    beneficiary_tax_code = models.CharField(max_length=16, blank=True)
    purpose = models.CharField(max_length=200)
    call_title = models.CharField(max_length=200, blank=True)
    reward_title = models.CharField(max_length=100, blank=True)
    reward_value_cents = CentsField(null=True, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["series__year", "number"]
        indexes = [models.Index(fields=["paid_on"], name="receipt_paid_on")]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="receipt_number_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="receipt_number_positive"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="receipt_amount_positive"),
            models.CheckConstraint(condition=Q(kind__in=ReceiptKind.values), name="receipt_kind_known"),
            models.CheckConstraint(condition=Q(channel__in=CROWD_CHANNELS), name="receipt_channel_known"),
            models.CheckConstraint(
                condition=Q(
                    kind=ReceiptKind.CORRECTION, corrects__isnull=False, reason__in=CorrectionReason.values
                )
                | (
                    ~Q(kind=ReceiptKind.CORRECTION)
                    & Q(corrects__isnull=True, reason="", transfer__isnull=False)
                ),
                name="receipt_stands_on_money_or_corrects",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ReceiptKind.CONFIRMATION) | Q(reward_value_cents__gt=0),
                name="receipt_confirmation_has_reward",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number as people read it: `17/2026`."""
        return f"{self.number}/{self.series.year}"

    @property
    def is_void(self) -> bool:
        """Whether a correction voids it."""
        return hasattr(self, "correction")

    @property
    def is_cash(self) -> bool:
        """Whether the money came in cash, and so leaves no trace."""
        return self.channel == Channel.CASH


class ReceiptText(models.Model):
    """An organisation's own words on its receipts: its owner writes them, an officer approves them. Never edited."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="receipt_texts")
    text = models.TextField(_("text"))
    status = models.CharField(max_length=10, choices=TextStatus.choices, default=TextStatus.PROPOSED)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("why not"), max_length=200, blank=True)

    class Meta:
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=TextStatus.values), name="receipt_text_status_known"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(status="proposed"), name="receipt_text_one_proposed"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(status="approved"), name="receipt_text_one_approved"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "replaced"]) | Q(decided_by__isnull=False),
                name="receipt_text_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("written_by")),
                name="receipt_text_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ReceiptTextEvent(StatusEvent):
    """A change of a text's status."""

    receipt_text = models.ForeignKey(ReceiptText, on_delete=models.CASCADE, related_name="events")


class CorrectionRequest(models.Model):
    """A backer's wish to have name, codice fiscale or address put right on documents already issued."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="correction_requests")
    name = models.CharField(_("name"), max_length=120, blank=True)
    tax_code = models.CharField(_("codice fiscale"), max_length=16, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=RequestStatus.choices, default=RequestStatus.ASKED)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("why not"), max_length=200, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=RequestStatus.values), name="correction_request_status_known"
            ),
            models.UniqueConstraint(
                fields=["pledge"], condition=Q(status="asked"), name="correction_request_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.status}"


class CorrectionRequestEvent(StatusEvent):
    """A change of a request's status."""

    request = models.ForeignKey(CorrectionRequest, on_delete=models.CASCADE, related_name="events")
