"""What a statement says of our transfers: one was carried out, or came back. Done is what a statement shows.

A transfer that came back had left: it is booked as paid and as come back, in whichever order the statements come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from crowdfund.kit.states import advance
from payments import postings
from payments.bank.enums import (
    ITEM_TRANSITIONS,
    LINE_TRANSITIONS,
    LIST_TRANSITIONS,
    LIVE_ITEMS,
    ItemStatus,
    LineStatus,
    ListStatus,
)
from payments.bank.locks import lock_item, lock_line, lock_list, lock_refund
from payments.bank.services.letters import tell_bounced
from payments.bank.services.lines import name_of, still_new
from payments.enums import RefundStatus
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.locks import lock_channel, lock_disbursement, lock_payout, lock_pledge
from payments.services.credit import finish_credit_payout
from payments.services.payout import fail_payout
from payments.services.refund import fail_refund, finish_refund, send_refund_by_bank

if TYPE_CHECKING:
    import datetime as dt

    from payments.bank.models import BankLine, ListItem


def hold_source(item: ListItem) -> None:
    """Hold, in the house's order, what a transfer pays, before the transfer itself."""
    if item.refund:
        lock_channel(item.refund.pledge.campaign_id, item.refund.channel)
        lock_pledge(item.refund.pledge_id)
        lock_refund(item.refund.pk)
    elif item.payout:
        lock_channel(item.payout.disbursement.campaign_id, item.payout.disbursement.channel)
        lock_disbursement(item.payout.disbursement_id)
        lock_payout(item.payout.pk)
    elif item.line_id:
        lock_line(item.line_id)


def pay_item(*, item: ListItem, line: BankLine, now: dt.datetime) -> None:
    """Note that a debit carries out a transfer of ours. Nothing happens the second time."""
    with transaction.atomic():
        hold_source(item)
        locked = lock_item(item.pk)
        if locked.paid_by_id is not None or locked.status in {ItemStatus.WAITING, ItemStatus.DROPPED}:
            return
        if locked.status == ItemStatus.SENT:
            carry_out_item(locked, line, now=now)
        else:  # what came back was booked as paid before
            locked.paid_by = line
            locked.save(update_fields=["paid_by"])


def carry_out_item(item: ListItem, line: BankLine, *, now: dt.datetime) -> None:
    """Book a transfer that `line` carries out. Called with its source and itself locked."""
    _carry_out(item, now)
    advance(item, ItemStatus.DONE, table=ITEM_TRANSITIONS, now=now, paid_by=line)
    _close(item, now)


def came_back(*, item: ListItem, line: BankLine, now: dt.datetime) -> None:
    """Take back a transfer that its payee's bank sent to us: it is owed again, and waits for another account."""
    with transaction.atomic():
        hold_source(item)
        credit = still_new(line)
        locked = lock_item(item.pk)
        if credit is None:
            return
        take_back(locked, credit, now=now)
        advance(
            credit,
            LineStatus.OURS,
            table=LINE_TRANSITIONS,
            now=now,
            why=f"{locked.end_to_end_id} came back {credit.return_reason}".strip(),
        )


def take_back(item: ListItem, line: BankLine, *, now: dt.datetime) -> None:
    """Fail a transfer because `line` gives it back. Called with its source and itself locked."""
    if item.status == ItemStatus.SENT:  # the statement that shows it leaving is not imported yet
        _carry_out(item, now)
        advance(item, ItemStatus.DONE, table=ITEM_TRANSITIONS, now=now, why="it came back, so it had left")
    why = f"came back: {line.return_reason or 'no reason'}"
    _fail_source(item, why, now)
    advance(item, ItemStatus.FAILED, table=ITEM_TRANSITIONS, now=now, why=why, came_back_by=line)
    _close(item, now)


def refuse_item(item: ListItem, *, why: str, now: dt.datetime) -> None:
    """Fail a transfer that the bank did not carry out. Called with its source and itself locked."""
    _fail_source(item, why, now)
    advance(item, ItemStatus.FAILED, table=ITEM_TRANSITIONS, now=now, why=why)
    _close(item, now)


def _carry_out(item: ListItem, now: dt.datetime) -> None:
    """Book a transfer as paid, by what it pays."""
    proof = item.end_to_end_id
    if item.refund_id:
        refund = lock_refund(item.refund_id)
        if refund.status != RefundStatus.UNKNOWN:  # refused before, and carried out all the same
            send_refund_by_bank(refund=refund, now=now)
        finish_refund(refund=refund, proof=proof, now=now, leaves=postings.BANK)
    elif item.payout_id:
        finish_credit_payout(payout=lock_payout(item.payout_id), proof=proof, now=now)
    elif item.line_id:
        line = lock_line(item.line_id)
        postings.bank_return_paid(cents=item.amount_cents, reference=f"{name_of(line)}:{proof}", now=now)
        advance(line, LineStatus.RETURNED, table=LINE_TRANSITIONS, now=now, why=proof)


def _fail_source(item: ListItem, why: str, now: dt.datetime) -> None:
    """Owe again what a transfer did not pay; what was booked as paid is reversed."""
    if item.refund_id:
        refund = lock_refund(item.refund_id)
        fail_refund(refund=refund, why=why, now=now)
        tell_bounced(refund.pledge, cents=refund.amount_cents, now=now, once=item.end_to_end_id)
    elif item.payout_id:
        fail_payout(payout=lock_payout(item.payout_id), why=why, now=now)
    elif item.line_id:
        line = lock_line(item.line_id)
        if line.status == LineStatus.RETURNED:
            paid = LedgerTransfer.objects.get(
                code="refund_paid", reference=f"{name_of(line)}:{item.end_to_end_id}", reverses__isnull=True
            )
            reverse(transfer=paid, reference=f"{paid.reference}:back", now=now)
            advance(line, LineStatus.TO_RETURN, table=LINE_TRANSITIONS, now=now, why=why)


def _close(item: ListItem, now: dt.datetime) -> None:
    """Close a list of which nothing is under way any more."""
    transfers = lock_list(item.list_id)
    if transfers.status == ListStatus.EXPORTED and not transfers.items.filter(status__in=LIVE_ITEMS).exists():
        advance(transfers, ListStatus.CLOSED, table=LIST_TRANSITIONS, now=now)
