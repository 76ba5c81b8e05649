"""What two people decided a line is, carried out: booked as that, and the line has its place."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from crowdfund.kit.states import advance
from payments import postings
from payments.bank.enums import LINE_TRANSITIONS, RESOLUTIONS, LineStatus, MatchKind
from payments.bank.locks import lock_item
from payments.bank.services.arrivals import arrive
from payments.bank.services.lines import book_transit, name_of
from payments.bank.services.outgoing import carry_out_item, take_back
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.matching.services import receive_sponsor_money

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

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
    elif kind in RESOLUTIONS:
        _resolve(line, kind, now)
    elif kind == MatchKind.UNDONE:
        take_back_error(line, row, now=now)
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
        undoes=line.undoes,
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

    Returns the posting that another room names, if it is one.
    """
    if line.credit:
        unbook(line, now=now)
    if kind == MatchKind.IN_TRANSIT:
        return book_transit(row, now=now)
    if kind == MatchKind.BOOKED:
        before: LedgerTransfer = row
        return before
    receive_sponsor_money(fund=row, cents=line.amount_cents, reference=name_of(line), now=now)
    return None


COMING_IN: dict[str, Callable[..., None]] = {
    MatchKind.OWN_FUNDS: partial(postings.own_advance, into=postings.BANK),
    MatchKind.BANK_FEE: postings.bank_fee_returned,
    MatchKind.LOSS: postings.bank_surplus,
    MatchKind.BANK_ERROR: postings.bank_error_in,
}
GOING_OUT: dict[str, Callable[..., None]] = {
    MatchKind.OWN_FUNDS: postings.own_withdrawn,
    MatchKind.BANK_FEE: postings.bank_fee,
    MatchKind.LOSS: postings.bank_loss,
    MatchKind.BANK_ERROR: postings.bank_error_out,
}
"""What two people say a line is that nothing of ours asked for → how it is booked."""


def _resolve(line: BankLine, kind: str, now: dt.datetime) -> None:
    if line.credit:
        unbook(line, now=now)
    book = (COMING_IN if line.credit else GOING_OUT)[kind]
    book(cents=line.amount_cents, reference=name_of(line), now=now)


def take_back_error(line: BankLine, error: BankLine, *, now: dt.datetime) -> None:
    """Book that the bank takes back an error, and name it in the line. The line is locked, and so is the error."""
    if line.credit:
        if line.status == LineStatus.UNMATCHED:
            unbook(line, now=now)
        postings.bank_error_out_undone(cents=line.amount_cents, reference=name_of(line), now=now)
    else:
        postings.bank_error_in_undone(cents=line.amount_cents, reference=name_of(line), now=now)
    line.undoes = error


def unbook(line: BankLine, *, now: dt.datetime) -> None:
    """Reverse the booking of a line as money that nobody could place, and that it was to go back."""
    for code in ("bank_return_due", "bank_received"):
        booked = LedgerTransfer.objects.filter(
            code=code, reference=name_of(line), reverses__isnull=True, reversal__isnull=True
        ).first()
        if booked is not None:
            reverse(transfer=booked, reference=f"{name_of(line)}:placed", now=now)
