"""The end of a desk's day: one person counts, another countersigns, the cash travels to the bank and arrives."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.permissions import require
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import StaleState, advance, record_birth
from payments import postings
from payments.cash.enums import CLOSING_TRANSITIONS, ClosingStatus, ReceiptKind
from payments.cash.locks import lock_closing, lock_desk
from payments.cash.models import DeskClosing
from payments.cash.permissions import can_confirm_banked, can_countersign, can_operate, can_send
from payments.cash.selectors.desks import receipts_not_closed
from payments.cash.services.give_back import check_till
from payments.cash.services.receipts import check_reason, check_works, civil_day
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import debit_balance

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import User
    from payments.cash.models import CashDesk

LONGEST_BAG, LONGEST_PROOF = 60, 120
ON_THE_STATEMENT = "on the bank's statement"


def _reference(closing: DeskClosing) -> str:
    """Name a closing in the ledger: what left, and what arrived of it, have the same name."""
    return f"desk_closing:{closing.pk}"


def close_day(
    *, desk: CashDesk, counted_cents: int, by: User, now: dt.datetime, reason: str = ""
) -> DeskClosing:
    """Close a desk's day with what was counted in its till; no cash goes in or out of it before tomorrow.

    A difference with the books needs a reason. Another person countersigns. Raises `Invalid`, `NotAllowed`, `Refused`.
    """
    require(can_operate(by, desk))
    if type(counted_cents) is not int or counted_cents < 0:
        raise Invalid("counted", _("Write what you have counted, zero or more."), field="counted_cents")
    with transaction.atomic():
        locked = lock_desk(desk.pk)
        check_works(locked, now)
        if locked.closings.filter(status=ClosingStatus.COUNTED).exists():
            raise Refused("closing_waits", _("The closing before waits for a second person: it comes first."))
        booked = debit_balance(postings.desk(locked.pk))
        reason = " ".join(reason.split())[:200]
        if counted_cents != booked and not reason:
            raise Invalid(
                "missing", _("It is not what the books say: write why, or count again."), field="reason"
            )
        closing = DeskClosing.objects.create(
            desk=locked,
            day=civil_day(now),
            booked_cents=booked,
            counted_cents=counted_cents,
            reason=reason,
            **_covered(locked),
            **DeskClosing.proposal(by, now),
        )
        record_birth(closing, now=now, by=by)
    return closing


def _covered(desk: CashDesk) -> dict[str, object]:
    """Sum the receipts that a closing covers. A cancellation takes back what its receipt had brought."""
    rows = receipts_not_closed(desk)
    sums = dict(rows.order_by().values_list("kind").annotate(Sum("amount_cents")))
    return {
        "last_receipt": rows.last(),
        "receipts": rows.count(),
        "received_cents": sums.get(ReceiptKind.RECEIVED, 0) - sums.get(ReceiptKind.CANCELLED, 0),
        "returned_cents": sums.get(ReceiptKind.RETURNED, 0),
    }


def countersign(*, closing: DeskClosing, by: User, now: dt.datetime) -> None:
    """Sign another person's count; a difference is booked. Raises `NotAllowed` or `Refused`."""
    require(can_countersign(by, closing))
    with transaction.atomic():
        lock_desk(closing.desk_id)
        locked = lock_closing(closing.pk)
        advance(
            locked,
            ClosingStatus.SIGNED,
            table=CLOSING_TRANSITIONS,
            now=now,
            by=by,
            **DeskClosing.decision(by, now),
        )
        _book_difference(locked, now)
    closing.status = locked.status


def _book_difference(closing: DeskClosing, now: dt.datetime) -> None:
    if closing.difference_cents:
        book = postings.till_surplus if closing.difference_cents > 0 else postings.till_shortage
        book(
            desk_id=closing.desk_id,
            cents=abs(closing.difference_cents),
            reference=_reference(closing),
            now=now,
        )


