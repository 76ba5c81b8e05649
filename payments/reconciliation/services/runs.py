"""A reconciliation from its order to its end: asked for or nightly, one at a time, tried again when Stripe is away."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from accounts.permissions import require
from crowdfund.kit import clock, jobs
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.bank.selectors.balance import our_account
from payments.gateway.balance import read_balance
from payments.gateway.client import GatewayError
from payments.gateway.events import configured
from payments.ledger.selectors import debit_balance
from payments.reconciliation.enums import (
    RUN_TRANSITIONS,
    UNDER_WAY,
    DifferenceKind,
    DifferenceStatus,
    Family,
    Proposal,
    RunKind,
    RunStatus,
    RunStep,
)
from payments.reconciliation.models import Difference, ReconciliationRun
from payments.reconciliation.permissions import can_reconcile
from payments.reconciliation.selectors.bank_side import compare_bank
from payments.reconciliation.selectors.sides import Found, compare, moved_cents
from payments.reconciliation.services.letters import tell_books_differ
from payments.reconciliation.services.movements import LostClaim, find_owners, read_movements
from payments.reconciliation.services.notes import note_differences

if TYPE_CHECKING:
    from accounts.models import User
    from payments.gateway.balance import Balance

log = logging.getLogger(__name__)
NIGHT = dt.time(3)  # in the city
TRY_AGAIN = dt.timedelta(minutes=10)
MOST_ATTEMPTS = 12
READINGS = 3
"""How often movements and balance are read until they fit: something may move in between."""
ORDER_LOCK = 7_312


def ask_for_run(*, by: User | None, now: dt.datetime) -> ReconciliationRun:
    """Order a reconciliation, or return the one under way. Officers only; `by=None` is the command line."""
    if by is not None:
        require(can_reconcile(by))
    with transaction.atomic():
        lock_orders()
        found = ReconciliationRun.objects.filter(status__in=UNDER_WAY).first()
        run = found or _order(now, kind=RunKind.ASKED, asked_by=by)
    jobs.wake("reconciliation.run")
    return run


def lock_orders() -> None:
    """Let one at a time look whether a reconciliation is under way, and order one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ORDER_LOCK])


def _order(now: dt.datetime, **fields: object) -> ReconciliationRun:
    run = ReconciliationRun.objects.create(created_at=now, due_at=now, **fields)
    record_birth(run, now=now, by=fields.get("asked_by"))
    return run


def order_nightly() -> int:
    """Order this night's reconciliation once it is three in the morning (the drain `reconciliation.nightly`)."""
    now = clock.now()
    local = now.astimezone(clock.CIVIL)
    if not settings.RECONCILE_NIGHTLY or not configured() or local.time() < NIGHT:
        return 0
    if ReconciliationRun.objects.filter(night=local.date()).exists():
        return 0
    with transaction.atomic():
        lock_orders()
        if ReconciliationRun.objects.filter(night=local.date()).exists():
            return 0
        _order(now, kind=RunKind.NIGHTLY, night=local.date())
    return 1


def run_due() -> int:
    """Carry out what was ordered (the drain `reconciliation.run`); return how many were worked on."""
    now = clock.now()
    waiting = Q(status__in=UNDER_WAY)
    return jobs.each(jobs.claim(ReconciliationRun, waiting, now=now, limit=1), partial(carry_out, now=now))


def carry_out(run: ReconciliationRun, *, now: dt.datetime, patient: bool = True) -> None:
    """Read, compare and write down. When Stripe is away it waits and tries again, unless it is not `patient`."""
    if run.status == RunStatus.WAITING:
        advance(run, RunStatus.RUNNING, table=RUN_TRANSITIONS, now=now)
    try:
        balance = _read_all(run)
    except LostClaim:
        return
    except GatewayError as error:
        _stripe_is_away(run, error, now, patient=patient)
        return
    ReconciliationRun.objects.filter(pk=run.pk).update(step=RunStep.COMPARING)
    find_owners()
    at_stripe, at_bank = compare(now=now), compare_bank(now=now)
    found = [*at_stripe.differences, *_unexplained(balance), *at_bank.differences]
    with transaction.atomic():
        if not jobs.still_mine(run):
            return
        fresh = note_differences(found=found, run=run, now=now)
        advance(
            run,
            RunStatus.DONE,
            table=RUN_TRANSITIONS,
            now=now,
            step=RunStep.ENDED,
            available_cents=balance.available_cents,
            pending_cents=balance.pending_cents,
            reserved_cents=balance.reserved_cents,
            ledger_cents=debit_balance(postings.STRIPE),
            in_flight=at_stripe.in_flight + at_bank.in_flight,
            in_flight_cents=at_stripe.in_flight_cents,
            **_account(),
            open_differences=Difference.objects.filter(status=DifferenceStatus.OPEN).count(),
            new_differences=len(fresh),
            seen_until=run.seen_until,
            error="",
            finished_at=now,
            due_at=None,
            leased_until=None,
        )
        if fresh and run.kind == RunKind.NIGHTLY:
            tell_books_differ(run=run, now=now)


def _read_all(run: ReconciliationRun) -> Balance:
    """Read the movements, then the balance, until they fit: between two calls something may move."""
    balance = None
    for _reading in range(READINGS):
        read_movements(run)
        balance = read_balance()
        if balance.cents == moved_cents():
            break
    assert balance is not None  # noqa: S101 - it was read at least once
    return balance


def _account() -> dict[str, Any]:
    """Read what the bank's newest statement and the books say of our account."""
    ours = our_account()
    return {
        "bank_on": ours.statement_on,
        "bank_cents": ours.statement_cents,
        "bank_ledger_cents": ours.ledger_cents if ours.statement_on else None,
    }


def _unexplained(balance: Balance) -> list[Found]:
    moved = moved_cents()
    if balance.cents == moved:
        return []
    return [
        Found(
            subject="balance:stripe",
            family=Family.BALANCE,
            root="",
            source="",
            kind=DifferenceKind.BALANCE,
            proposal=Proposal.NONE,
            moved_cents=balance.cents,
            booked_cents=moved,
        )
    ]


def _stripe_is_away(run: ReconciliationRun, error: GatewayError, now: dt.datetime, *, patient: bool) -> None:
    log.warning("reconciliation %s could not read Stripe: %s", run.pk, error)
    again = patient and run.attempts + 1 < MOST_ATTEMPTS
    with transaction.atomic():
        if not jobs.still_mine(run):
            return
        advance(
            run,
            RunStatus.WAITING if again else RunStatus.FAILED,
            table=RUN_TRANSITIONS,
            now=now,
            why=str(error)[:200],
            error=str(error)[:200],
            attempts=run.attempts + 1,
            due_at=now + TRY_AGAIN if again else None,
            leased_until=None,
            finished_at=None if again else now,
        )
