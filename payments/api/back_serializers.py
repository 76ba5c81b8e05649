"""The shapes of what goes back, over the API. Amounts in whole cents."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from payments.models import (
    Dispute,
    DisputeAcceptance,
    OtherWay,
    OwnAdvance,
    Pledge,
    Receivable,
    ReceivableClosing,
    Refund,
    RefundDecision,
    RefundRequest,
    TransferReversal,
)

DECISION = ["id", "status", "reason", "proposed_at", "decided_at"]
MOST = 2**53


class RefundSerializer(serializers.ModelSerializer[Refund]):
    """Money going back to a backer."""

    pledge = serializers.UUIDField(source="pledge.public_id")
    campaign = serializers.CharField(source="pledge.campaign.slug")
    channel = serializers.CharField(help_text="`card`, `bank` or `cash`.")
    status = serializers.CharField(
        help_text="`waiting`, `created`, `unknown` (sent), `done`, `failed` or `cancelled`."
    )

    class Meta:
        model = Refund
        fields = ["id", "pledge", "campaign", "channel", "amount_cents", "reason", "status", "decision"]
        fields += ["error", "created_at", "done_at"]
        read_only_fields = fields


class RefundDecisionSerializer(serializers.ModelSerializer[RefundDecision]):
    """A decision to give a pledge back, whole or in part."""

    pledge = serializers.UUIDField(source="pledge.public_id")
    status = serializers.CharField(read_only=True, help_text="`proposed`, `approved`, `rejected` or `void`.")

    class Meta:
        model = RefundDecision
        fields = [*DECISION, "pledge", "amount_cents", "refundable_cents", "request"]
        read_only_fields = fields


class NewRefundSerializer(serializers.Serializer[Any]):
    """A refund to propose; the backer reads the reason."""

    pledge = serializers.SlugRelatedField(
        slug_field="public_id", queryset=Pledge.objects.select_related("campaign__project__organisation")
    )
    amount_cents = serializers.IntegerField(max_value=MOST)
    reason = serializers.CharField(max_length=200)


class RefundRequestSerializer(serializers.ModelSerializer[RefundRequest]):
    """A backer's request."""

    pledge = serializers.UUIDField(source="pledge.public_id")
    status = serializers.CharField(help_text="`open`, `granted` or `refused`.")

    class Meta:
        model = RefundRequest
        fields = ["id", "pledge", "text", "status", "asked_at", "answer", "answered_at"]
        read_only_fields = fields


class AskSerializer(serializers.Serializer[Any]):
    """Why a backer asks for their money back."""

    text = serializers.CharField(max_length=2000)


class RefundAnswerSerializer(serializers.Serializer[Any]):
    """Why a request is refused; the backer gets it by email."""

    answer = serializers.CharField(max_length=2000)


class OtherWaySerializer(serializers.ModelSerializer[OtherWay]):
    """A refund paid by bank transfer because the card's bank did not take it."""

    status = serializers.CharField(read_only=True, help_text="`proposed`, `approved`, `rejected` or `void`.")

    class Meta:
        model = OtherWay
        fields = [*DECISION, "refund", "proof", "paid_on"]
        read_only_fields = [*DECISION]


class ReversalSerializer(serializers.ModelSerializer[TransferReversal]):
    """Money being taken back from a connected account."""

    status = serializers.CharField(
        help_text="`created`, `unknown` (sent), `done`, `failed`, `impossible` or `cancelled`."
    )

    class Meta:
        model = TransferReversal
        fields = ["id", "payout", "refund", "dispute", "transfer_id", "amount_cents", "status", "error"]
        read_only_fields = fields


class DisputeSerializer(serializers.ModelSerializer[Dispute]):
    """A charge that its holder disputes."""

    pledge = serializers.UUIDField(source="pledge.public_id")
    campaign = serializers.CharField(source="pledge.campaign.slug")
    out_cents = serializers.IntegerField(help_text="What the bank holds of ours now.")
    status = serializers.CharField(
        help_text="`inquiry`, `needs_response`, `under_review`, `won`, `lost` or `closed`."
    )

    class Meta:
        model = Dispute
        fields = ["id", "stripe_id", "pledge", "campaign", "status", "reason", "amount_cents", "out_cents"]
        fields += ["lost_cents", "fee_cents", "answer_by", "opened_at", "settled_at", "draft"]
        read_only_fields = fields


class EvidenceSerializer(serializers.Serializer[Any]):
    """What the bank should know."""

    text = serializers.CharField(max_length=5000)


class DisputeAcceptanceSerializer(serializers.ModelSerializer[DisputeAcceptance]):
    """That a dispute is accepted, and why."""

    status = serializers.CharField(read_only=True, help_text="`proposed`, `approved`, `rejected` or `void`.")

    class Meta:
        model = DisputeAcceptance
        fields = [*DECISION, "dispute"]
        read_only_fields = ["id", "status", "proposed_at", "decided_at"]


class ReceivableSerializer(serializers.ModelSerializer[Receivable]):
    """What an organisation owes us."""

    organisation = serializers.CharField(source="organisation.slug")
    campaign = serializers.CharField(source="campaign.slug")
    left_cents = serializers.IntegerField()
    channel = serializers.CharField(help_text="`card`, `bank` or `cash`.")
    status = serializers.CharField(help_text="`open`, `paid` or `written_off`.")

    class Meta:
        model = Receivable
        fields = ["id", "organisation", "campaign", "channel", "amount_cents", "left_cents", "reason"]
        fields += ["status", "refund", "dispute", "created_at"]
        read_only_fields = fields


class ReceivableClosingSerializer(serializers.ModelSerializer[ReceivableClosing]):
    """What became of a debt: paid back into our bank account, or given up."""

    kind = serializers.CharField(help_text="`paid` or `write_off`.")
    amount_cents = serializers.IntegerField(max_value=MOST)
    reason = serializers.CharField(max_length=200)
    status = serializers.CharField(read_only=True, help_text="`proposed`, `approved`, `rejected` or `void`.")

    class Meta:
        model = ReceivableClosing
        fields = [*DECISION, "receivable", "kind", "amount_cents"]
        read_only_fields = ["id", "status", "proposed_at", "decided_at"]


class PlaceSerializer(serializers.Serializer[Any]):
    """The platform's own money in one place."""

    place = serializers.CharField(help_text="`stripe` or `bank`.")
    left_cents = serializers.IntegerField()
    advanced_cents = serializers.IntegerField()
    fees_cents = serializers.IntegerField()
    losses_cents = serializers.IntegerField()
    receivable_cents = serializers.IntegerField()
    fronted_cents = serializers.IntegerField(help_text="Held by banks for disputes of paid campaigns.")
    covers = serializers.BooleanField(help_text="Whether refunds and payouts may leave.")


class AdvanceSerializer(serializers.ModelSerializer[OwnAdvance]):
    """Money of the platform's own, paid in."""

    place = serializers.CharField(help_text="`stripe` or `bank`.")
    amount_cents = serializers.IntegerField(max_value=MOST)
    reason = serializers.CharField(max_length=200)
    proof = serializers.CharField(max_length=64)
    status = serializers.CharField(read_only=True, help_text="`proposed`, `approved`, `rejected` or `void`.")

    class Meta:
        model = OwnAdvance
        fields = [*DECISION, "place", "amount_cents", "proof"]
        read_only_fields = ["id", "status", "proposed_at", "decided_at"]
