from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from payments.bank.enums import LineStatus, ListStatus, MatchKind
from payments.bank.models import BankLine, BankStatement, CreditList, Excess, LineMatch, ListItem
from payments.models import Pledge


class AccountSerializer(serializers.Serializer[Any]):
    """Where money goes back to."""

    iban = serializers.CharField(max_length=50)
    holder = serializers.CharField(max_length=70)


class NewTransferSerializer(AccountSerializer):
    """A pledge by bank transfer. `consent_version` says that the backer agreed to the words of `transfer-terms`."""

    campaign = serializers.SlugField(help_text="The campaign's slug.")
    amount_cents = serializers.IntegerField(max_value=2**53)
    reward = serializers.IntegerField(required=False, allow_null=True, max_value=2**53)
    email = serializers.CharField(
        required=False, default="", max_length=254, help_text="Ignored when logged in: your own is used."
    )
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=120)
    show_name = serializers.BooleanField(required=False, default=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False, default="it")
    consent_version = serializers.CharField(max_length=20)


class ExcessSerializer(serializers.ModelSerializer[Excess]):
    """Money that came besides a pledge."""

    kind = serializers.CharField(
        help_text="`more` than promised, `again`, `late`, or for a `cancelled` pledge."
    )
    status = serializers.CharField(help_text="`asked`, `agreed`, `counted` or `returned`.")
    booked_on = serializers.DateField(source="line.booked_on")

    class Meta:
        model = Excess
        fields = ["id", "kind", "cents", "status", "booked_on"]
        read_only_fields = fields


class TransferSerializer(serializers.ModelSerializer[Pledge]):
    """A pledge by bank transfer, for its backer: what to write in the bank's form, and what has arrived."""

    id = serializers.UUIDField(source="public_id")
    campaign = serializers.CharField(source="campaign.slug")
    deadline = serializers.DateTimeField(source="campaign.deadline")
    status = serializers.CharField(help_text="`awaiting_transfer`, `received`, `collected`, `expired`, …")
    reference = serializers.CharField(source="transfer.reference", help_text="ISO 11649.")
    pay_to_iban = serializers.SerializerMethodField()
    pay_to_holder = serializers.SerializerMethodField()
    excesses = ExcessSerializer(many=True)

    class Meta:
        model = Pledge
        fields = [
            "id",
            "campaign",
            "deadline",
            "status",
            "amount_cents",
            "promised_cents",
            "reward",
            "name",
            "show_name",
            "reference",
            "pay_to_iban",
            "pay_to_holder",
            "excesses",
            "created_at",
            "received_on",
            "collected_at",
        ]
        read_only_fields = fields

    def get_pay_to_iban(self, pledge: Pledge) -> str:
        """Give our account."""
        return str(settings.BANK_ACCOUNT_IBAN)

    def get_pay_to_holder(self, pledge: Pledge) -> str:
        """Give who holds it."""
        return str(settings.BANK_ACCOUNT_HOLDER)


class PlacedTransferSerializer(TransferSerializer):
    """A pledge just placed, and the token that opens it without a login."""

    token = serializers.CharField()

    class Meta(TransferSerializer.Meta):
        fields = [*TransferSerializer.Meta.fields, "token"]
        read_only_fields = fields


class TransferAmountSerializer(serializers.Serializer[Any]):
    """Another amount; a higher one needs the consent again."""

    amount_cents = serializers.IntegerField(max_value=2**53)
    consent_version = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class ExcessAnswerSerializer(serializers.Serializer[Any]):
    """The backer's word: with `agree` it counts (and `consent_version` is needed), without it goes back."""

    agree = serializers.BooleanField()
    consent_version = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class TransferTermsSerializer(serializers.Serializer[Any]):
    """What a backer must read before agreeing, and the limits of an amount."""

    version = serializers.CharField()
    text = serializers.DictField(child=serializers.CharField(), help_text="By language.")
    min_cents = serializers.IntegerField()
    max_cents = serializers.IntegerField()


class UploadSerializer(serializers.Serializer[Any]):
    """A camt.053 file, as multipart."""

    file = serializers.FileField()


class StatementSerializer(serializers.ModelSerializer[BankStatement]):
    """A statement of our account."""

    class Meta:
        model = BankStatement
        fields = [
            "id",
            "statement_id",
            "from_on",
            "to_on",
            "opening_cents",
            "closing_cents",
            "final",
            "file_name",
            "file_digest",
            "imported_at",
        ]
        read_only_fields = fields


class ImportedSerializer(serializers.Serializer[Any]):
    """What an import did."""

    statements = StatementSerializer(many=True)
    new_lines = serializers.IntegerField()
    known_lines = serializers.IntegerField()


class LineSerializer(serializers.ModelSerializer[BankLine]):
    """A booked movement, and what became of it."""

    status = serializers.ChoiceField(choices=LineStatus.choices)
    pledge = serializers.UUIDField(source="pledge.public_id", allow_null=True, default=None)

    class Meta:
        model = BankLine
        fields = [
            "id",
            "statement",
            "n",
            "credit",
            "amount_cents",
            "booked_on",
            "value_on",
            "servicer_reference",
            "end_to_end_id",
            "text",
            "party",
            "party_iban",
            "is_return",
            "is_reversal",
            "status",
            "pledge",
            "reference",
            "counted_cents",
        ]
        read_only_fields = fields


class LineMatchSerializer(serializers.ModelSerializer[LineMatch]):
    """What somebody says a line is."""

    kind = serializers.CharField()
    status = serializers.CharField(help_text="`proposed`, `approved`, `rejected` or `void`.")
    reference = serializers.CharField(source="pledge.transfer.reference", default="")

    class Meta:
        model = LineMatch
        fields = [
            *("id", "line", "kind", "reference", "item", "fund", "before", "reason", "document"),
            *("status", "proposed_at", "decided_at"),
        ]
        read_only_fields = fields


class NewMatchSerializer(serializers.Serializer[Any]):
    """What a line is: for a pledge its `reference`, for the other kinds that name a row its `row`.

    `bank_fee`, `own_funds`, `loss` and `bank_error` need a `reason` and the number of a `document`.
    """

    kind = serializers.ChoiceField(choices=MatchKind.choices)
    reference = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)
    row = serializers.IntegerField(required=False, allow_null=True, default=None, max_value=2**53)
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    document = serializers.CharField(required=False, default="", allow_blank=True, max_length=64)


class WhyLineSerializer(serializers.Serializer[Any]):
    """A reason."""

    why = serializers.CharField(max_length=200)


class ItemSerializer(serializers.ModelSerializer[ListItem]):
    """One transfer of a list."""

    status = serializers.CharField(help_text="`waiting`, `sent`, `done`, `failed` or `dropped`.")

    class Meta:
        model = ListItem
        fields = [
            "id",
            "n",
            "end_to_end_id",
            "amount_cents",
            "name",
            "iban",
            "text",
            "status",
            "refund",
            "line",
            "payout",
        ]
        read_only_fields = fields


class CreditListSerializer(serializers.ModelSerializer[CreditList]):
    """A list of transfers that leave our account."""

    status = serializers.ChoiceField(choices=ListStatus.choices)
    message_id = serializers.CharField()
    items = ItemSerializer(many=True)

    class Meta:
        model = CreditList
        fields = [
            "id",
            "message_id",
            "status",
            "items",
            "proposed_at",
            "decided_at",
            "exported_at",
            "execute_on",
        ]
        read_only_fields = fields
