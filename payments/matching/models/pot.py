from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TwoPeople
from campaigns.calls.models import Call
from campaigns.models import Campaign
from crowdfund.kit.fields import CentsField, cup_validator
from crowdfund.kit.states import StatusEvent
from payments.matching.enums import FundChangeKind, FundChangeStatus, ReservationStatus


class MatchFund(models.Model):
    """The pot of a call. `free_cents` is the authority that nobody can overspend; the ledger must agree with it."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="fund")
    name = models.CharField(_("name"), max_length=160)
    opened_cents = CentsField()
    free_cents = CentsField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(free_cents__gte=0), name="match_fund_free_not_negative"),
            models.CheckConstraint(
                condition=Q(free_cents__lte=F("opened_cents")), name="match_fund_free_within_pot"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Reservation(models.Model):
    """A campaign's share of the pot: reserved → committed → released. The three amounts say what stands where now."""

    fund = models.ForeignKey(MatchFund, on_delete=models.PROTECT, related_name="reservations")
    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="reservation")
    status = models.CharField(
        max_length=10, choices=ReservationStatus.choices, default=ReservationStatus.RESERVED
    )
    exposure_cents = CentsField()
    reserved_cents = CentsField()
    bound_cents = CentsField(default=0)
    disbursed_cents = CentsField(default=0)
    proposed_cents = CentsField(null=True, blank=True)
    steps = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
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
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.exposure_cents}"


class ReservationEvent(StatusEvent):
    """A change of a reservation's status."""

    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="events")


class FundChange(TwoPeople):
    """A pot's opening or its topping up from the programme's admitted money: one person proposes, another approves.

    The opening is proposed with the publication of its call, which waits for it; the fund is there once it is approved.
    Call and amount never change after the proposal.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="fund_changes")
    kind = models.CharField(max_length=10, choices=FundChangeKind.choices)
    amount_cents = CentsField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    status = models.CharField(
        max_length=10, choices=FundChangeStatus.choices, default=FundChangeStatus.PROPOSED
    )

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=FundChangeStatus.values), name="fund_change_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=FundChangeKind.values), name="fund_change_kind_known"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="fund_change_amount_positive"),
            models.CheckConstraint(
                condition=Q(status="proposed") | Q(decided_by__isnull=False),
                name="fund_change_decided_has_person",
            ),
            models.UniqueConstraint(
                fields=["call"], condition=Q(status="proposed"), name="fund_change_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(kind="opening", status="approved"),
                name="fund_change_opened_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}: {self.kind} {self.amount_cents}"


class FundChangeEvent(StatusEvent):
    """A change of a fund change's status."""

    change = models.ForeignKey(FundChange, on_delete=models.CASCADE, related_name="events")


class CommitmentAct(TwoPeople):
    """The administrative act that binds the city to a match: recorded by one person, confirmed by another.

    One that was sent back is decided too, and says why; what it says never changes.
    """

    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="acts")
    office = models.CharField(_("office"), max_length=120)
    number = models.CharField(_("number of the act"), max_length=40)
    dated_on = models.DateField(_("date of the act"))
    cup = models.CharField(_("CUP"), max_length=15, validators=[cup_validator])
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
