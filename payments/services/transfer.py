"""Sending card money to connected accounts: looked at again just before, each once, held up while something lacks."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from crowdfund.kit import clock, jobs
from crowdfund.kit.states import advance
from payments.enums import (
    PAYOUT_TRANSITIONS,
    Channel,
    DisbursementStatus,
    HeldUpBy,
    PayoutKind,
    PayoutStatus,
    Place,
)
from payments.gateway.client import GatewayError, GatewayRefused
from payments.gateway.transfers import available_cents, find_transfer, send_transfer
from payments.locks import lock_channel, lock_disbursement
from payments.models import Payout, PayoutAccount
from payments.selectors.payees import same_payee
from payments.selectors.releasable import ahead_cents, releasable
from payments.selectors.reserve import reserve
from payments.selectors.tranches import is_stopped
from payments.services.payout import finish_payout, next_try
from payments.services.payout_account import note_stopped, refresh_payout_account
from payments.services.payout_letters import tell_failed, tell_held_up, tell_void
from payments.services.void import make_void

if TYPE_CHECKING:
    from payments.models import Disbursement

log = logging.getLogger(__name__)
LOOK_SOON = dt.timedelta(minutes=1)
SOONEST, LATEST = dt.timedelta(minutes=10), dt.timedelta(hours=4)
BATCH = 20
REFUSALS = {
    "balance_insufficient": HeldUpBy.BALANCE,
    "insufficient_capabilities_for_transfer": HeldUpBy.CAPABILITY,
}
"""What Stripe refuses for now only; any other refusal fails the payout until an officer tries again."""


def execute_payouts() -> int:
    """Send the transfers that are due, oldest first (the drain `payouts.execute`); return how many were worked on."""
    now = clock.now()
    due = Q(
        kind=PayoutKind.CONNECT_TRANSFER,
        status__in=[PayoutStatus.CREATED, PayoutStatus.WAITING, PayoutStatus.UNKNOWN],
    )
    claimed = jobs.claim(Payout, due, now=now, limit=BATCH, order="created_at")
    return jobs.each(claimed, partial(_execute, now=now))


def _execute(payout: Payout, now: dt.datetime) -> None:
    try:
        transfer_id = _found_or_sent(payout, now)
    except GatewayRefused as refused:
        _refused(payout, refused, now)
    except GatewayError as error:
        log.warning("payout outcome unknown: %s", error, extra={"payout": payout.pk})
        Payout.objects.filter(pk=payout.pk, fence=payout.fence).update(
            due_at=now + LOOK_SOON, leased_until=None
        )
    else:
        if transfer_id:
            _executed(payout, transfer_id, now)


def _found_or_sent(payout: Payout, now: dt.datetime) -> str | None:
    """Look up what may have been sent before; send what Stripe has never seen, if it still may leave.

    A claim comes back only after its lease, which is longer than any call takes: what is not found then never arrived.
    """
    campaign_id = payout.disbursement.campaign_id
    if payout.status == PayoutStatus.UNKNOWN:
        found = find_transfer(campaign_id=campaign_id, payout_id=payout.pk, try_n=payout.try_n)
        if found:
            return found
    if not _mark_sent(payout, _lacking(payout, now), now):
        return None
    return send_transfer(
        cents=payout.amount_cents,
        account_id=payout.disbursement.destination,
        campaign_id=campaign_id,
        payout_id=payout.pk,
        try_n=payout.try_n,
        key=payout.idempotency_key,
    )


def _lacking(payout: Payout, now: dt.datetime) -> str:
    """Ask Stripe, before the transaction, for what only Stripe knows: what is lacking there, empty when nothing is."""
    account_id = payout.disbursement.destination
    account = PayoutAccount.objects.filter(stripe_account_id=account_id).first()
    if account and not account.transfers_active:
        refresh_payout_account(account_id=account_id, now=now)
        account.refresh_from_db()
        if not account.transfers_active:
            return HeldUpBy.CAPABILITY
    available = available_cents()
    if available is not None and available - ahead_cents(payout) < payout.amount_cents:
        return HeldUpBy.BALANCE
    return ""


def _mark_sent(payout: Payout, lacking: str, now: dt.datetime) -> bool:
    """Note that it is being sent, unless something has changed since it was approved: then it is void, or waits."""
    campaign_id = payout.disbursement.campaign_id
    with transaction.atomic():
        lock_channel(campaign_id, Channel.CARD)
        decision = lock_disbursement(payout.disbursement_id)
        if not jobs.still_mine(payout) or decision.status != DisbursementStatus.APPROVED:
            return False  # somebody else has it, or it was made void meanwhile
        if changed := _changed(payout, decision):
            make_void(decision=decision, payout=payout, why=changed, now=now)
            tell_void(disbursement=decision, why=changed, now=now)
            return False
        if lacking := lacking or _frozen(decision, now):
            hold_up(payout=payout, why=lacking, now=now)
            return False
        if payout.status != PayoutStatus.UNKNOWN:
            advance(payout, PayoutStatus.UNKNOWN, table=PAYOUT_TRANSITIONS, now=now, error="")
    return True


def _changed(payout: Payout, decision: Disbursement) -> str:
    """Compare with what two people approved, just before it is sent."""
    if payout.amount_cents != decision.amount_cents:
        return "the amount has changed"
    return "" if same_payee(decision) else "the payee has changed"


def _frozen(decision: Disbursement, now: dt.datetime) -> str:
    """Say what has come up since the approval: a stop, disputes or refunds beyond what is left, an empty reserve."""
    if is_stopped(decision.campaign_id):
        return HeldUpBy.STOPPED
    if releasable(decision.campaign, decision.channel, now).free_cents < 0:
        return HeldUpBy.FROZEN
    return HeldUpBy.RESERVE if not reserve(Place.STRIPE).covers else ""


def hold_up(*, payout: Payout, why: str, now: dt.datetime) -> None:
    """Let a payout wait, and look again the later the longer it waits. Told once a reason.

    Called inside a transaction that holds the payout.
    """
    news = payout.status != PayoutStatus.WAITING or payout.error != why
    since = now
    if payout.status == PayoutStatus.WAITING:
        since = payout.events.filter(to_status=PayoutStatus.WAITING).latest("pk").at
        payout.error = why
    else:
        advance(payout, PayoutStatus.WAITING, table=PAYOUT_TRANSITIONS, now=now, why=why, error=why)
    payout.due_at = now + min(LATEST, max(SOONEST, (now - since) / 2))
    payout.leased_until = None
    payout.save(update_fields=["error", "due_at", "leased_until"])
    if news:
        tell_held_up(payout=payout, now=now)


def _refused(payout: Payout, refused: GatewayRefused, now: dt.datetime) -> None:
    """Wait, or fail, under a new key: Stripe replays a refusal to the old one."""
    log.warning("payout refused: %s", refused.code, extra={"payout": payout.pk})
    held_up_by = REFUSALS.get(refused.code)
    with transaction.atomic():
        lock_channel(payout.disbursement.campaign_id, Channel.CARD)
        if not jobs.still_mine(payout):
            return
        if held_up_by == HeldUpBy.CAPABILITY:
            note_stopped(account_id=payout.disbursement.destination, now=now)
        next_try(payout)
        if held_up_by:
            hold_up(payout=payout, why=held_up_by, now=now)
            return
        advance(
            payout,
            PayoutStatus.FAILED,
            table=PAYOUT_TRANSITIONS,
            now=now,
            why=refused.code,
            error=refused.code[:200],
            due_at=None,
            leased_until=None,
        )
        tell_failed(payout=payout, now=now)


def _executed(payout: Payout, transfer_id: str, now: dt.datetime) -> None:
    with transaction.atomic():
        lock_channel(payout.disbursement.campaign_id, Channel.CARD)
        decision = lock_disbursement(payout.disbursement_id)
        if jobs.still_mine(payout):
            finish_payout(payout=payout, decision=decision, proof=transfer_id, now=now)
