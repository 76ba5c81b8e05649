from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TwoPeople
from campaigns.models import Campaign
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent
from payments.matching.enums import FundChangeStatus


class MatchCorrection(TwoPeople):
    """A funded campaign's match made smaller because backers had money back: one person proposes, another approves.

    `match_cents` is the match on what is left of the collected money. What is too much goes back to the pots: what was
    not paid yet (`economy_cents`), and what was paid and has been given back (`returned_cents`), by its receipt.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="match_corrections")
    match_cents = CentsField(_("match on what is left"))
    economy_cents = CentsField(_("not paid yet"))
    returned_cents = CentsField(_("paid and given back"), default=0)
    receipt = models.CharField(_("receipt of what was given back"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(
        max_length=10, choices=FundChangeStatus.choices, default=FundChangeStatus.PROPOSED
    )

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=FundChangeStatus.values), name="match_correction_status_known"
            ),
            models.CheckConstraint(
                condition=Q(match_cents__gte=0, economy_cents__gte=0, returned_cents__gte=0),
                name="match_correction_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(economy_cents__gt=0) | Q(returned_cents__gt=0), name="match_correction_gives_back"
            ),
            models.CheckConstraint(
                condition=Q(returned_cents=0) | ~Q(receipt=""), name="match_correction_return_has_receipt"
            ),
            models.CheckConstraint(
                condition=Q(status="proposed") | Q(decided_by__isnull=False),
                name="match_correction_decided_has_person",
            ),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(status="proposed"), name="match_correction_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.match_cents}"


class MatchCorrectionEvent(StatusEvent):
    """A change of a correction's status."""

    correction = models.ForeignKey(MatchCorrection, on_delete=models.CASCADE, related_name="events")
