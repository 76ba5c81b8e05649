"""Executing what was approved, whatever the way: done, failed, tried again; and mandates, by two recorded steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit import clock, jobs
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.states import advance
from payments import postings
from payments.enums import (
    DISBURSEMENT_TRANSITIONS,
    PAYOUT_TRANSITIONS,
    Channel,
    DisbursementStatus,
    PayoutKind,
    PayoutStatus,
)
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import booked
from payments.ledger.services import reverse
from payments.locks import lock_channel, lock_disbursement, lock_payout
from payments.matching.services import Taken, disburse_tranche, take_back_tranche
from payments.permissions import can_record_mandate, can_retry_payout
from payments.services.announce import tell_team_paid
from payments.services.payout_letters import tell_failed
from payments.services.tranches import check_not_stopped

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from payments.models import Disbursement, Payout


def _day(now: dt.datetime) -> dt.date:
    return now.astimezone(clock.CIVIL).date()


# What every kind has in common


def reference_of(payout: Payout) -> str:
    """Name a payout's execution in the ledger: a try that came back keeps its own name."""
    return f"payout:{payout.pk}" if payout.try_n == 1 else f"payout:{payout.pk}:{payout.try_n}"


def next_try(payout: Payout) -> None:
    """Give a payout the key of its next try, after a definite refusal or after it came back. Nothing else changes."""
    payout.try_n += 1
    payout.idempotency_key = f"payout:disbursement:{payout.disbursement_id}:{payout.try_n}"
    payout.save(update_fields=["try_n", "idempotency_key"])


def finish_payout(
    *, payout: Payout, decision: Disbursement, proof: str, now: dt.datetime, leaves: str = postings.STRIPE
) -> None:
    """Book a payout that left by the account `leaves`; `proof` names the transfer that shows it.

    Called inside a transaction that holds channel, disbursement and payout.
    """
    _done(payout, decision, now, transfer_id=proof, error="", due_at=None, leased_until=None)
    postings.payout_executed(
        campaign_id=decision.campaign_id,
        cents=payout.amount_cents,
        reference=reference_of(payout),
        now=now,
        leaves=leaves,
        sponsors=decision.channel == Channel.SPONSOR,
    )
    if decision.channel == Channel.SPONSOR:
        disburse_tranche(
            campaign_id=decision.campaign_id,
            cents=payout.amount_cents,
            reference=reference_of(payout),
            shares=_released(decision),
            now=now,
        )


def _released(decision: Disbursement) -> list[Taken]:
    """Read out of the ledger which pot's money a decision has released."""
    rows = booked("disbursement_released", f"disbursement:{decision.pk}")
    return [Taken(postings.fund_in(row.debit_id), row.amount_cents) for row in rows]


def _done(
    payout: Payout, decision: Disbursement, now: dt.datetime, *, by: User | None = None, **changes: Any
) -> None:
    advance(payout, PayoutStatus.DONE, table=PAYOUT_TRANSITIONS, now=now, by=by, done_at=now, **changes)
    advance(decision, DisbursementStatus.PAID, table=DISBURSEMENT_TRANSITIONS, now=now, by=by)
    tell_team_paid(disbursement=decision, now=now)


def fail_payout(*, payout: Payout, why: str, now: dt.datetime) -> None:
    """Note that a payout was refused for good, or came back after it had left: then its posting is reversed.

    The money is payable again: an officer tries again, or makes the disbursement void. Nothing happens the second time.
    """
    with transaction.atomic():
        lock_channel(payout.disbursement.campaign_id, payout.disbursement.channel)
        decision = lock_disbursement(payout.disbursement_id)
        locked = lock_payout(payout.pk)
        if locked.status == PayoutStatus.FAILED:
            return
        came_back = locked.status == PayoutStatus.DONE
        advance(
            locked,
            PayoutStatus.FAILED,
            table=PAYOUT_TRANSITIONS,
            now=now,
            why=why[:200],
            error=why[:200],
            done_at=None,
            due_at=None,
            leased_until=None,
        )
        if came_back:
            _take_back(locked, decision, why, now)
        tell_failed(payout=locked, now=now)
    payout.refresh_from_db()


