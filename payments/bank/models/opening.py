from __future__ import annotations

from django.db import models
from django.db.models import Q

from crowdfund.kit.fields import CentsField
from crowdfund.kit.states import StatusEvent
from payments.bank.models.statements import BankStatement
from payments.enums import ProposalStatus
from payments.models.proposals import Proposal


class OpeningBalance(Proposal):
    """What lay on our account before its first statement, in whole cents (below zero: it was overdrawn).

    It is the platform's own money: two people say so, and it is booked. When an earlier statement is imported later,
    another one books what is missing.
    """

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="opening_balances")
    account = models.CharField(max_length=34)
    amount_cents = CentsField()

    class Meta(Proposal.Meta):
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(status=ProposalStatus.PROPOSED),
                name="openingbalance_one_proposed",
            ),
            models.CheckConstraint(condition=~Q(amount_cents=0), name="openingbalance_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.amount_cents}"


class OpeningBalanceEvent(StatusEvent):
    """A change of its status."""

    opening = models.ForeignKey(OpeningBalance, on_delete=models.CASCADE, related_name="events")
