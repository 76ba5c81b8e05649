"""What two people decided a line is, carried out: booked as that, and the line has its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crowdfund.kit.states import advance
from payments import postings
from payments.bank.enums import LINE_TRANSITIONS, LineStatus, MatchKind
from payments.bank.locks import lock_item
from payments.bank.services.arrivals import arrive
from payments.bank.services.lines import book_transit, name_of
from payments.bank.services.outgoing import carry_out_item, take_back
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.matching.services import receive_sponsor_money

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from payments.bank.models import BankLine, ListItem
    from payments.models import Pledge


def carry_out(line: BankLine, kind: str, *, row: Any, by: User, now: dt.datetime) -> None:
    """Book a line as what it is. `row` is what its kind names, held; the line is locked."""
    if kind == MatchKind.PLEDGE:
        _for_pledge(line, row, by, now)
        return
    if kind == MatchKind.TRANSFER:
        _for_item(line, row, now)
    elif kind == MatchKind.BANK_FEE:
        postings.bank_fee(cents=line.amount_cents, reference=name_of(line), now=now)
    else:
        line.booked_as = _ours(line, kind, row, now)
    advance(
        line,
        LineStatus.OURS,
        table=LINE_TRANSITIONS,
        now=now,
        by=by,
        why=kind,
        booked_as=line.booked_as,
    )


def _for_pledge(line: BankLine, pledge: Pledge, by: User, now: dt.datetime) -> None:
    postings.bank_matched(
        campaign_id=pledge.campaign_id, cents=line.amount_cents, reference=name_of(line), now=now
    )
    counted = arrive(pledge=pledge, line=line, now=now)
    advance(
        line,
        LineStatus.MATCHED,
        table=LINE_TRANSITIONS,
        now=now,
        by=by,
        pledge=pledge,
        reference=pledge.transfer.reference,
        counted_cents=counted,
    )


def _for_item(line: BankLine, item: ListItem, now: dt.datetime) -> None:
    locked = lock_item(item.pk)
    if line.credit:
        unbook(line, now=now)
        take_back(locked, line, now=now)
    else:
        carry_out_item(locked, line, now=now)


def _ours(line: BankLine, kind: str, row: Any, now: dt.datetime) -> LedgerTransfer | None:
    """Book money that is no backer's as what it is, in place of money that nobody could place.

    Returns the arrival that another room names, if it is one.
    """
    unbook(line, now=now)
    if kind == MatchKind.IN_TRANSIT:
        return book_transit(row, now=now)
    if kind == MatchKind.BOOKED:
        arrived: LedgerTransfer = row
        return arrived
    name, cents = name_of(line), line.amount_cents
    if kind == MatchKind.SPONSOR:
        receive_sponsor_money(fund=row, cents=cents, reference=name, now=now)
    else:
        postings.own_advance(into=postings.BANK, cents=cents, reference=name, now=now)
    return None


def unbook(line: BankLine, *, now: dt.datetime) -> None:
    """Reverse the booking of a line as money that nobody could place."""
    booked = LedgerTransfer.objects.get(code="bank_received", reference=name_of(line), reverses__isnull=True)
    reverse(transfer=booked, reference=f"{name_of(line)}:placed", now=now)