def _take_back(payout: Payout, decision: Disbursement, why: str, now: dt.datetime) -> None:
    booked = LedgerTransfer.objects.get(
        code="payout_executed", reference=reference_of(payout), reverses__isnull=True
    )
    reverse(transfer=booked, reference=f"{reference_of(payout)}:back", now=now)
    if decision.channel == Channel.SPONSOR:
        take_back_tranche(campaign_id=decision.campaign_id, reference=reference_of(payout), now=now)
    advance(decision, DisbursementStatus.APPROVED, table=DISBURSEMENT_TRANSITIONS, now=now, why=why[:200])


def retry_payout(*, payout: Payout, by: User, now: dt.datetime) -> None:
    """Try a failed payout again, as a new try. What was approved is compared once more before it is sent.

    Raises `Refused` when it has not failed, `NotAllowed` unless an officer who is no member of the beneficiary.
    """
    require(can_retry_payout(by, payout))
    with transaction.atomic():
        lock_channel(payout.disbursement.campaign_id, payout.disbursement.channel)
        locked = lock_payout(payout.pk)
        if locked.status != PayoutStatus.FAILED:
            raise Refused("not_failed", _("This payout has not failed: there is nothing to try again."))
        if locked.transfer_id:  # it came back: what is sent next is another transfer
            next_try(locked)
        advance(
            locked,
            PayoutStatus.CREATED,
            table=PAYOUT_TRANSITIONS,
            now=now,
            by=by,
            transfer_id="",
            error="",
            due_at=now if locked.kind == PayoutKind.CONNECT_TRANSFER else None,
        )
        jobs.wake("payouts.execute")
    payout.refresh_from_db()


# The match: a mandate of the municipal treasury


def record_mandate(
    *, payout: Payout, number: str, on: dt.date, amount_cents: int, by: User, now: dt.datetime
) -> None:
    """Record the mandate by which the treasury pays a tranche. Its receipt is confirmed in a second step.

    Raises `Invalid` for an empty number, a future date or an amount that is not the tranche's.
    """
    require(can_record_mandate(by, payout))
    if not number.strip():
        raise Invalid("missing", _("Write the number of the mandate."), field="number")
    if on > _day(now):
        raise Invalid("future_date", _("The mandate's date is in the future."), field="on")
    if amount_cents != payout.amount_cents:
        raise Invalid("other_amount", _("The mandate's amount is not the tranche's."), field="amount_cents")
    with transaction.atomic():
        locked = lock_payout(payout.pk)
        check_not_stopped(locked.disbursement.campaign_id)
        check_mandate(locked, PayoutStatus.CREATED)
        advance(
            locked,
            PayoutStatus.UNKNOWN,
            table=PAYOUT_TRANSITIONS,
            now=now,
            by=by,
            why=f"mandate {number.strip()}"[:200],
            mandate_number=number.strip(),
            mandate_on=on,
            mandate_by=by,
        )


def confirm_receipt(*, payout: Payout, receipt_on: dt.date, by: User, now: dt.datetime) -> None:
    """Record the treasurer's receipt: the tranche is paid, and the ladder says so."""
    require(can_record_mandate(by, payout))
    if receipt_on > _day(now):
        raise Invalid("future_date", _("The receipt's date is in the future."), field="receipt_on")
    with transaction.atomic():
        decision = lock_disbursement(payout.disbursement_id)
        locked = lock_payout(payout.pk)
        check_mandate(locked, PayoutStatus.UNKNOWN)
        if locked.mandate_on and receipt_on < locked.mandate_on:
            raise Invalid(
                "before_mandate", _("The receipt can't be older than its mandate."), field="receipt_on"
            )
        _done(locked, decision, now, by=by, receipt_on=receipt_on, receipt_by=by)
        disburse_tranche(
            campaign_id=locked.disbursement.campaign_id,
            cents=locked.amount_cents,
            reference=f"payout:{locked.pk}",
            now=now,
        )


def check_mandate(payout: Payout, *expected: PayoutStatus) -> None:
    """Hold a payout to being a mandate at one of these steps. Raises `Refused`."""
    if payout.kind != PayoutKind.TREASURY_MANDATE:
        raise Refused("not_a_mandate", _("This tranche is not paid by the treasury."))
    if payout.status not in expected:
        raise Refused("mandate_step", _("This step was done already, or the mandate is not recorded yet."))
