"""Taking transfers back from connected accounts: looked up before they are sent again, each booked when it is done.

What Stripe refuses waits for an officer: the account may hold enough tomorrow, or the organisation owes it from now on.
"""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance
from payments import postings
from payments.enums import REVERSAL_TRANSITIONS, Channel, DisputeStatus, RefundStatus, ReversalStatus
from payments.gateway.client import GatewayError, GatewayRefused
from payments.gateway.transfers import find_reversal, reverse_transfer
from payments.locks import lock_channel, lock_dispute, lock_pledge, lock_refund, lock_reversal
from payments.models import Dispute, Refund, TransferReversal
from payments.permissions import can_decide_reversal
from payments.services.bring_back import owe
from payments.services.disputes import settle_loss
from payments.services.refund import go_on_waiting
from payments.services.sent import needs_new_key

if TYPE_CHECKING:
    from accounts.models import User
    from payments.models import Pledge

log = logging.getLogger(__name__)
LOOK_SOON = dt.timedelta(minutes=1)
TO_SEND = (ReversalStatus.CREATED, ReversalStatus.UNKNOWN)


def execute_reversals() -> int:
    """Send the reversals that are due (the drain `reversals.execute`); return how many were worked on."""
    now = clock.now()
    rows = jobs.claim(TransferReversal, Q(status__in=TO_SEND), now=now)
    return jobs.each(rows, partial(_execute, now=now))


def _execute(reversal: TransferReversal, now: dt.datetime) -> None:
    name = f"reversal:{reversal.pk}"
    try:
        found = None
        if reversal.status == ReversalStatus.UNKNOWN:
            found = find_reversal(transfer_id=reversal.transfer_id, name=name)
        if found is None and not _mark_sent(reversal, now):
            return
        done = found or reverse_transfer(
            transfer_id=reversal.transfer_id,
            cents=reversal.amount_cents,
            name=name,
            key=reversal.idempotency_key,
        )
    except GatewayRefused as refused:
        _refused(reversal, refused.code, now)
    except GatewayError as error:
        log.warning("reversal outcome unknown: %s", error, extra={"reversal": reversal.pk})
        TransferReversal.objects.filter(pk=reversal.pk, fence=reversal.fence).update(
            due_at=now + LOOK_SOON, leased_until=None
        )
    else:
        _done(reversal, done, now)


def _mark_sent(reversal: TransferReversal, now: dt.datetime) -> bool:
    with transaction.atomic():
        fresh = lock_reversal(reversal.pk)
        if fresh.fence != reversal.fence or fresh.status != reversal.status:
            return False
        if reversal.status != ReversalStatus.UNKNOWN:
            advance(reversal, ReversalStatus.UNKNOWN, table=REVERSAL_TRANSITIONS, now=now)
        elif needs_new_key(reversal, now=now):
            reversal.idempotency_key = _new_key(reversal)
            reversal.save(update_fields=["idempotency_key"])
    return True


def _new_key(reversal: TransferReversal) -> str:
    return f"{reversal.idempotency_key.partition(':again:')[0]}:again:{reversal.fence}"


def _refused(reversal: TransferReversal, code: str, now: dt.datetime) -> None:
    log.warning("reversal refused: %s", code, extra={"reversal": reversal.pk})
    with transaction.atomic():
        if jobs.still_mine(reversal):
            advance(
                reversal,
                ReversalStatus.FAILED,
                table=REVERSAL_TRANSITIONS,
                now=now,
                why=code[:200],
                error=code[:200],
                due_at=None,
                leased_until=None,
            )


def _done(reversal: TransferReversal, reversal_id: str, now: dt.datetime) -> None:
    """Book what came back, and go on with what it was for, so that nobody else takes it in between."""
    with transaction.atomic():
        need = _lock_need(reversal)
        if not jobs.still_mine(reversal):
            return
        advance(
            reversal,
            ReversalStatus.DONE,
            table=REVERSAL_TRANSITIONS,
            now=now,
            reversal_id=reversal_id,
            error="",
            done_at=now,
            due_at=None,
            leased_until=None,
        )
        postings.transfer_reversed(
            campaign_id=need.pledge.campaign_id,
            cents=reversal.amount_cents,
            reference=f"reversal:{reversal.pk}",
            now=now,
        )
        _go_on(need, now)


def _lock_need(reversal: TransferReversal) -> Refund | Dispute:
    """Lock, in order, the channel, the pledge and what a reversal is for."""
    lock_channel(reversal.payout.disbursement.campaign_id, Channel.CARD)
    pledge: Pledge
    if reversal.refund_id:
        pledge = lock_pledge(reversal.refund.pledge_id)  # type: ignore[union-attr]
        need: Refund | Dispute = lock_refund(reversal.refund_id)
    else:
        pledge = lock_pledge(reversal.dispute.pledge_id)  # type: ignore[union-attr]
        need = lock_dispute(reversal.dispute_id)  # type: ignore[arg-type]
    need.pledge = pledge
    return need


def _go_on(need: Refund | Dispute, now: dt.datetime) -> None:
    if isinstance(need, Refund):
        if need.status == RefundStatus.WAITING:
            go_on_waiting(refund=need, now=now)
    elif need.status == DisputeStatus.LOST and not need.settled_at:
        settle_loss(dispute=need, now=now)


# What Stripe refused: an officer's word


def try_again(*, reversal: TransferReversal, by: User, now: dt.datetime) -> None:
    """Send a reversal that was refused once more: the account may hold enough by now."""
    require(can_decide_reversal(by, reversal))
    with transaction.atomic():
        fresh = _refused_one(reversal)
        advance(
            fresh,
            ReversalStatus.CREATED,
            table=REVERSAL_TRANSITIONS,
            now=now,
            by=by,
            due_at=now,
            idempotency_key=_new_key(fresh),
        )
        jobs.wake("reversals.execute")


def confirm_impossible(*, reversal: TransferReversal, by: User, now: dt.datetime) -> None:
    """Confirm that the money can't be taken back: the organisation owes it, and what it is for goes on."""
    require(can_decide_reversal(by, reversal))
    with transaction.atomic():
        need = _lock_need(reversal)
        fresh = _refused_one(reversal)
        advance(fresh, ReversalStatus.IMPOSSIBLE, table=REVERSAL_TRANSITIONS, now=now, by=by)
        owe(
            need=need,
            cents=fresh.amount_cents,
            why=f"{fresh.transfer_id}: {fresh.error}",
            reference=f"reversal:{fresh.pk}",
            now=now,
        )
        _go_on(need, now)


def _refused_one(reversal: TransferReversal) -> TransferReversal:
    fresh = lock_reversal(reversal.pk)
    if fresh.status != ReversalStatus.FAILED:
        raise Refused("not_refused", _("Stripe has not refused this, or it was decided already."))
    return fresh
