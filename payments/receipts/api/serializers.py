from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from payments.ledger.models import DailyRoot  # noqa: TC001 - the schema reads the hints
from payments.receipts.documents import address
from payments.receipts.models import CorrectionRequest, DonorDetails, Receipt, ReceiptText
from payments.receipts.permissions import receipts_token
from payments.receipts.services.texts import LONGEST


class ReceiptSerializer(serializers.ModelSerializer[Receipt]):
    """A numbered document. A document with `void_by` is void; a correction names what it voids."""

    id = serializers.UUIDField(source="public_id")
    number = serializers.CharField(source="label", help_text="Number and year, `17/2026`.")
    kind = serializers.CharField(
        help_text="`receipt` (a gift), `confirmation` (pays a reward) or `correction`."
    )
    reason = serializers.CharField(help_text="Of a correction: `refund`, `dispute` or `details`.")
    voids = serializers.SerializerMethodField()
    void_by = serializers.SerializerMethodField()
    pledge = serializers.UUIDField(source="pledge.public_id")
    campaign = serializers.CharField(source="pledge.campaign.slug")
    channel = serializers.CharField(help_text="`card` (a direct debit too), `bank` or `cash`.")
    traceable = serializers.SerializerMethodField()
    page_url = serializers.SerializerMethodField()
    pdf_url = serializers.SerializerMethodField()

    class Meta:
        model = Receipt
        fields = [
            "id",
            "number",
            "kind",
            "reason",
            "voids",
            "void_by",
            "pledge",
            "campaign",
            "amount_cents",
            "issued_on",
            "paid_on",
            "channel",
            "traceable",
            "beneficiary_name",
            "beneficiary_tax_code",
            "purpose",
            "call_title",
            "reward_title",
            "reward_value_cents",
            "page_url",
            "pdf_url",
        ]
        read_only_fields = fields

    def get_voids(self, row: Receipt) -> str:
        """Give the number of the document a correction voids, or nothing."""
        return row.corrects.label if row.corrects else ""

    def get_void_by(self, row: Receipt) -> str:
        """Give the number of the correction that voids it, or nothing."""
        return row.correction.label if row.is_void else ""

    def get_traceable(self, row: Receipt) -> bool:
        """Say whether the money left a trace: never in cash."""
        return not row.is_cash

    def get_page_url(self, row: Receipt) -> str:
        """Give the page."""
        return self._address("receipt", row)

    def get_pdf_url(self, row: Receipt) -> str:
        """Give the PDF."""
        return self._address("receipt_pdf", row)

    def _address(self, name: str, row: Receipt) -> str:
        token = receipts_token(row.pledge) if self.context.get("for_backer") else ""
        return f"{settings.SITE_URL}{address(name, row, token)}"


class WholeReceiptSerializer(ReceiptSerializer):
    """A document with who gave, for who may see it."""

    donor_name = serializers.CharField(source="donor.name")
    donor_tax_code = serializers.CharField(source="donor.tax_code")
    donor_address = serializers.CharField(source="donor.address")

    class Meta(ReceiptSerializer.Meta):
        fields = [
            *ReceiptSerializer.Meta.fields, "method", "card_brand", "card_last4", "text", "donor_name",
            "donor_tax_code", "donor_address",
        ]  # fmt: skip
        read_only_fields = fields


class SummarySerializer(serializers.Serializer[Any]):
    """A calendar year of a backer's, by the day the money came; voided documents are left out."""

    year = serializers.IntegerField()
    gifts_cents = serializers.IntegerField(help_text="Gifts by traceable means.")
    cash_cents = serializers.IntegerField(help_text="Gifts in cash: no tax benefit.")
    payments_cents = serializers.IntegerField(help_text="What paid for rewards.")
    receipts = ReceiptSerializer(many=True)


class ProofSerializer(serializers.Serializer[Any]):
    """That a transfer is in the ledger. `docs/receipts.md` says how to verify it; hashes are in hexadecimal."""

    book = serializers.CharField()
    seq = serializers.IntegerField()
    day = serializers.DateField()
    text = serializers.CharField(help_text="The transfer's canonical text: its sha256 is the digest.")
    digest = serializers.CharField()
    seal = serializers.CharField(help_text="The transfer's link in the chain of its book.")
    index = serializers.IntegerField(
        help_text="Its place in the day's tree; 0 is the root of the day before."
    )
    size = serializers.IntegerField()
    path = serializers.ListField(child=serializers.CharField(), help_text="From the leaf up.")
    root = serializers.CharField()  # type: ignore[assignment]  # the name of a property of every field, too


class RootSerializer(serializers.Serializer["DailyRoot"]):
    """The root of a finished day of a book."""

    book = serializers.CharField()
    day = serializers.DateField()
    first_seq = serializers.IntegerField()
    last_seq = serializers.IntegerField()
    previous_root = serializers.SerializerMethodField()
    root = serializers.SerializerMethodField()  # type: ignore[assignment]

    def get_previous_root(self, row: DailyRoot) -> str:
        """Give the root of the day before, in hexadecimal."""
        return bytes(row.previous_root).hex()

    def get_root(self, row: DailyRoot) -> str:
        """Give the root in hexadecimal."""
        return bytes(row.root).hex()


class DonorSerializer(serializers.ModelSerializer[DonorDetails]):
    """Who gives, as it shall stand on the receipt; any of it may be empty."""

    name = serializers.CharField(max_length=120, allow_blank=True, required=False, default="")
    tax_code = serializers.CharField(max_length=20, allow_blank=True, required=False, default="")
    address = serializers.CharField(max_length=200, allow_blank=True, required=False, default="")

    class Meta:
        model = DonorDetails
        fields = ["name", "tax_code", "address"]


class RequestSerializer(serializers.ModelSerializer[CorrectionRequest]):
    """A correction that a backer asks for."""

    status = serializers.CharField(help_text="`asked`, `granted` or `declined`.")

    class Meta:
        model = CorrectionRequest
        fields = ["id", "name", "tax_code", "address", "status", "asked_at", "answer"]
        read_only_fields = fields


class TextSerializer(serializers.ModelSerializer[ReceiptText]):
    """An organisation's own words on its receipts."""

    status = serializers.CharField(help_text="`proposed`, `approved`, `rejected` or `replaced`.")

    class Meta:
        model = ReceiptText
        fields = ["id", "text", "status", "written_at", "decided_at", "answer"]
        read_only_fields = fields


class NewTextSerializer(serializers.Serializer[Any]):
    """A text to hand in."""

    text = serializers.CharField(max_length=LONGEST)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why not."""

    why = serializers.CharField(max_length=200)
