"""Putting a difference right from its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.permissions import require
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance
from payments import postings
from payments.enums import Place
from payments.gateway.client import GatewayError
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.reconciliation.enums import (
    CARRIED_OUT_HERE,
    DIFFERENCE_TRANSITIONS,
    DifferenceStatus,
    Family,
    Proposal,
)
from payments.reconciliation.models import Difference, DifferenceEvent
from payments.reconciliation.permissions import can_reconcile
from payments.reconciliation.selectors.differences import movements_of, sides_of
from payments.services.advances import propose_advance
from payments.services.charge import learn_of_charge
from payments.services.disputes import learn_of_dispute
from payments.services.refund_send import learn_of_refund

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from accounts.models import User

LONGEST = 200


def lock_difference(difference_id: int) -> Difference:
    """Lock a difference and read it anew."""
    return Difference.objects.select_for_update(of=("self",)).get(pk=difference_id)


def resolve_difference(*, difference: Difference, by: User, now: dt.datetime) -> bool:
    """Carry out what is proposed for a difference; True when the two sides are equal afterwards.

    Otherwise it stays open, with a note of what was tried. Raises `NotAllowed`, or `Refused` when there is nothing to
    carry out here, it is closed already, or Stripe can't be reached.
    """
    require(can_reconcile(by))
    check_open(difference)
    if difference.proposal not in CARRIED_OUT_HERE:
        raise Refused(
            "nothing_to_do", _("Nothing can be done here: find out, then accept it with the reason.")
        )
    DEEDS[Proposal(difference.proposal)](difference, by, now)
    with transaction.atomic():
        locked = lock_difference(difference.pk)
        both = sides_of(locked)
        locked.moved_cents, locked.booked_cents = both.moved, both.booked
        locked.save(update_fields=["moved_cents", "booked_cents"])
        if both.moved != both.booked or locked.status != DifferenceStatus.OPEN:
            _note(locked, f"tried: {locked.proposal}", by, now)
            return False
        advance(
            locked,
            DifferenceStatus.RESOLVED,
            table=DIFFERENCE_TRANSITIONS,
            now=now,
            by=by,
            why=locked.proposal,
            closed_at=now,
            closed_by=by,
        )
    return True


def check_open(difference: Difference) -> None:
    """Raise `Refused` when a difference is closed. It is locked."""
    if difference.status != DifferenceStatus.OPEN:
        raise Refused("closed_already", _("This difference is closed already."))


def _note(difference: Difference, why: str, by: User, now: dt.datetime) -> None:
    DifferenceEvent.objects.create(
        difference=difference,
        at=now,
        from_status=difference.status,
        to_status=difference.status,
        why=why[:LONGEST],
        by=by,
    )


# What can be carried out


def _look_again(difference: Difference, by: User, now: dt.datetime) -> None:
    """Read what it is about at Stripe and apply it, as its event would have done."""
    movement = movements_of(difference).last()
    if movement is None:
        return
    try:
        if difference.family in {Family.CHARGE, Family.CHARGE_FEE}:
            learn_of_charge(payment_intent_id=movement.payment_intent_id, now=now)
        elif difference.family == Family.REFUND:
            learn_of_refund(refund_id=movement.source_id, now=now)
        else:
            learn_of_dispute(dispute_id=movement.source_id, now=now)
    except GatewayError as error:
        raise Refused(
            "stripe_unreachable", _("The payment service can't be reached now. Try again in a few minutes.")
        ) from error


def _book_missing(difference: Difference, now: dt.datetime, book: Callable[[int, str], object]) -> None:
    """Book what is missing of a difference, under its own name, once: whoever comes second finds it closed."""
    with transaction.atomic():
        locked = lock_difference(difference.pk)
        check_open(locked)
        both = sides_of(locked)
        missing = both.moved - both.booked
        if missing:
            book(missing, locked.root)


def _book_fee(difference: Difference, by: User, now: dt.datetime) -> None:
    def book(cents: int, root: str) -> None:
        if cents < 0:
            postings.stripe_fee(cents=-cents, reference=root, now=now)
        else:
            postings.stripe_fee_returned(cents=cents, reference=root, now=now)

    _book_missing(difference, now, book)


def _book_to_bank(difference: Difference, by: User, now: dt.datetime) -> None:
    """The platform's payout leaves Stripe for our bank; one that came back is reversed."""

    def book(cents: int, root: str) -> None:
        if cents < 0:
            postings.stripe_sent(cents=-cents, reference=root, now=now)
            return
        sent = LedgerTransfer.objects.get(
            code="stripe_to_bank", reference=root, reverses__isnull=True, reversal__isnull=True
        )
        reverse(transfer=sent, reference=f"{root}:back", now=now)

    _book_missing(difference, now, book)


def _propose_advance(difference: Difference, by: User, now: dt.datetime) -> None:
    with override("it"):
        reason = _("Found by the reconciliation: %(source)s") % {"source": difference.source}
    propose_advance(
        place=Place.STRIPE,
        amount_cents=difference.moved_cents,
        proof=difference.source,
        reason=reason,
        by=by,
        now=now,
    )


DEEDS: dict[Proposal, Callable[[Difference, User, dt.datetime], None]] = {
    Proposal.LOOK_AGAIN: _look_again,
    Proposal.BOOK_FEE: _book_fee,
    Proposal.BOOK_TO_BANK: _book_to_bank,
    Proposal.PROPOSE_ADVANCE: _propose_advance,
}
