from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Sum

from campaigns.models import Campaign
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent
from payments.matching.enums import ReservationStatus
from payments.matching.models.funds import MatchFund


class ReservationQuerySet(models.QuerySet["Reservation"]):
    """Adjectives of reservations."""

    def of_campaign(self, campaign_id: int) -> ReservationQuerySet:
        """Keep a campaign's, with their funds, in the order in which money is taken."""
        return (
            self.filter(campaign=campaign_id)
            .select_related("fund", "fund__organisation")
            .order_by("fund__priority", "fund_id")
        )

    def figures(self) -> dict[str, int]:
        """Add up, in whole cents: the most that can be taken, what stands now, and what is proposed."""
        standing = F("reserved_cents") + F("bound_cents") + F("disbursed_cents")
        return self.aggregate(
            exposure_cents=Sum("exposure_cents", default=0),
            standing_cents=Sum(standing, default=0),
            proposed_cents=Sum("proposed_cents", default=0),
        )


class Reservation(models.Model):
    """A campaign's share of one pot: reserved → committed → released. The three amounts say what stands where now.

    A campaign has one for each pot that it takes from. `moves` counts what was taken and given back, so that each of
    them has a name of its own in the ledger.
    """

    fund = models.ForeignKey(MatchFund, on_delete=models.PROTECT, related_name="reservations")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="reservations")
    status = models.CharField(
        max_length=10, choices=ReservationStatus.choices, default=ReservationStatus.RESERVED
    )
    exposure_cents = CentsField()
    reserved_cents = CentsField()
    bound_cents = CentsField(default=0)
    disbursed_cents = CentsField(default=0)
    proposed_cents = CentsField(null=True, blank=True)
    steps = models.JSONField(default=list)
    moves = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ReservationQuerySet] = ReservationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fund", "campaign"], name="reservation_one_per_fund"),
            models.CheckConstraint(
                condition=Q(status__in=ReservationStatus.values), name="reservation_status_known"
            ),
            models.CheckConstraint(
                condition=Q(reserved_cents__gte=0, bound_cents__gte=0, disbursed_cents__gte=0),
                name="reservation_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    exposure_cents__gte=F("reserved_cents") + F("bound_cents") + F("disbursed_cents")
                ),
                name="reservation_within_exposure",
            ),
            models.CheckConstraint(
                condition=~Q(status="released") | Q(reserved_cents=0),
                name="reservation_released_holds_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} of fund {self.fund_id}: {self.exposure_cents}"

    @property
    def standing_cents(self) -> int:
        """What the campaign has of this pot now, on whichever step."""
        return int(self.reserved_cents + self.bound_cents + self.disbursed_cents)


class ReservationEvent(StatusEvent):
    """A change of a reservation's status."""

    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="events")
