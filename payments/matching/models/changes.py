from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, TwoPeople
from campaigns.calls.models import Call
from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent
from payments.matching.enums import FundChangeKind, FundChangeStatus
from payments.matching.models.funds import MatchFund


class FundChange(TwoPeople):
    """A pot's opening, topping up or closing: one person proposes, another approves.

    The opening of the city's pot is proposed with the publication of its call, which waits for it; a sponsor's comes
    later and brings its `terms`. The fund is there once it is approved. Of a closing, `amount_cents` is what was free
    when it was proposed; `moved_cents` is what was really moved at the approval. Nothing else changes afterwards.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="fund_changes")
    fund = models.ForeignKey(
        MatchFund, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=FundChangeKind.choices)
    amount_cents = CentsField(_("amount"))
    terms = models.JSONField(default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    status = models.CharField(
        max_length=10, choices=FundChangeStatus.choices, default=FundChangeStatus.PROPOSED
    )
    moved_cents = CentsField(null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0) | Q(kind="closing", amount_cents=0),
                name="fund_change_amount_positive",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed") | Q(decided_by__isnull=False),
                name="fund_change_decided_has_person",
            ),
            models.CheckConstraint(
                condition=Q(kind="opening", fund__isnull=True) | (~Q(kind="opening") & Q(fund__isnull=False)),
                name="fund_change_names_fund",
            ),
            models.UniqueConstraint(
                fields=["call", "organisation"],
                condition=Q(status="proposed"),
                nulls_distinct=False,
                name="fund_change_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(kind="opening", status="approved", organisation__isnull=True),
                name="fund_change_opened_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}: {self.kind} {self.amount_cents}"


class FundChangeEvent(StatusEvent):
    """A change of a fund change's status."""

    change = models.ForeignKey(FundChange, on_delete=models.CASCADE, related_name="events")
