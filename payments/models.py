from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, Organisation
from campaigns.models import Campaign, Milestone, Reward
from crowdfund.kit.fields import CentsField
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.enums import (
    LIVE_ATTEMPTS,
    AttemptKind,
    AttemptStatus,
    Channel,
    DisbursementStatus,
    PayoutKind,
    PayoutStatus,
    PledgeStatus,
    RefundReason,
    RefundStatus,
)


class Pledge(models.Model):
    """A promise of a card charge if the campaign reaches its goal. It counts once its card is saved."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="pledges")
    backer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="pledges"
    )
    email = models.EmailField(_("email"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    show_name = models.BooleanField(_("show my name"), default=False)
    language = models.CharField(max_length=5, default="it")
    amount_cents = CentsField(_("amount"))
    reward = models.ForeignKey(
        Reward, null=True, blank=True, on_delete=models.PROTECT, related_name="pledges"
    )
    status = models.CharField(max_length=16, choices=PledgeStatus.choices, default=PledgeStatus.PENDING_CARD)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+")
    customer_id = models.CharField(max_length=64, blank=True)
    session_id = models.CharField(max_length=128, blank=True, db_index=True)
    session_url = models.TextField(blank=True)
    setup_number = models.PositiveSmallIntegerField(default=1)
    check_card_at = models.DateTimeField(null=True, blank=True)
    setup_intent_id = models.CharField(max_length=64, blank=True)
    payment_method_id = models.CharField(max_length=64, blank=True)
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    decline_code = models.CharField(max_length=64, blank=True)
    fee_cents = CentsField(default=0)
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    collected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["campaign", "status"], name="pledge_campaign_status"),
            models.Index(fields=["email"], name="pledge_email"),
            models.Index(
                fields=["check_card_at"],
                name="pledge_card_unknown",
                condition=Q(check_card_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PledgeStatus.values), name="pledge_status_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="pledge_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=["pending_card", "cancelled"]) | ~Q(payment_method_id=""),
                name="pledge_active_has_card",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}"


class PledgeEvent(StatusEvent):
    """A change of a pledge: of its status, or of its amount (same status, said in `why`)."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="events")


class CardCleanup(Claimable):
    """A card page to close and a saved card to give back at Stripe, written with the deed that made them useless."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="cleanups")
    session_id = models.CharField(max_length=128, blank=True)
    payment_method_id = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(session_id="") | ~Q(payment_method_id=""), name="card_cleanup_of_something"
            ),
            models.UniqueConstraint(
                fields=["payment_method_id"], condition=~Q(payment_method_id=""), name="card_cleanup_once"
            ),
        ]

    def __str__(self) -> str:
        return self.session_id or self.payment_method_id


class TotalsDelta(models.Model):
    """What a change adds to a campaign's totals; appended with the change, folded and deleted within a second."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+", db_index=False)
    pledged_cents = CentsField(default=0)
    collected_cents = CentsField(default=0)
    match_cents = CentsField(default=0)
    backers = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.pledged_cents:+}"


class ChargeAttempt(Claimable):
    """One try at charging a pledge, written down before the call. At most one is live, at most one succeeds."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="attempts")
    n = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=AttemptKind.choices, default=AttemptKind.OFF_SESSION)
    status = models.CharField(max_length=12, choices=AttemptStatus.choices, default=AttemptStatus.CREATED)
    idempotency_key = models.CharField(max_length=80, unique=True)
    amount_cents = CentsField()
    payment_method_id = models.CharField(max_length=64, blank=True)
    payment_intent_id = models.CharField(max_length=64, blank=True, db_index=True)
    session_id = models.CharField(max_length=128, blank=True, db_index=True)
    session_url = models.TextField(blank=True)
    charge_id = models.CharField(max_length=64, blank=True)
    fee_cents = CentsField(default=0)
    error_code = models.CharField(max_length=64, blank=True)
    decline_code = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "n"], name="charge_attempt_number_once"),
            models.UniqueConstraint(
                fields=["pledge"],
                condition=Q(status__in=sorted(LIVE_ATTEMPTS)),
                name="charge_attempt_one_live",
            ),
            models.UniqueConstraint(
                fields=["pledge"], condition=Q(status="succeeded"), name="charge_attempt_one_success"
            ),
            models.CheckConstraint(
                condition=Q(status__in=AttemptStatus.values), name="charge_attempt_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="charge_attempt_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class ChargeAttemptEvent(StatusEvent):
    """A change of what is known of a charge attempt."""

    attempt = models.ForeignKey(ChargeAttempt, on_delete=models.CASCADE, related_name="events")


class Refund(Claimable):
    """Money of a charge going back whole: written down before the call, like a charge attempt."""

    attempt = models.OneToOneField(ChargeAttempt, on_delete=models.PROTECT, related_name="refund")
    payment_intent_id = models.CharField(max_length=64)
    amount_cents = CentsField()
    reason = models.CharField(max_length=12, choices=RefundReason.choices)
    status = models.CharField(max_length=8, choices=RefundStatus.choices, default=RefundStatus.CREATED)
    idempotency_key = models.CharField(max_length=80, unique=True)
    refund_id = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RefundStatus.values), name="refund_status_known"),
            models.CheckConstraint(condition=Q(reason__in=RefundReason.values), name="refund_reason_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(refund_id=""), name="refund_done_has_proof"
            ),
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class RefundEvent(StatusEvent):
    """A change of a refund's status."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="events")


