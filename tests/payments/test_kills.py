"""A worker killed at each named step of a deed at Stripe, and another that goes on: the deed is done exactly once.

Real processes: the worker is started here, forks a child for each order, and the child kills itself with SIGKILL.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, models

from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.ledger.selectors import credit_balance, debit_balance
from payments.models import ChargeAttempt, Disbursement, Pledge, TransferReversal
from payments.services.charge import begin_charges
from tests import world
from tests.payments.back import (
    advance,
    again,
    at_stripe,
    collected,
    decided,
    fee_of,
    held,
    pay_out,
    release,
    sound,
)
from tests.payments.bank import PAYS_AT_ONCE, Bank, pledge
from tests.payments.killed_worker import STEPS
from tests.payments.standin.machine import REPOSITORY
from tests.world import NOW

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
CENTS = 10_000
# what each step leaves behind: the row's status after the death, and how often Stripe has done it
LEFT = {
    "before-it-is-marked-sent": ("created", 0),
    "after-it-is-marked-sent": ("unknown", 0),
    "before-the-call": ("unknown", 0),
    "after-the-call": ("unknown", 1),
    "before-the-answer-is-kept": ("unknown", 1),
    "after-the-answer-is-kept": ("done", 1),
}


@dataclass
class Deed:
    """Something that must happen once: its row, the drain that does it, its call, and how often Stripe has done it."""

    row: models.Model
    drain: str
    call: str
    count: Callable[[], int]
    books: Callable[[], None]
    done: str = "done"


class Worker:
    """The process that forks workers."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.payments.killed_worker"],
            cwd=REPOSITORY,
            env={**os.environ, "KILLED_WORKER_DATABASE": str(connection.settings_dict["NAME"])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def order(self, **what: Any) -> dict[str, int]:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({**what, "clock": clock.offset().total_seconds()}) + "\n")
        self.process.stdin.flush()
        found: dict[str, int] = json.loads(self._line())
        return found

    def stop(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def worker(django_db_setup: None) -> Iterator[Worker]:
    started = Worker()
    yield started
    started.stop()


# The deeds


def charge(bank: Bank, at: Any) -> Deed:
    campaign = world.campaign(status="collecting", recovery_ends_at=NOW + dt.timedelta(days=7))
    given = pledge(campaign, bank, cents=CENTS, token=PAYS_AT_ONCE)
    begin_charges(now=NOW)

    def books() -> None:
        assert again(given).status == "collected"
        assert held(campaign) == CENTS - fee_of(CENTS)

    row = ChargeAttempt.objects.get()
    return Deed(
        row,
        "pledges.charge",
        "POST /v1/payment_intents",
        lambda: len(bank.charges(given)),
        books,
        "succeeded",
    )


def refund(bank: Bank, at: Any) -> Deed:
    [given] = collected(bank, at, CENTS)
    Campaign.objects.update(status="collecting")
    advance(bank)
    row = decided(again(given), CENTS // 2)

    def books() -> None:
        assert again(given).status == "partly_refunded"
        assert credit_balance(f"refund_due:{given.campaign_id}") == 0
        assert held(given.campaign) == CENTS // 2 - fee_of(CENTS)

    return Deed(row, "refunds.execute", "POST /v1/refunds", lambda: refunds_of(bank, given), books)


def refunds_of(bank: Bank, given: Pledge) -> int:
    [intent] = bank.charges(given)
    return len(bank.stripe.refunds.list({"payment_intent": intent.id}).data)


def payout(bank: Bank, at: Any) -> Deed:
    [given] = collected(bank, at, CENTS)
    campaign = given.campaign
    advance(bank)
    row = release(bank, campaign)

    def books() -> None:
        assert Disbursement.objects.get().status == "paid"
        assert credit_balance(f"payable:{campaign.pk}") == held(campaign) == 0

    def count() -> int:
        return len(bank.stripe.transfers.list({"transfer_group": f"campaign:{campaign.pk}"}).data)

    return Deed(row, "payouts.execute", "POST /v1/transfers", count, books)


def reversal(bank: Bank, at: Any) -> Deed:
    [given] = collected(bank, at, CENTS)
    campaign = given.campaign
    advance(bank)
    paid = pay_out(bank, campaign)
    back = decided(again(given), CENTS // 2)
    row = TransferReversal.objects.get()

    def books() -> None:
        back.refresh_from_db()
        assert back.status == "created"  # what it waited for has come back
        assert credit_balance(f"refund_due:{campaign.pk}") == CENTS // 2
        assert held(campaign) == 0

    def count() -> int:
        return len(bank.stripe.transfers.reversals.list(paid.transfer_id).data)

    return Deed(row, "reversals.execute", f"POST /v1/transfers/{paid.transfer_id}/reversals", count, books)


DEEDS = {"charge": charge, "refund": refund, "payout": payout, "reversal": reversal}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("deed", DEEDS)
def test_a_worker_dies_and_another_goes_on(deed: str, step: str, bank: Bank, at: Any, worker: Worker) -> None:
    at(NOW)
    before = at_stripe(bank) - debit_balance("cash:stripe")
    what = DEEDS[deed](bank, at)
    orders = {"drain": what.drain, "stripe": bank.url, "table": what.row._meta.db_table, "row": what.row.pk}
    assert worker.order(**orders, step=step, call=what.call, done=what.done) == {"signal": signal.SIGKILL}

    what.row.refresh_from_db()
    status, times = LEFT[step]
    assert (what.row.status, what.count()) == (status.replace("done", what.done), times)

    type(what.row).objects.update(leased_until=None)  # the dead worker's lease has ended
    assert worker.order(**orders) == {"exit": 0}
    what.row.refresh_from_db()
    assert (what.row.status, what.count()) == (what.done, 1)
    what.books()
    assert at_stripe(bank) - debit_balance("cash:stripe") == before
    sound()
