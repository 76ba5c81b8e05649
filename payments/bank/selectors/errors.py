"""Movements that two people say our bank made by mistake, and that it has not taken back yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from payments.bank.enums import MatchKind, MatchStatus
from payments.bank.models import BankLine

if TYPE_CHECKING:
    from django.db.models import QuerySet


def awaiting_reversal() -> QuerySet[BankLine]:
    """Return the errors of our bank that it has not taken back, the oldest first."""
    said = Q(matches__kind=MatchKind.BANK_ERROR, matches__status=MatchStatus.APPROVED)
    return BankLine.objects.filter(said, undone_by__isnull=True).order_by("booked_on", "pk")


def undone_by(line: BankLine) -> QuerySet[BankLine]:
    """Return the errors that this line may take back: of its amount, in the other direction."""
    return awaiting_reversal().filter(
        account=line.account, amount_cents=line.amount_cents, credit=not line.credit
    )