class Settlement(models.Model):
    """The decision at the deadline, and what became of it when collection ended. One a campaign, ever."""

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="settlement")
    decided_at = models.DateTimeField()
    pledged_cents = CentsField()
    pledges = models.PositiveIntegerField()
    goal_cents = CentsField()
    goal_met = models.BooleanField()
    recovery_ends_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    collected_cents = CentsField(null=True, blank=True)
    collected_pledges = models.PositiveIntegerField(null=True, blank=True)
    fees_cents = CentsField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(goal_met=True, pledged_cents__gte=F("goal_cents"))
                | Q(goal_met=False, pledged_cents__lt=F("goal_cents")),
                name="settlement_goal_met_is_true",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.goal_met}"


class PayoutAccount(models.Model):
    """Where an organisation's card money goes: its connected Stripe account."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="payout_account")
    stripe_account_id = models.CharField(max_length=64, unique=True)
    transfers_active = models.BooleanField(default=False)
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.stripe_account_id


class CampaignChannel(models.Model):
    """The row locked by disbursement, refund and dispute of a campaign's money in one channel; never by a charge."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="channels")
    channel = models.CharField(max_length=8, choices=Channel.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "channel"], name="campaign_channel_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}:{self.channel}"


class Disbursement(models.Model):
    """The decision to release money: proposed by one person, approved by another.

    Amount, payee and destination (the connected account, for card money) never change after the proposal.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="disbursements")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    amount_cents = CentsField(_("amount"))
    payee = models.CharField(_("payee"), max_length=200)
    destination = models.CharField(max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(
        max_length=10, choices=DisbursementStatus.choices, default=DisbursementStatus.PROPOSED
    )
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=DisbursementStatus.values), name="disbursement_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="disbursement_amount_positive"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="disbursement_two_people",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed") | Q(decided_by__isnull=False),
                name="disbursement_decided_has_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}:{self.channel}:{self.amount_cents}"


class DisbursementEvent(StatusEvent):
    """A change of a disbursement's status."""

    disbursement = models.ForeignKey(Disbursement, on_delete=models.CASCADE, related_name="events")


class Payout(Claimable):
    """The execution of a disbursement: a Connect transfer, or a mandate of the municipal treasury."""

    disbursement = models.OneToOneField(Disbursement, on_delete=models.PROTECT, related_name="payout")
    kind = models.CharField(max_length=16, choices=PayoutKind.choices)
    status = models.CharField(max_length=8, choices=PayoutStatus.choices, default=PayoutStatus.CREATED)
    amount_cents = CentsField()
    idempotency_key = models.CharField(max_length=80, unique=True)
    transfer_id = models.CharField(max_length=64, blank=True)
    mandate_number = models.CharField(_("mandate number"), max_length=40, blank=True)
    mandate_on = models.DateField(_("date of the mandate"), null=True, blank=True)
    receipt_on = models.DateField(_("date of the treasurer's receipt"), null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PayoutStatus.values), name="payout_status_known"),
            models.CheckConstraint(condition=Q(kind__in=PayoutKind.values), name="payout_kind_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payout_amount_positive"),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(transfer_id="") | ~Q(mandate_number=""),
                name="payout_done_has_proof",
            ),
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class PayoutEvent(StatusEvent):
    """A change of a payout's status."""

    payout = models.ForeignKey(Payout, on_delete=models.CASCADE, related_name="events")
