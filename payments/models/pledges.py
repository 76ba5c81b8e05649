from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent
from campaigns.models import Campaign, Reward
from crowdfund.kit.fields import CentsField
from crowdfund.kit.jobs import Claimable
from crowdfund.kit.states import StatusEvent
from payments.enums import BY_CARD_ONLY, CROWD_CHANNELS, NEVER_BY_CARD, Channel, Method, PledgeStatus

if TYPE_CHECKING:
    import datetime as dt


class Pledge(models.Model):
    """A promise to a campaign. By card it counts once the card is saved; by transfer and cash once it is received.

    `amount_cents` is what counts: what arrived, once a transfer has arrived. `promised_cents` keeps what a transfer
    was promised to be. `method` is what the backer wished for until the hosted page has told what was saved, and what
    was really charged once it is collected; `card_last4` is then the end of the card's number or of the IBAN.
    `recover_until` gives a backer whose debit failed late days of their own. `form_key` names one sending of the form.
    """

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
    channel = models.CharField(
        max_length=8,
        choices=[(channel.value, channel.label) for channel in CROWD_CHANNELS],
        default=Channel.CARD,
    )
    method = models.CharField(max_length=12, choices=Method.choices, default=Method.CARD, blank=True)
    promised_cents = CentsField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=PledgeStatus.choices, default=PledgeStatus.PENDING_CARD)
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
    mandate_id = models.CharField(max_length=64, blank=True)
    mandate_reference = models.CharField(max_length=64, blank=True)
    decline_code = models.CharField(max_length=64, blank=True)
    fee_cents = CentsField(default=0)
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    collected_at = models.DateTimeField(null=True, blank=True)
    recover_until = models.DateTimeField(null=True, blank=True)
    form_key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)

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
                condition=~Q(channel=Channel.CARD)
                | Q(status__in=["pending_card", "cancelled"])
                | ~Q(payment_method_id=""),
                name="pledge_active_has_card",
            ),
            models.CheckConstraint(condition=Q(channel__in=CROWD_CHANNELS), name="pledge_channel_known"),
            models.CheckConstraint(
                condition=Q(channel=Channel.CARD, method__in=Method.values)
                | (~Q(channel=Channel.CARD) & Q(method="")),
                name="pledge_method_of_channel",
            ),
            models.CheckConstraint(
                condition=(Q(channel=Channel.CARD) & ~Q(status__in=sorted(NEVER_BY_CARD)))
                | (~Q(channel=Channel.CARD) & ~Q(status__in=sorted(BY_CARD_ONLY))),
                name="pledge_status_of_channel",
            ),
            models.CheckConstraint(
                condition=~Q(method=Method.SEPA_DEBIT)
                | Q(status__in=["pending_card", "cancelled"])
                | ~Q(mandate_id=""),
                name="pledge_debit_has_mandate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}"

    @property
    def window_ends_at(self) -> dt.datetime | None:
        """Until when its backer can put a refused charge right: the campaign's window, or days of their own."""
        ends = [when for when in (self.campaign.recovery_ends_at, self.recover_until) if when]
        return max(ends, default=None)

    @property
    def by_debit(self) -> bool:
        """Whether it is charged to an account by SEPA direct debit."""
        return self.method == Method.SEPA_DEBIT


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
    promised_cents = CentsField(default=0)
    collected_cents = CentsField(default=0)
    match_cents = CentsField(default=0)
    backers = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.pledged_cents:+}"
