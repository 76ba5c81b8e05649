from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.calls.models import Call
from campaigns.models import Campaign
from crowdfund.kit.fields import CentsField
from payments.models import Pledge


class MatchBook(models.Model):
    """A call's book of draws and counts: whoever writes into it holds this row, so that all of it has one order."""

    call = models.OneToOneField(Call, primary_key=True, on_delete=models.PROTECT, related_name="match_book")
    last_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.call_id}: {self.last_seq}"


class CallBacker(models.Model):
    """A backer within a call: a number drawn at random, and apart from it who that is.

    Only the number is ever published. `who` is an account (`u:17`), a guest's email (`e:ada@example.org`) or the
    name on a receipt for cash (`n:bruna costa`); it is
    emptied on erasure, and the number then leads to nobody. `drawn_cents` is what stands drawn for them over all
    campaigns of the call.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()
    who = models.CharField(max_length=264, blank=True)
    drawn_cents = CentsField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="call_backer_number_once"),
            models.UniqueConstraint(fields=["call", "who"], condition=~Q(who=""), name="call_backer_once"),
            models.CheckConstraint(condition=Q(drawn_cents__gte=0), name="call_backer_drawn_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class CountedPledge(models.Model):
    """What counts of a pledge for its campaign's match: at the deadline, and once collection has ended.

    Written by the two decisions and kept as they saw it: what is refunded or disputed afterwards changes no match. One
    that came after the deadline counts for nothing there. `pledged_cents` never changes; `collected_cents` is set once.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="counted_pledges")
    pledge = models.OneToOneField(Pledge, on_delete=models.PROTECT, related_name="+")
    backer = models.ForeignKey(CallBacker, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    pledged_cents = CentsField()
    collected_cents = CentsField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pledged_cents__gte=0), name="counted_pledge_not_negative"),
            models.CheckConstraint(
                condition=Q(collected_cents__isnull=True) | Q(collected_cents__gte=0),
                name="counted_pledge_collected_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.pledged_cents}"
