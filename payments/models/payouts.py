from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, TwoPeople, User
from campaigns.models import Campaign, Milestone
from crowdfund.kit.fields import CentsField
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.enums import Channel, DisbursementStatus, PayoutKind, PayoutStatus

LONGEST_HOLDER = 70
"""What a bank takes as the name of an account's holder."""


class PayoutAccount(models.Model):
    """Where an organisation's card money goes: its connected Stripe account."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="payout_account")
    stripe_account_id = models.CharField(max_length=64, unique=True)
    transfers_active = models.BooleanField(default=False)
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.stripe_account_id


class PayoutIban(models.Model):
    """Where an organisation's money that came by transfer or in cash goes: its account, checked by two people."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="payout_iban")
    holder = models.CharField(_("account holder"), max_length=LONGEST_HOLDER)
    iban = models.CharField(_("IBAN"), max_length=34)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(iban="") & ~Q(holder=""), name="payout_iban_whole")
        ]

    def __str__(self) -> str:
        return self.iban


class CampaignChannel(models.Model):
    """The row locked by disbursement, refund and dispute of a campaign's money in one channel; never by a charge."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="channels")
    channel = models.CharField(max_length=8, choices=Channel.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "channel"], name="campaign_channel_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}:{self.channel}"


class Disbursement(TwoPeople):
    """The decision to release money: proposed by one person, approved by another.

    Amount, payee, holder and destination (the connected account, for card money; else the IBAN) never change after the
    proposal. It is void when the payee is no longer the same.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="disbursements")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    amount_cents = CentsField(_("amount"))
    payee = models.CharField(_("payee"), max_length=200)
    holder = models.CharField(max_length=LONGEST_HOLDER, blank=True)
    destination = models.CharField(max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(
        max_length=10, choices=DisbursementStatus.choices, default=DisbursementStatus.PROPOSED
    )

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=DisbursementStatus.values), name="disbursement_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="disbursement_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "void"]) | Q(decided_by__isnull=False),
                name="disbursement_decided_has_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}:{self.channel}:{self.amount_cents}"


class DisbursementEvent(StatusEvent):
    """A change of a disbursement's status."""

    disbursement = models.ForeignKey(Disbursement, on_delete=models.CASCADE, related_name="events")


class Payout(Claimable):
    """The execution of a disbursement: a Connect transfer, a bank transfer, or a mandate of the municipal treasury.

    `try_n` grows when it is sent anew after a definite refusal or after it came back; it is part of the idempotency
    key, of the transfer's metadata and of the posting's reference. `error` says why it waits (`HeldUpBy`) or failed.
    """

    disbursement = models.OneToOneField(Disbursement, on_delete=models.PROTECT, related_name="payout")
    kind = models.CharField(max_length=16, choices=PayoutKind.choices)
    status = models.CharField(max_length=10, choices=PayoutStatus.choices, default=PayoutStatus.CREATED)
    amount_cents = CentsField()
    try_n = models.PositiveSmallIntegerField(default=1)
    idempotency_key = models.CharField(max_length=80, unique=True)
    transfer_id = models.CharField(max_length=64, blank=True)
    mandate_number = models.CharField(_("mandate number"), max_length=40, blank=True)
    mandate_on = models.DateField(_("date of the mandate"), null=True, blank=True)
    receipt_on = models.DateField(_("date of the treasurer's receipt"), null=True, blank=True)
    mandate_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    receipt_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
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
