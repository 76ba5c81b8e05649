"""`manage.py reconcile`: Stripe's movements against the books, now."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.db.models import Q
from django.utils.translation import override

from crowdfund.kit import clock, jobs
from crowdfund.kit.money import format_euro
from payments.reconciliation.enums import UNDER_WAY, RunStatus
from payments.reconciliation.models import ReconciliationRun
from payments.reconciliation.selectors.differences import open_differences, sentence_of
from payments.reconciliation.services.runs import ask_for_run, carry_out

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from payments.reconciliation.models import Difference

DIFFER, OUTAGE = 1, 2
LONGEST_WAIT = 600.0  # seconds, for a reconciliation that another worker carries out


class Command(BaseCommand):
    """Reconcile and list what differs. Exits 0 when nothing is open, 1 when something is, 2 when Stripe is away."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say how it may be asked."""
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it and exit by what it found."""
        run = _carried_out()
        if run.status != RunStatus.DONE:
            self.stderr.write(f"could not be done: {run.error or run.status}")
            sys.exit(OUTAGE)
        rows = list(open_differences())
        with override("en"):
            self.stdout.write(_as_json(run, rows) if options["json"] else _as_table(run, rows))
        if rows:
            sys.exit(DIFFER)


def _carried_out() -> ReconciliationRun:
    """Carry the run out here; one that another worker has is waited for."""
    now = clock.now()
    run = ask_for_run(by=None, now=now)
    ReconciliationRun.objects.filter(pk=run.pk, status=RunStatus.WAITING).update(due_at=now)
    until = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < until:
        mine = jobs.claim(ReconciliationRun, Q(pk=run.pk, status__in=UNDER_WAY), now=now)
        if mine:
            carry_out(mine[0], now=now, patient=False)
        run.refresh_from_db()
        if run.status not in UNDER_WAY:
            break
        time.sleep(0.5)
    return run


def _line(difference: Difference) -> dict[str, Any]:
    return {
        "what": sentence_of(difference),
        "subject": difference.subject,
        "kind": difference.kind,
        "moved_cents": difference.moved_cents,
        "booked_cents": difference.booked_cents,
        "difference_cents": difference.difference_cents,
        "proposal": difference.proposal,
        "since": difference.opened_at.isoformat(),
    }


def _as_json(run: ReconciliationRun, rows: list[Difference]) -> str:
    figures = {
        "stripe_cents": run.stripe_cents,
        "ledger_cents": run.ledger_cents,
        "in_flight": run.in_flight,
        "in_flight_cents": run.in_flight_cents,
        "movements_read": run.movements_read,
        "bank_on": run.bank_on.isoformat() if run.bank_on else None,
        "bank_cents": run.bank_cents,
        "bank_ledger_cents": run.bank_ledger_cents,
    }
    return json.dumps(figures | {"open": [_line(row) for row in rows]}, indent=2)


def _as_table(run: ReconciliationRun, rows: list[Difference]) -> str:
    def euro(cents: int | None) -> str:
        return format_euro(cents or 0, "en")

    sides = f"Stripe {euro(run.stripe_cents)} · books {euro(run.ledger_cents)}"
    lines = [f"{sides} · on the way {euro(run.in_flight_cents)} ({run.in_flight})"]
    if run.bank_on:
        bank = f"Bank {euro(run.bank_cents)} on {run.bank_on.isoformat()}"
        lines.append(f"{bank} · books {euro(run.bank_ledger_cents)}")
    for row in rows:
        lines.append(f"{euro(row.difference_cents):>14}  {row.get_kind_display()}: {sentence_of(row)}")
        lines.append(
            f"{'':>14}  moved {euro(row.moved_cents)}, booked {euro(row.booked_cents)} – {row.get_proposal_display()}"
        )
    return "\n".join([*lines, f"{len(rows)} open"])
