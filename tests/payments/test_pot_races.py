"""Races for the pots, on real connections: never over-committed, and each with a control that shows the damage."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from accounts.enums import Role
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import StaleState
from payments.matching.formula import Crowd
from payments.matching.models import CommitmentAct, FundChange, MatchFund, Reservation
from payments.matching.selectors import books_that_disagree
from payments.matching.services import (
    approve_fund_change,
    confirm_act,
    funds,
    propose_match,
    record_act,
    reserve_match,
)
from tests import world
from tests.payments.test_matching import ACT, application, call, draft, top_up
from tests.race import race
from tests.world import NOW

if TYPE_CHECKING:
    from campaigns.calls.models import Application

GUARDS = {
    "matching_matchfund": ["match_fund_balanced"],
    "matching_reservation": ["match_reservation_born", "match_reservation_balanced"],
}


def _guards(deed: str) -> None:
    with connection.cursor() as cursor:
        for table, names in GUARDS.items():
            for name in names:
                cursor.execute(f"ALTER TABLE {table} {deed} TRIGGER {name}")


@pytest.fixture
def unguarded(transactional_db):
    """A database without the constraint that a pot is never over-committed: what the code alone is worth."""
    _guards("DISABLE")
    yield
    _guards("ENABLE")


@pytest.mark.django_db(transaction=True)
class TestTheLastEuro:
    """Eight admissions want a pot that carries three."""

    def applications(self) -> list[Application]:
        of = call(pot_cents=1_800_000)
        return [application(of) for _ in range(8)]

    def test_exactly_three_get_it(self):
        apps = self.applications()
        ends = race(8, lambda n: reserve_match(application=apps[n], now=NOW))
        assert [end.code for end in ends if isinstance(end, Refused)] == ["pot_empty"] * 5
        assert Reservation.objects.count() == 3
        assert MatchFund.objects.get().free_cents == 0
        assert books_that_disagree() == []

    def test_the_control_overspends(self, unguarded):
        """The same without the conditional update: read, check, write, and the pot gives more than it holds."""
        apps = self.applications()
        given = []

        def careless(n: int) -> None:
            fund = MatchFund.objects.get(pk=apps[n].call.funds.get().pk)
            if fund.free_cents >= 600_000:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.05)")
                MatchFund.objects.filter(pk=fund.pk).update(free_cents=fund.free_cents - 600_000)
                given.append(n)

        race(8, careless)
        assert len(given) * 600_000 > 1_800_000

    def test_a_top_up_and_reservations_at_once_add_up(self, monkeypatch):
        assert self._top_up_while_reserving(monkeypatch, careful=True) == []

    def test_the_control_loses_one_of_them(self, monkeypatch, unguarded):
        """The same with figures read first and written back: what was reserved meanwhile is free again."""
        assert self._top_up_while_reserving(monkeypatch, careful=False) != []

    def _top_up_while_reserving(self, monkeypatch, *, careful: bool) -> list[str]:
        apps = self.applications()[:3]
        change = top_up(apps[0].call)
        approver = world.staff(Role.APPROVER)
        read, reserved = threading.Event(), threading.Event()
        if careful:
            read.set()
        else:

            def grow(fund: MatchFund, cents: int) -> None:
                read.set()
                assert reserved.wait(10)
                MatchFund.objects.filter(pk=fund.pk).update(
                    opened_cents=fund.opened_cents + cents, free_cents=fund.free_cents + cents
                )

            monkeypatch.setattr(funds, "_grow", grow)

        def work(n: int) -> None:
            if n:
                assert read.wait(10)
                reserve_match(application=apps[n], now=NOW)
                reserved.set()
            else:
                approve_fund_change(change=change, by=approver, now=NOW)

        assert race(3, work) == [None] * 3
        return books_that_disagree()

    def test_two_approvals_open_one_pot(self):
        waiting = draft()
        change = waiting.fund_changes.get()
        approvers = [world.staff(Role.APPROVER) for _ in range(2)]
        ends = race(
            2,
            lambda n: approve_fund_change(
                change=FundChange.objects.get(pk=change.pk), by=approvers[n], now=NOW
            ),
        )
        assert sum(isinstance(end, Refused) for end in ends) == 1
        assert MatchFund.objects.get().opened_cents == 10_000_000

    def test_two_confirmations_bind_once(self):
        [reservation] = reserve_match(application=self.applications()[0], now=NOW)
        propose_match(
            campaign=reservation.campaign, pledged=Crowd(400_000, 10), collected=Crowd(400_000, 10), now=NOW
        )
        reservation.refresh_from_db()
        act = record_act(reservation=reservation, act=ACT, by=world.staff(Role.OFFICER), now=NOW)
        approvers = [world.staff(Role.APPROVER) for _ in range(2)]
        acts = [
            CommitmentAct.objects.select_related("reservation__campaign__project").get(pk=act.pk)
            for _ in range(2)
        ]
        ends = race(2, lambda n: confirm_act(act=acts[n], by=approvers[n], now=NOW))
        assert sum(isinstance(end, StaleState) for end in ends) == 1
        assert books_that_disagree() == []
