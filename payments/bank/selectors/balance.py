"""What lies on our account, by the ledger and by the bank, and what of it is not spoken for."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Case, F, Sum, When

from payments import postings
from payments.bank.enums import ItemStatus
from payments.bank.models import BankLine, BankStatement, ListItem, OpeningBalance
from payments.enums import ProposalStatus
from payments.ledger.selectors import debit_balance

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

SIGNED = Case(When(credit=True, then=F("amount_cents")), default=-F("amount_cents"))


@dataclasses.dataclass(frozen=True)
class Account:
    """Our account in whole cents: by the ledger, by the newest statement (None: there is none), and on its way out."""

    ledger_cents: int
    statement_cents: int | None
    statement_on: dt.date | None
    leaving_cents: int

    @property
    def free_cents(self) -> int:
        """What may still be given to the bank to pay: the smaller of the two balances, less what was given to it."""
        known = self.ledger_cents if self.statement_cents is None else self.statement_cents
        return min(self.ledger_cents, known) - self.leaving_cents


def our_account() -> Account:
    """Read our account (three queries)."""
    newest = statements().filter(final=True).first()
    leaving = ListItem.objects.filter(status=ItemStatus.SENT).aggregate(cents=Sum("amount_cents", default=0))
    return Account(
        ledger_cents=debit_balance(postings.BANK),
        statement_cents=newest.closing_cents if newest else None,
        statement_on=newest.to_on if newest else None,
        leaving_cents=leaving["cents"],
    )


def statements() -> QuerySet[BankStatement]:
    """Return the statements of our account, newest first."""
    return BankStatement.objects.filter(account=settings.BANK_ACCOUNT_IBAN)


def opening_balance() -> int:
    """Return what lay on the account before the first statement, in cents."""
    first = first_statement()
    return int(first.opening_cents) if first else 0


def first_statement() -> BankStatement | None:
    """Return the earliest statement of our account."""
    return statements().order_by("from_on", "pk").first()


def openings() -> QuerySet[OpeningBalance]:
    """Return what two people said, or one says, of the opening balance of our account, newest first."""
    found = OpeningBalance.objects.filter(account=settings.BANK_ACCOUNT_IBAN)
    return found.select_related("statement", "proposed_by", "proposed_person", "decided_by")


def opening_missing() -> int:
    """Return what of the opening balance is in no book yet, in cents."""
    booked = openings().filter(status=ProposalStatus.APPROVED).aggregate(cents=Sum("amount_cents", default=0))
    return opening_balance() - int(booked["cents"])


def known_cents(until: dt.date) -> int:
    """Add up what the statements tell: the first opening balance and every movement booked until a day."""
    lines = BankLine.objects.filter(account=settings.BANK_ACCOUNT_IBAN, booked_on__lte=until)
    return opening_balance() + int(lines.aggregate(cents=Sum(SIGNED, default=0))["cents"])


def is_whole(statement: BankStatement) -> bool:
    """Say whether nothing is missing before a statement ends: all that is known adds up to its closing balance."""
    return known_cents(statement.to_on) == int(statement.closing_cents)


def covered(day: dt.date) -> bool:
    """Say whether all that was booked until a day is known: a whole statement reaches it."""
    reaching = statements().filter(final=True, to_on__gte=day).order_by("to_on", "pk")
    return any(is_whole(statement) for statement in reaching[:10])
