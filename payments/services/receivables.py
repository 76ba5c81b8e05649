"""What organisations owe us: paid back into our bank account, or given up. Two people say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit import jobs
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.money import format_euro
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.enums import (
    RECEIVABLE_TRANSITIONS,
    ClosingKind,
    ProposalStatus,
    ReceivableStatus,
    RefundStatus,
)
from payments.models import Receivable, ReceivableClosing, Refund
from payments.permissions import can_decide_closing, can_propose_closing
from payments.services import proposals

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

ENDS = {ClosingKind.PAID: ReceivableStatus.PAID, ClosingKind.WRITE_OFF: ReceivableStatus.WRITTEN_OFF}


def _lock(receivable_id: int) -> Receivable:
    found = Receivable.objects.select_for_update(of=("self",)).select_related("organisation")
    return found.get(pk=receivable_id)


def propose_closing(
    *, receivable: Receivable, kind: str, amount_cents: int, reason: str, by: User, now: dt.datetime
) -> ReceivableClosing:
    """Propose to note that `amount_cents` were paid back into our bank (`reason`: the proof), or to give them up (why).

    Raises `Invalid` for more than is owed and not proposed yet, `Refused` when nothing is owed any more.
    """
    require(can_propose_closing(by, receivable))
    if kind not in ClosingKind.values:
        raise Invalid("unknown_kind", _("Choose what happened."), field="kind")
    proposals.check_amount(amount_cents)
    text = proposals.clean_reason(reason)
    with transaction.atomic():
        locked = _lock(receivable.pk)
        if locked.status != ReceivableStatus.OPEN:
            raise Refused("nothing_owed", _("Nothing is owed here any more."))
        waiting = locked.closings.filter(status=ProposalStatus.PROPOSED)
        left = locked.left_cents - waiting.aggregate(cents=Sum("amount_cents", default=0))["cents"]
        if amount_cents > left:
            raise Invalid(
                "above_owed",
                _("At most %(amount)s are still owed."),
                field="amount_cents",
                amount=format_euro(left, get_language() or "it"),
            )
        closing = ReceivableClosing.objects.create(
            receivable=locked,
            kind=kind,
            amount_cents=amount_cents,
            reason=text,
            **ReceivableClosing.proposal(by, now),
        )
        record_birth(closing, now=now, by=by)
    return closing


def approve_closing(*, closing: ReceivableClosing, by: User, now: dt.datetime) -> None:
    """Confirm that the money came back, or that it is given up: a loss of the platform."""
    require(can_decide_closing(by, closing))
    with transaction.atomic():
        receivable = _lock(closing.receivable_id)
        proposals.approve(closing, by=by, now=now)
        facts = {
            "organisation_id": receivable.organisation_id,
            "cents": closing.amount_cents,
            "reference": f"receivable_closing:{closing.pk}",
        }
        if closing.kind == ClosingKind.PAID:
            postings.receivable_paid(into=postings.BANK, now=now, **facts)
        else:
            postings.receivable_written_off(now=now, **facts)
        _close(receivable, closing, by, now)


def _close(receivable: Receivable, closing: ReceivableClosing, by: User, now: dt.datetime) -> None:
    closed = receivable.closed_cents + closing.amount_cents
    if closed < receivable.amount_cents:
        receivable.closed_cents = closed
        receivable.save(update_fields=["closed_cents"])
    else:
        to = ENDS[ClosingKind(closing.kind)]
        advance(receivable, to, table=RECEIVABLE_TRANSITIONS, now=now, by=by, closed_cents=closed)
    Refund.objects.filter(status=RefundStatus.WAITING).update(due_at=now)
    jobs.wake("refunds.waiting")


def reject_closing(*, closing: ReceivableClosing, why: str, by: User, now: dt.datetime) -> None:
    """Turn it down, with the reason: it is still owed."""
    require(can_decide_closing(by, closing))
    with transaction.atomic():
        proposals.reject(closing, why=why, by=by, now=now)