def reject_closing(*, closing: DeskClosing, why: str, by: User, now: dt.datetime) -> None:
    """Ask for another count: the desk's day is open again, and these receipts go into the next closing.

    Raises `Invalid`, `NotAllowed` or `Refused`.
    """
    require(can_countersign(by, closing))
    why = check_reason(why)
    with transaction.atomic():
        lock_desk(closing.desk_id)
        locked = lock_closing(closing.pk)
        advance(
            locked,
            ClosingStatus.REJECTED,
            table=CLOSING_TRANSITIONS,
            now=now,
            by=by,
            why=why,
            **DeskClosing.decision(by, now),
        )
    closing.status = locked.status


def send_cash(*, closing: DeskClosing, cents: int, bag: str, by: User, now: dt.datetime) -> None:
    """Take what was counted, or a part of it, to the bank; `bag` is the number of the bag or of the deposit slip.

    Raises `Invalid`, `NotAllowed` or `Refused`.
    """
    require(can_send(by, closing))
    bag = " ".join(bag.split())[:LONGEST_BAG]
    if not bag:
        raise Invalid("missing", _("Write the number of the bag or of the deposit slip."), field="bag")
    if type(cents) is not int or not 0 < cents <= closing.counted_cents:
        raise Invalid("cents", _("Send more than zero, and at most what was counted."), field="cents")
    with transaction.atomic():
        check_till(lock_desk(closing.desk_id), cents)
        locked = lock_closing(closing.pk)
        advance(
            locked,
            ClosingStatus.SENT,
            table=CLOSING_TRANSITIONS,
            now=now,
            by=by,
            sent_cents=cents,
            bag=bag,
        )
        postings.cash_sent(desk_id=locked.desk_id, cents=cents, reference=_reference(locked), now=now)
    closing.status, closing.sent_cents, closing.bag = locked.status, locked.sent_cents, locked.bag


def confirm_banked(*, closing: DeskClosing, proof: str, by: User, now: dt.datetime) -> None:
    """Say that a closing's cash has arrived at the bank; `proof` names the line of the statement that shows it.

    Where the statement's line was matched already, its arrival is booked and only the closing follows. Raises
    `Invalid`, `NotAllowed` or `Refused`.
    """
    require(can_confirm_banked(by, closing))
    proof = " ".join(proof.split())[:LONGEST_PROOF]
    if not proof:
        raise Invalid("missing", _("Name the line of the bank's statement."), field="proof")
    with transaction.atomic():
        locked = lock_closing(closing.pk)
        arrived_before = locked.status == ClosingStatus.SENT and _arrivals([locked]).exists()
        _arrive(locked, proof, now, by)
        if not arrived_before:
            postings.cash_banked(cents=locked.sent_cents or 0, reference=_reference(locked), now=now)
    closing.status, closing.proof = locked.status, locked.proof


def _arrive(closing: DeskClosing, proof: str, now: dt.datetime, by: User | None = None) -> None:
    advance(closing, ClosingStatus.BANKED, table=CLOSING_TRANSITIONS, now=now, by=by, why=proof, proof=proof)


def _arrivals(closings: Iterable[DeskClosing]) -> QuerySet[LedgerTransfer]:
    return LedgerTransfer.objects.filter(code="cash_banked", reference__in=map(_reference, closings))


def follow_bank() -> int:
    """Let closings follow whose cash is booked as arrived, from the statement's line (the drain `cash.arrived`).

    Return how many.
    """
    now = clock.now()
    on_their_way = list(DeskClosing.objects.filter(status=ClosingStatus.SENT))
    booked = set(_arrivals(on_their_way).values_list("reference", flat=True))
    return jobs.each([row for row in on_their_way if _reference(row) in booked], partial(_follow, now=now))


def _follow(closing: DeskClosing, now: dt.datetime) -> None:
    with suppress(StaleState):  # an officer was first
        _arrive(closing, ON_THE_STATEMENT, now)
