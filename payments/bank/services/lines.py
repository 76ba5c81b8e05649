"""What every worker on a line needs: its lock, its name in the ledger, and the arrival of money in transit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments import postings
from payments.bank.enums import LineStatus
from payments.bank.locks import lock_line
from payments.bank.selectors.transit import arrival_of
from payments.ledger.models import LedgerTransfer

if TYPE_CHECKING:
    import datetime as dt

    from payments.bank.models import BankLine


def name_of(line: BankLine) -> str:
    """Name a line in the ledger."""
    return f"bank_line:{line.pk}"


def still_new(line: BankLine) -> BankLine | None:
    """Lock a line; None when another worker has placed it."""
    locked = lock_line(line.pk)
    return locked if locked.status == LineStatus.NEW else None


def book_transit(sent: LedgerTransfer, *, now: dt.datetime) -> LedgerTransfer:
    """Book the arrival of what left Stripe or a cash desk, and return it. A second one raises `IntegrityError`."""
    book = postings.stripe_arrived if sent.code == "stripe_to_bank" else postings.cash_banked
    book(cents=sent.amount_cents, reference=sent.reference, now=now)
    code, reference = arrival_of(sent)
    return LedgerTransfer.objects.get(code=code, reference=reference, reverses__isnull=True)
