from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent
from payments.enums import ReturnWay
from payments.models.proposals import Proposal


class UnspentDecision(Proposal):
    """What a project has to give back once its final report is accepted, and what stays with its purpose. Whole cents.

    Received less eligible is split in the proportion in which match and crowd's money were received: the match's part
    is returned (`match_cents`), the crowd's stays (`crowd_cents`), for what `crowd_use` says.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="unspent_decisions")
    received_match_cents = CentsField()
    received_crowd_cents = CentsField()
    eligible_cents = CentsField()
    match_cents = CentsField()
    crowd_cents = CentsField()
    returned_cents = CentsField(default=0)
    crowd_use = models.CharField(_("what the residents' part is for"), max_length=500, blank=True)
    due_on = models.DateField(_("to be returned by"))

    class Meta(Proposal.Meta):
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                condition=Q(match_cents__gte=0, crowd_cents__gte=0)
                & Q(match_cents__lte=F("received_match_cents"), crowd_cents__lte=F("received_crowd_cents"))
                & Q(
                    match_cents=F("received_match_cents")
                    + F("received_crowd_cents")
                    - F("eligible_cents")
                    - F("crowd_cents")
                ),
                name="unspentdecision_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(returned_cents__gte=0, returned_cents__lte=F("match_cents")),
                name="unspentdecision_returned_within",
            ),
            models.CheckConstraint(
                condition=Q(crowd_cents=0) | ~Q(crowd_use=""), name="unspentdecision_crowd_has_use"
            ),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(status__in=["proposed", "approved"]),
                name="unspentdecision_one_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.match_cents}"

    @property
    def left_cents(self) -> int:
        """What of the match is still to come back."""
        left: int = self.match_cents - self.returned_cents
        return left


class UnspentDecisionEvent(StatusEvent):
    """A change of its status."""

    decision = models.ForeignKey(UnspentDecision, on_delete=models.CASCADE, related_name="events")


class MatchReturn(Proposal):
    """Match that came back: into the treasury, which its receipt shows, or into our bank. Two people say so."""

    unspent = models.ForeignKey(UnspentDecision, on_delete=models.PROTECT, related_name="returns")
    amount_cents = CentsField(_("amount"))
    way = models.CharField(max_length=8, choices=ReturnWay.choices)
    document = models.CharField(_("number of the receipt"), max_length=60)
    arrived_on = models.DateField(_("arrived on"))

    class Meta(Proposal.Meta):
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="matchreturn_amount_positive"),
            models.CheckConstraint(condition=Q(way__in=ReturnWay.values), name="matchreturn_way_known"),
            models.UniqueConstraint(
                fields=["way", "document"],
                condition=Q(status__in=["proposed", "approved"]),
                name="matchreturn_document_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unspent_id}: {self.amount_cents}"


class MatchReturnEvent(StatusEvent):
    """A change of its status."""

    match_return = models.ForeignKey(MatchReturn, on_delete=models.CASCADE, related_name="events")
