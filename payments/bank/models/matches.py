from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import TwoPeople
from crowdfund.kit.states import StatusEvent
from payments.bank.enums import MatchKind, MatchStatus
from payments.bank.models.lists import ListItem
from payments.bank.models.statements import BankLine
from payments.ledger.models import LedgerTransfer
from payments.matching.models import MatchFund
from payments.models import Pledge


class LineMatch(TwoPeople):
    """What a line is that nobody could place by itself: one person says it, another decides.

    `facts` is how the line's goal stood when it was proposed; a match is void when it stands otherwise at the decision.
    `reason` and `document` (the number by which it is found) say why a line that nothing of ours asked for is that.
    """

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="matches")
    kind = models.CharField(max_length=12, choices=MatchKind.choices)
    pledge = models.ForeignKey(
        Pledge, null=True, blank=True, on_delete=models.PROTECT, related_name="line_matches"
    )
    item = models.ForeignKey(ListItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    transfer = models.ForeignKey(
        LedgerTransfer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    fund = models.ForeignKey(MatchFund, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    before = models.ForeignKey(
        BankLine, null=True, blank=True, on_delete=models.PROTECT, related_name="matches_undoing"
    )
    reason = models.CharField(max_length=200, blank=True)
    document = models.CharField(max_length=64, blank=True)
    facts = models.CharField(max_length=200)
    status = models.CharField(max_length=8, choices=MatchStatus.choices, default=MatchStatus.PROPOSED)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            *TwoPeople.Meta.constraints,
            models.UniqueConstraint(
                fields=["line"], condition=Q(status__in=["proposed", "approved"]), name="line_match_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status__in=MatchStatus.values), name="line_match_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "void"]) | Q(decided_by__isnull=False),
                name="line_match_decided_has_person",
            ),
            models.CheckConstraint(
                condition=Q(kind="pledge", pledge__isnull=False)
                | (~Q(kind="pledge") & Q(pledge__isnull=True)),
                name="line_match_names_pledge",
            ),
            models.CheckConstraint(
                condition=Q(kind="item", item__isnull=False) | (~Q(kind="item") & Q(item__isnull=True)),
                name="line_match_names_item",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["in_transit", "booked"], transfer__isnull=False)
                | (~Q(kind__in=["in_transit", "booked"]) & Q(transfer__isnull=True)),
                name="line_match_names_transfer",
            ),
            models.CheckConstraint(
                condition=Q(kind="sponsor", fund__isnull=False) | (~Q(kind="sponsor") & Q(fund__isnull=True)),
                name="line_match_names_fund",
            ),
            models.CheckConstraint(
                condition=Q(kind="undone", before__isnull=False)
                | (~Q(kind="undone") & Q(before__isnull=True)),
                name="line_match_names_error",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["loss", "bank_error"]) | ~(Q(reason="") | Q(document="")),
                name="line_match_loss_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.kind}"


class LineMatchEvent(StatusEvent):
    """A change of a match's status."""

    match = models.ForeignKey(LineMatch, on_delete=models.CASCADE, related_name="events")
