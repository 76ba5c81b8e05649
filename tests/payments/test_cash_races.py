"""Two people at one desk, two desks and one refund: numbers without gaps, a till never below zero.

Each lock has its control: the same race without it, and the damage.
"""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest

from crowdfund.kit.errors import Refused
from payments.cash import locks
from payments.cash.models import CashDesk, DeskReceipt, DeskSeries
from payments.cash.selectors.desks import missing_numbers
from payments.cash.services import closings, give_back, receipts
from payments.cash.services.closings import close_day
from payments.cash.services.give_back import return_cash
from tests import world
from tests.payments import counter
from tests.payments.counter import miss, owed, take, till
from tests.race import race
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 4


def test_receipts_taken_at_once_have_numbers_without_gaps():
    desk, campaign = counter.desk(), world.campaign()
    hands = [counter.operator(desk) for _ in range(HANDS)]
    ends = race(HANDS, lambda n: take(desk, hands[n], campaign).number)
    assert sorted(ends) == [1, 2, 3, 4]
    assert (missing_numbers(desk, 2026), till(desk)) == ([], HANDS * 5_000)


def test_without_the_lock_two_receipts_want_one_number(monkeypatch):
    """The control: everybody reads the last number, nobody waits; the database refuses all but one."""
    desk, campaign = counter.desk(), world.campaign()
    hands = [counter.operator(desk) for _ in range(HANDS)]
    take(desk, hands[0], campaign)
    gate = threading.Barrier(HANDS)

    def unlocked(desk_id, year):
        series = DeskSeries.objects.get(desk_id=desk_id, year=year)
        gate.wait(10)
        return series

    monkeypatch.setattr(receipts, "lock_series", unlocked)
    ends = race(HANDS, lambda n: take(desk, hands[n], campaign).number)
    assert sum(isinstance(end, Exception) for end in ends) == HANDS - 1
    assert DeskReceipt.objects.count() == 2


def test_a_form_sent_four_times_at_once_gives_one_receipt():
    desk, campaign, once = counter.desk(), world.campaign(), uuid.uuid4()
    nina = counter.operator(desk)
    ends = race(HANDS, lambda n: take(desk, nina, campaign, once=once).pk)
    assert len(set(ends)) == 1
    assert (DeskReceipt.objects.count(), till(desk)) == (1, 5_000)


def two_returns(monkeypatch, *, locked: bool) -> tuple[list[Any], CashDesk]:
    """Hand back € 50 twice, for two campaigns, from a till that holds € 60."""
    desk, source = counter.desk(), counter.desk()
    hands = [counter.operator(desk, source) for _ in range(2)]
    refunds = []
    for hand in hands:
        campaign = world.campaign()
        receipt = take(source, hand, campaign)
        miss(campaign)
        refunds.append(owed(receipt))
    take(desk, hands[0], world.campaign(), cents=6_000)
    if not locked:
        gate = threading.Barrier(2)
        real = give_back.check_till

        def look_and_wait(found, cents):
            real(found, cents)
            gate.wait(10)

        monkeypatch.setattr(give_back, "lock_desk", lambda pk: CashDesk.objects.get(pk=pk))
        monkeypatch.setattr(give_back, "check_till", look_and_wait)
    ends = race(
        2,
        lambda n: return_cash(refund=refunds[n], desk=desk, signature_name="Dario", by=hands[n], now=NOW).pk,
    )
    return ends, desk


def test_a_till_gives_no_more_than_it_holds(monkeypatch):
    ends, desk = two_returns(monkeypatch, locked=True)
    refused = [end for end in ends if isinstance(end, Refused)]
    assert [end.code for end in refused] == ["till_too_low"]
    assert till(desk) == 1_000


def test_without_the_lock_a_till_goes_below_zero(monkeypatch):
    """The control."""
    ends, desk = two_returns(monkeypatch, locked=False)
    assert not any(isinstance(end, Exception) for end in ends)
    assert till(desk) == -4_000


def test_one_refund_is_handed_back_once_by_two_desks():
    campaign = world.campaign()
    desks = [counter.desk(), counter.desk()]
    nina = counter.operator(*desks)
    receipt = take(desks[0], nina, campaign)
    miss(campaign)
    take(desks[1], nina, world.campaign())
    refund = owed(receipt)
    ends = race(
        2, lambda n: return_cash(refund=refund, desk=desks[n], signature_name="D", by=nina, now=NOW).pk
    )
    assert [end.code for end in ends if isinstance(end, Refused)] == ["returned_already"]
    assert sum(till(desk) for desk in desks) == 5_000


def count_while_taking(monkeypatch, *, locked: bool) -> tuple[Any, Any, CashDesk]:
    """Close the day at the very moment when cash is being taken."""
    desk, campaign = counter.desk(), world.campaign()
    nina, ivo = counter.operator(desk), counter.operator(desk, name="Ivo")
    taking, closed = threading.Event(), threading.Event()
    real = locks.lock_series

    def slow(desk_id, year):
        series = real(desk_id, year)
        taking.set()
        closed.wait(0.5)  # locked: the count can't get through, and this ends by itself
        return series

    monkeypatch.setattr(receipts, "lock_series", slow)
    if not locked:
        monkeypatch.setattr(closings, "lock_desk", lambda pk: CashDesk.objects.get(pk=pk))

    def work(n):
        if n:
            return take(desk, nina, campaign)
        taking.wait(10)
        closing = close_day(desk=desk, counted_cents=5_000, by=ivo, now=NOW, reason="x")
        closed.set()
        return closing

    closing, receipt = race(2, work)
    return closing, receipt, desk


def test_a_count_waits_for_the_cash_that_is_being_taken(monkeypatch):
    closing, receipt, _desk = count_while_taking(monkeypatch, locked=True)
    assert (closing.booked_cents, closing.last_receipt) == (5_000, receipt)


def test_without_the_lock_cash_slips_in_behind_the_count(monkeypatch):
    """The control: a receipt of a day that was closed without it."""
    closing, receipt, _desk = count_while_taking(monkeypatch, locked=False)
    assert (closing.booked_cents, closing.last_receipt) == (0, None)
    assert receipt.issued_on == closing.day
