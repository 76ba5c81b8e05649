from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TwoPeople
from campaigns.models import Campaign
from crowdfund.kit.fields import CentsField, cup_validator
from crowdfund.kit.states import StatusEvent
from payments.matching.enums import FundChangeStatus
from payments.matching.models.reservations import Reservation


class CommitmentAct(TwoPeople):
    """The act that binds who gives a pot to a match: recorded by one person, confirmed by another.

    One act for each pot a campaign is matched from: the city's administrative act, a sponsor's decision to grant. One
    that was sent back is decided too, and says why; what it says never changes.
    """

    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="acts")
    office = models.CharField(_("office"), max_length=120)
    number = models.CharField(_("number of the act"), max_length=40)
    dated_on = models.DateField(_("date of the act"))
    cup = models.CharField(_("CUP"), max_length=15, validators=[cup_validator], blank=True)
    agreement = models.CharField(_("signed agreement"), max_length=120)
    amount_cents = CentsField()
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            *TwoPeople.Meta.constraints,
            models.UniqueConstraint(
                fields=["reservation"],
                condition=Q(returned_at__isnull=True),
                name="commitment_act_one_standing",
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="commitment_act_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.number}"


class Extension(TwoPeople):
    """The act by which a campaign keeps its reservations longer: recorded by one person, confirmed by another."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="match_extensions")
    until = models.DateField(_("reserved until"))
    office = models.CharField(_("office"), max_length=120)
    number = models.CharField(_("number of the act"), max_length=40)
    dated_on = models.DateField(_("date of the act"))
    status = models.CharField(
        max_length=10, choices=FundChangeStatus.choices, default=FundChangeStatus.PROPOSED
    )

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=FundChangeStatus.values), name="match_extension_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="proposed") | Q(decided_by__isnull=False),
                name="match_extension_decided_has_person",
            ),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(status="proposed"), name="match_extension_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} until {self.until}"


class ExtensionEvent(StatusEvent):
    """A change of an extension's status."""

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="events")
