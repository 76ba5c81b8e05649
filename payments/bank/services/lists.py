"""Lists of transfers that leave our account: put together and proposed by one person, approved by another.

What was proposed is frozen. It is compared with what is due, and to whom, at the approval and again when the list is
given to the bank: whatever differs makes the list void, and all that was on it is due again.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance, record_birth
from payments.bank.enums import ITEM_TRANSITIONS, LIST_TRANSITIONS, ItemStatus, ListStatus
from payments.bank.locks import lock_accounts_back, lock_cash_back, lock_item, lock_list
from payments.bank.models import CreditList, ListItem
from payments.bank.permissions import can_decide_list, can_draft_list, can_export_list, can_propose_list
from payments.bank.selectors.balance import our_account
from payments.bank.services.outgoing import hold_source, refuse_item
from payments.bank.services.sources import Due, as_it_stands, everything_due
from payments.services.credit import send_credit_payout
from payments.services.refund import send_refund_by_bank

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from accounts.models import User

MOST_ITEMS = 500


def draft_list(*, by: User, now: dt.datetime) -> CreditList:
    """Put everything that is due on a new list (500 transfers at most). For officers. Raises `Refused`."""
    require(can_draft_list(by))
    due = [one for one in everything_due(now) if one.payable][:MOST_ITEMS]
    if not due:
        raise Refused("nothing_due", _("Nothing has to leave the account now."))
    try:
        with transaction.atomic():
            made = CreditList.objects.create(**CreditList.proposal(by, now))
            record_birth(made, now=now, by=by)
            for n, one in enumerate(due, start=1):
                _write_item(made, n, one, now)
    except IntegrityError as error:
        raise Refused(
            "listed_meanwhile", _("Somebody else has just made a list of these. Look at it first.")
        ) from error
    return made


def _write_item(made: CreditList, n: int, due: Due, now: dt.datetime) -> None:
    item = ListItem.objects.create(
        list=made,
        n=n,
        amount_cents=due.cents,
        name=due.name,
        iban=due.iban,
        text=due.text,
        end_to_end_id=f"{made.message_id}-{n}",
        **due.source,
    )
    record_birth(item, now=now)


def drop_item(*, item: ListItem, by: User, now: dt.datetime) -> None:
    """Take a transfer off a draft: it is due again."""
    require(can_draft_list(by))
    with transaction.atomic():
        transfers = lock_list(item.list_id)
        if transfers.status != ListStatus.DRAFT:
            raise Refused("list_frozen", _("A proposed list does not change: reject it and make another."))
        _drop(transfers.items.filter(pk=item.pk), now)


def _drop(items: Iterable[ListItem], now: dt.datetime) -> None:
    for item in items:
        advance(item, ItemStatus.DROPPED, table=ITEM_TRANSITIONS, now=now)


def _waiting(transfers: CreditList) -> list[ListItem]:
    return list(transfers.items.filter(status=ItemStatus.WAITING).order_by("n"))


def digest_of(items: Iterable[ListItem]) -> str:
    """Digest every amount and payee of a list."""
    rows = (
        f"{item.n}|{item.refund_id}|{item.line_id}|{item.payout_id}|{item.amount_cents}|{item.name}|{item.iban}"
        for item in items
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _still_so(transfers: CreditList, items: list[ListItem]) -> bool:
    """Say whether a list is what was proposed, and what was proposed is what is due, to the same payees."""
    stands = [(item, as_it_stands(item)) for item in items]
    same = all(
        due and (due.cents, due.name, due.iban) == (i.amount_cents, i.name, i.iban) for i, due in stands
    )
    return same and digest_of(items) == transfers.digest


def propose_list(*, transfers: CreditList, by: User, now: dt.datetime) -> None:
    """Propose a draft, with amounts and payees as they are due now. From here on it is frozen."""
    require(can_propose_list(by, transfers))
    with transaction.atomic():
        locked = lock_list(transfers.pk)
        items = _waiting(locked)
        for item in items:
            _renew(item, now)
        items = _waiting(locked)
        if not items:
            raise Refused("list_empty", _("The list is empty."))
        advance(
            locked,
            ListStatus.PROPOSED,
            table=LIST_TRANSITIONS,
            now=now,
            by=by,
            digest=digest_of(items),
            **CreditList.proposal(by, now),
        )


def _renew(item: ListItem, now: dt.datetime) -> None:
    """Write down what is due now; what is no longer due, or to nobody a bank would pay, leaves the list."""
    due = as_it_stands(item)
    if due is None or not due.payable:
        _drop([item], now)
        return
    item.amount_cents, item.name, item.iban, item.text = due.cents, due.name, due.iban, due.text
    item.save(update_fields=["amount_cents", "name", "iban", "text"])


def approve_list(*, transfers: CreditList, by: User, now: dt.datetime) -> None:
    """Approve a list that somebody else proposed. One that no longer fits becomes void; raises `Refused` then."""
    require(can_decide_list(by, transfers))
    with transaction.atomic():
        locked = lock_list(transfers.pk)
        if locked.status != ListStatus.PROPOSED:
            raise Refused("not_proposed", _("This list does not wait for an approval."))
        items = _waiting(locked)
        fits = _still_so(locked, items)
        if fits:
            _check_money(items)
            decision = CreditList.decision(by, now)
            advance(locked, ListStatus.APPROVED, table=LIST_TRANSITIONS, now=now, by=by, **decision)
        else:
            _make_void(locked, items, by, now)
    if not fits:
        raise _void()


def _check_money(items: list[ListItem]) -> None:
    if sum(item.amount_cents for item in items) > our_account().free_cents:
        raise Refused("not_enough", _("There is not enough on the account for this list."))


def _make_void(transfers: CreditList, items: list[ListItem], by: User, now: dt.datetime) -> None:
    why = "an amount or a payee has changed"
    advance(transfers, ListStatus.VOID, table=LIST_TRANSITIONS, now=now, by=by, why=why)
    _drop(items, now)


def _void() -> Refused:
    return Refused(
        "list_void",
        _("An amount or a payee has changed since this was proposed: the list is void. Make another one."),
    )


def reject_list(*, transfers: CreditList, why: str, by: User, now: dt.datetime) -> None:
    """Turn a list down before it is given to the bank: all that is on it is due again.

    An approver who did not propose it, with a reason; whoever drafted it may throw a draft away.
    """
    own_draft = transfers.status == ListStatus.DRAFT and can_draft_list(by)
    require(own_draft or can_decide_list(by, transfers))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    with transaction.atomic():
        locked = lock_list(transfers.pk)
        if locked.status != transfers.status:
            raise Refused(
                "list_moved", _("Something changed in the meantime. Reload the page and try again.")
            )
        decision = {} if own_draft else CreditList.decision(by, now)
        advance(
            locked,
            ListStatus.REJECTED,
            table=LIST_TRANSITIONS,
            now=now,
            by=by,
            why=why.strip()[:200],
            **decision,
        )
        _drop(_waiting(locked), now)


def export_list(*, transfers: CreditList, by: User, now: dt.datetime) -> None:
    """Give an approved list to the bank: from here on its file is always the same. A second time nothing happens.

    Compared once more; one that no longer fits becomes void. Raises `Refused`.
    """
    require(can_export_list(by))
    with transaction.atomic():
        waiting = _waiting(transfers)
        lock_accounts_back(item.refund.pledge_id for item in waiting if item.refund)
        lock_cash_back(item.refund_id for item in waiting if item.refund_id)
        locked = lock_list(transfers.pk)
        if locked.status in {ListStatus.EXPORTED, ListStatus.CLOSED}:
            return
        if locked.status != ListStatus.APPROVED:
            raise Refused("not_approved", _("This list is not approved."))
        items = _waiting(locked)
        fits = _still_so(locked, items)
        if fits:
            _check_money(items)
            _send(locked, items, by, now)
        else:
            _make_void(locked, items, by, now)
    if not fits:
        raise _void()


def _send(transfers: CreditList, items: list[ListItem], by: User, now: dt.datetime) -> None:
    advance(
        transfers,
        ListStatus.EXPORTED,
        table=LIST_TRANSITIONS,
        now=now,
        by=by,
        exported_by=by,
        exported_at=now,
        execute_on=now.astimezone(clock.CIVIL).date(),
    )
    for item in items:
        advance(item, ItemStatus.SENT, table=ITEM_TRANSITIONS, now=now)
        if item.refund:
            send_refund_by_bank(refund=item.refund, now=now)
        elif item.payout:
            send_credit_payout(payout=item.payout, now=now)


def fail_item(*, item: ListItem, why: str, by: User, now: dt.datetime) -> None:
    """Note that the bank refused a transfer of a list, with its reason: the money is due again.

    For officers. What the bank carries out all the same shows on a statement, and is put right there.
    """
    require(can_export_list(by))
    if not why.strip():
        raise Invalid("missing", _("Say why."), field="why")
    with transaction.atomic():
        hold_source(item)
        locked = lock_item(item.pk)
        if locked.status != ItemStatus.SENT:
            raise Refused("item_settled", _("This transfer is not on its way any more."))
        refuse_item(locked, why=f"refused: {why.strip()}"[:200], now=now)
