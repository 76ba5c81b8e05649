"""What the API says and takes of contracts and their movements. Amounts in whole cents."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from campaigns.calls.models import Programme
from payments.spending.enums import ContractKind, Procedure
from payments.spending.models import Contract, ContractDocument, ContractMovement


class ContractSerializer(serializers.ModelSerializer[Contract]):
    """A contract and where its money stands. A natural person's tax number is never given."""

    programme = serializers.SlugRelatedField[Programme](slug_field="slug", read_only=True)
    tax_code = serializers.CharField(source="public_tax_code")
    returned_cents = serializers.IntegerField(help_text="What went back to the programme.")
    kind = serializers.CharField(help_text=f"One of {', '.join(ContractKind.values)}.")
    procedure = serializers.CharField(help_text=f"One of {', '.join(Procedure.values)}.")
    status = serializers.CharField(help_text="`recorded`, `confirmed`, `rejected` or `annulled`.")

    class Meta:
        model = Contract
        fields = [
            "id", "programme", "kind", "subject", "beneficiary", "tax_code", "cig", "cup", "office", "responsible",
            "act_number", "act_on", "procedure", "legal_basis", "amount_cents", "bound_cents", "disbursed_cents",
            "returned_cents", "status",
        ]  # fmt: skip
        read_only_fields = fields


class ContractInput(serializers.Serializer[Any]):
    """A contract to record."""

    programme = serializers.SlugRelatedField[Programme](slug_field="slug", queryset=Programme.objects.all())
    kind = serializers.CharField(help_text=f"One of {', '.join(ContractKind.values)}.")
    subject = serializers.CharField()
    beneficiary = serializers.CharField()
    tax_code = serializers.CharField()
    cig = serializers.CharField(required=False, allow_blank=True, default="")
    cup = serializers.CharField(required=False, allow_blank=True, default="")
    office = serializers.CharField()
    responsible = serializers.CharField()
    act_number = serializers.CharField()
    act_on = serializers.DateField()
    procedure = serializers.CharField(help_text=f"One of {', '.join(Procedure.values)}.")
    legal_basis = serializers.CharField()
    amount_cents = serializers.IntegerField(max_value=2**53)


class ContractMovementSerializer(serializers.ModelSerializer[ContractMovement]):
    """A mandate, a reduction, a correction or an annulment, and where it stands."""

    kind = serializers.CharField()
    status = serializers.CharField(help_text="`proposed`, `approved` or `rejected`.")

    class Meta:
        model = ContractMovement
        fields = [
            "id", "contract", "kind", "amount_cents", "number", "dated_on", "reason", "undoes", "status",
            "proposed_at", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class ContractMovementInput(serializers.Serializer[Any]):
    """A mandate or a reduction to propose."""

    kind = serializers.CharField(help_text="`mandate` or `economy`.")
    number = serializers.CharField()
    dated_on = serializers.DateField()
    amount_cents = serializers.IntegerField(max_value=2**53)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class WhySpendingInput(serializers.Serializer[Any]):
    """Why."""

    why = serializers.CharField(max_length=200)


class ContractDocumentInput(serializers.Serializer[Any]):
    """A file to attach."""

    title = serializers.CharField(max_length=120)
    file = serializers.FileField()


class ContractDocumentSerializer(serializers.ModelSerializer[ContractDocument]):
    """A file of a contract, for the municipality's desk."""

    class Meta:
        model = ContractDocument
        fields = ["id", "contract", "title", "name", "kind", "size", "sha256", "added_at"]
        read_only_fields = fields
