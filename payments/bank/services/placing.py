"""Every new line of a statement finds its place: a pledge, a movement of ours, or the officers' queue."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from crowdfund.kit import clock, jobs
from crowdfund.kit.states import advance
from payments import postings
from payments.bank.enums import LINE_TRANSITIONS, ItemStatus, LineStatus
from payments.bank.locks import lock_line
from payments.bank.models import BankLine, ListItem, TransferPledge
from payments.bank.selectors.errors import undone_by
from payments.bank.selectors.transit import in_transit, paid_another_way
from payments.bank.services.arrivals import arrive, hold
from payments.bank.services.deeds import take_back_error
from payments.bank.services.lines import book_transit, name_of, still_new
from payments.bank.services.outgoing import came_back, pay_item

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

BATCH = 200
STRIPE = re.compile(r"\bSTRIPE\b", re.IGNORECASE)
OUR_ID = re.compile(r"\bCF-L\d+-\d+\b")


def place_new_lines() -> int:
    """Place the lines that no import placed (the drain `bank.place`); return how many."""
    new = BankLine.objects.filter(status=LineStatus.NEW).order_by("booked_on", "statement", "n")
    return place_lines(new[:BATCH], now=clock.now())


def place_lines(lines: Iterable[BankLine], *, now: dt.datetime) -> int:
    """Place lines one by one, each in a transaction of its own; one that fails is logged and stays new."""
    return jobs.each(list(lines), partial(place_line, now=now))


def place_line(line: BankLine, *, now: dt.datetime) -> None:
    """Find out what a new line is, book it once, and say what became of it. Safe to repeat."""
    if line.credit:
        _place_credit(line, now)
    else:
        _place_debit(line, now)


# Money in


def _place_credit(line: BankLine, now: dt.datetime) -> None:
    if item := _returned_item(line):
        came_back(item=item, line=line, now=now)
        return
    known = list(TransferPledge.objects.filter(reference__in=line.found).select_related("pledge")[:2])
    if len(known) == 1:
        _for_pledge(line, known[0], now)
    else:  # none, or two pledges in one transfer: somebody has to look
        _unmatched(line, now)


def _returned_item(line: BankLine) -> ListItem | None:
    """Find the transfer of ours that a credit gives back: by its end-to-end id, or the id in the text."""
    items = ListItem.objects.filter(
        end_to_end_id__in=_our_ids(line), came_back_by=None, amount_cents=line.amount_cents
    )
    return items.filter(status__in=[ItemStatus.SENT, ItemStatus.DONE]).first()


def _our_ids(line: BankLine) -> list[str]:
    return OUR_ID.findall(f"{line.end_to_end_id} {line.text}")


def _for_pledge(line: BankLine, transfer: TransferPledge, now: dt.datetime) -> None:
    with transaction.atomic():
        pledge = hold(transfer.pledge_id, transfer.pledge.campaign_id, now)
        locked = still_new(line)
        if locked is None:
            return
        postings.bank_received(
            campaign_id=pledge.campaign_id, cents=locked.amount_cents, reference=name_of(locked), now=now
        )
        counted = arrive(pledge=pledge, line=locked, now=now)
        advance(
            locked,
            LineStatus.MATCHED,
            table=LINE_TRANSITIONS,
            now=now,
            pledge=pledge,
            reference=transfer.reference,
            counted_cents=counted,
        )


def _unmatched(line: BankLine, now: dt.datetime) -> None:
    with transaction.atomic():
        locked = still_new(line)
        if locked is None or _undone(locked, now):
            return
        coming = in_transit(locked.amount_cents) if STRIPE.search(f"{locked.party} {locked.text}") else []
        payouts = [row for row in coming if row.code == "stripe_to_bank"]
        if payouts:
            arrived = book_transit(payouts[0], now=now)
            advance(
                locked,
                LineStatus.OURS,
                table=LINE_TRANSITIONS,
                now=now,
                why="from Stripe",
                booked_as=arrived,
            )
            return
        postings.bank_received_unknown(cents=locked.amount_cents, reference=name_of(locked), now=now)
        advance(locked, LineStatus.UNMATCHED, table=LINE_TRANSITIONS, now=now)


def _undone(line: BankLine, now: dt.datetime) -> bool:
    """Place a line by which the bank takes its one error of this amount back, and says that it does."""
    errors = list(undone_by(line)[:2]) if line.is_reversal else []
    if len(errors) != 1:
        return False
    take_back_error(line, lock_line(errors[0].pk), now=now)
    why = "the bank takes an error back"
    advance(line, LineStatus.OURS, table=LINE_TRANSITIONS, now=now, why=why, undoes=line.undoes)
    return True


# Money out


def _place_debit(line: BankLine, now: dt.datetime) -> None:
    items = _paid_items(line)
    for item in items:
        pay_item(item=item, line=line, now=now)
    with transaction.atomic():
        locked = still_new(line)
        if locked is None:
            return
        if items:
            why = ", ".join(item.end_to_end_id for item in items)[:200]
            advance(locked, LineStatus.OURS, table=LINE_TRANSITIONS, now=now, why=why)
        elif locked.is_charge:
            postings.bank_fee(cents=locked.amount_cents, reference=name_of(locked), now=now)
            advance(locked, LineStatus.OURS, table=LINE_TRANSITIONS, now=now, why="a charge of the bank")
        elif _undone(locked, now):
            return
        elif left := paid_another_way(locked):
            advance(
                locked,
                LineStatus.OURS,
                table=LINE_TRANSITIONS,
                now=now,
                why=f"paid another way: {left.reference}",
                booked_as=left,
            )
        else:
            advance(locked, LineStatus.UNEXPLAINED, table=LINE_TRANSITIONS, now=now)


def _paid_items(line: BankLine) -> list[ListItem]:
    """Find the transfers of ours that a debit carries out: one by its id, or all of a list booked in one sum.

    One that came back on a statement imported before is among them: it had left.
    """
    mine = ListItem.objects.filter(paid_by__in=[line.pk])
    if mine.exists():  # this line began to be placed before, and stopped half-way
        return list(mine) + list(_unpaid(line.batch_id)) if line.batch_id else list(mine)
    unpaid = ListItem.objects.filter(paid_by=None)
    one = unpaid.filter(end_to_end_id__in=_our_ids(line), amount_cents=line.amount_cents).exclude(
        status__in=[ItemStatus.WAITING, ItemStatus.DROPPED]
    )
    if found := one.first():
        refused = found.status == ItemStatus.FAILED and found.came_back_by_id is None
        return [] if refused else [found]
    whole = list(_unpaid(line.batch_id))
    return whole if whole and sum(item.amount_cents for item in whole) == line.amount_cents else []


def _unpaid(batch_id: str) -> Iterable[ListItem]:
    match = re.fullmatch(r"CF-L(\d{1,9})", batch_id)
    sent = ListItem.objects.filter(paid_by=None, status=ItemStatus.SENT).select_related("list")
    return sent.filter(list=int(match[1])).order_by("n") if match else ()
