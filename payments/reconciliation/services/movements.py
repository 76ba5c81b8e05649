"""Reading what moved at Stripe into rows: a page outside of every transaction, then its rows at once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from crowdfund.kit import jobs
from payments.gateway.balance import movements_since
from payments.reconciliation.enums import RunStatus
from payments.reconciliation.models import ReconciliationRun, StripeMovement
from payments.reconciliation.selectors.owners import roots_of

if TYPE_CHECKING:
    from payments.gateway.balance import Movement

OVERLAP = dt.timedelta(hours=1)
"""Read once more each time: what Stripe wrote while the last reconciliation read."""
BATCH = 1_000


class LostClaim(Exception):  # noqa: N818 - another worker has it
    """The lease ran out while Stripe was being read."""


def read_movements(run: ReconciliationRun) -> None:
    """Read every movement since the last finished run, and write the new ones. What was read stands in `run`.

    Reading the same again changes nothing. Raises `GatewayError`, or `LostClaim`.
    """
    before = ReconciliationRun.objects.filter(status=RunStatus.DONE, seen_until__isnull=False).first()
    since = before.seen_until - OVERLAP if before and before.seen_until else None
    run.seen_until = run.seen_until or (before.seen_until if before else None)
    for page in movements_since(since):
        if not jobs.keep(run):
            raise LostClaim
        run.movements_read += len(page)
        run.movements_new += _write(page)
        newest = max(movement.created_at for movement in page)
        run.seen_until = max(run.seen_until or newest, newest)
        ReconciliationRun.objects.filter(pk=run.pk).update(
            movements_read=run.movements_read, movements_new=run.movements_new
        )


def _write(page: list[Movement]) -> int:
    known = set(
        StripeMovement.objects.filter(
            balance_transaction_id__in=[movement.id for movement in page]
        ).values_list("balance_transaction_id", flat=True)
    )
    fresh = [_row(movement) for movement in page if movement.id not in known]
    StripeMovement.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _row(movement: Movement) -> StripeMovement:
    return StripeMovement(
        balance_transaction_id=movement.id,
        type=movement.type[:60],
        category=movement.category[:60],
        source_id=movement.source_id,
        charge_id=movement.charge_id,
        payment_intent_id=movement.payment_intent_id,
        transfer_id=movement.transfer_id,
        metadata=dict(movement.metadata),
        description=movement.description[:200],
        gross_cents=movement.gross_cents,
        fee_cents=movement.fee_cents,
        net_cents=movement.net_cents,
        currency=movement.currency,
        balance_type=movement.balance_type,
        created_at=movement.created_at,
        available_on=movement.available_on,
    )


def find_owners() -> int:
    """Look for the rows of movements that have none yet; return how many were found."""
    found = 0
    last = 0
    while True:
        rows = list(StripeMovement.objects.filter(root="", pk__gt=last).order_by("pk")[:BATCH])
        if not rows:
            return found
        last = rows[-1].pk
        roots = roots_of(rows)
        owned = [row for row in rows if row.pk in roots]
        for row in owned:
            row.root = roots[row.pk]
        StripeMovement.objects.bulk_update(owned, ["root"])
        found += len(owned)
