from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.calls.models import Call
from campaigns.models import Campaign
from crowdfund.kit.fields import CentsField
from payments.matching.models.counts import CallBacker
from payments.matching.models.funds import MatchFund
from payments.models import Pledge


class MatchDraw(models.Model):
    """What a pledge drew from a pot (more than 0) or gave back (less) when what counts of it changed.

    Append-only, by trigger. `seq` numbers the changes of a call in their order, `amount_cents` is what counts of the
    pledge from then on, `room_cents` what the pot had for its campaign. A change that drew on two funds has a row for
    each; one that drew nothing has a row without a fund, because whoever computes again needs it.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="draws")
    seq = models.BigIntegerField()
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="draws")
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="draws")
    backer = models.ForeignKey(CallBacker, on_delete=models.PROTECT, related_name="draws")
    fund = models.ForeignKey(MatchFund, null=True, blank=True, on_delete=models.PROTECT, related_name="draws")
    amount_cents = CentsField()
    room_cents = CentsField()
    cents = CentsField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["call", "seq", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "seq", "fund"], name="match_draw_seq_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(fund__isnull=True, cents=0) | Q(fund__isnull=False) & ~Q(cents=0),
                name="match_draw_of_a_fund",
            ),
            models.CheckConstraint(condition=Q(amount_cents__gte=0), name="match_draw_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}/{self.seq}: {self.cents:+}"
