"""Races for the pots, on real connections: never over-committed, and each with a control that shows the damage."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection

from accounts.enums import Role
from campaigns.models import Campaign
from crowdfund.kit import jobs
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import StaleState
from payments.matching.formula import Crowd
from payments.matching.models import CommitmentAct, FundChange, MatchFund, Reservation
from payments.matching.selectors import books_that_disagree
from payments.matching.services import (
    Taken,
    approve_fund_change,
    confirm_act,
    confirm_extension,
    disburse_tranche,
    funds,
    give_back,
    pot,
    propose_match,
    record_act,
    record_extension,
    release_reservation,
    reserve_match,
    take,
    tranches,
)
from tests import world
from tests.payments import bank
from tests.payments.pots import closing, sponsored
from tests.payments.test_matching import ACT, application, call, draft, top_up
from tests.race import race
from tests.world import NOW

if TYPE_CHECKING:
    from campaigns.calls.models import Application

at = bank.at
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


CLIENTS = 64


@pytest.mark.xdist_group("sixty_four_connections")  # one worker at a time: the server has a hundred
@pytest.mark.django_db(transaction=True)
class TestSixtyFourClientsOnTheLastEuro:
    """Ten euros in two pots, € 7.50 of the city's and € 2.50 of a sponsor's; 64 clients want one each."""

    @pytest.fixture
    def campaigns(self):
        of = call(pot_cents=750)
        sponsored(of, 250)
        return [application(of).campaign for _ in range(8)]

    def rush(self, campaigns) -> tuple[list[object], int, int]:
        """Let all clients take at once; return how each ended, what was committed, and what is free."""

        def one(n: int) -> list[Taken]:
            campaign = Campaign.objects.select_related("application", "project__organisation").get(
                pk=campaigns[n % len(campaigns)].pk
            )
            return take(campaign=campaign, cents=100, now=NOW, whole=True)

        ends = race(CLIENTS, one)
        free = sum(MatchFund.objects.values_list("free_cents", flat=True))
        return ends, Reservation.objects.all().figures()["standing_cents"], free

    def test_what_is_committed_is_the_pot_exactly(self, campaigns):
        ends, committed, free = self.rush(campaigns)
        assert (committed, free) == (1_000, 0)
        won = [end for end in ends if isinstance(end, list)]
        assert len(won) == 10
        assert [end.code for end in ends if isinstance(end, Refused)] == ["pot_empty"] * 54
        assert sum(part.cents for parts in won for part in parts) == 1_000
        assert books_that_disagree() == []

    def careless(self, fund_id: int, cents: int) -> int:
        """The same as it was written before: look, then take."""
        free = MatchFund.objects.values_list("free_cents", flat=True).get(pk=fund_id)
        got = min(free, cents)
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.1)")
            MatchFund.objects.filter(pk=fund_id).update(free_cents=free - got)
        return got

    def test_the_sabotaged_build_overshoots(self, campaigns, monkeypatch, unguarded):
        monkeypatch.setattr(pot, "_take_from", self.careless)
        _ends, committed, _free = self.rush(campaigns)
        assert committed > 1_000

    def test_the_database_alone_refuses_it(self, campaigns, monkeypatch):
        """The sabotaged build again, with the constraint in its place: whoever would overshoot is undone."""
        monkeypatch.setattr(pot, "_take_from", self.careless)
        ends, committed, free = self.rush(campaigns)
        assert any(isinstance(end, IntegrityError) for end in ends)
        assert committed + free == 1_000
        assert books_that_disagree() == []


def unlocked(campaign_id: int) -> list[Reservation]:
    """Read a campaign's reservations and hold nothing; long enough for somebody else to do the same."""
    rows = list(Reservation.objects.of_campaign(campaign_id))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.2)")
    return rows


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    """The city's pot of € 4,000 and a sponsor's of € 5,000, of which one campaign has € 6,000."""

    @pytest.fixture
    def two(self):
        of = call(pot_cents=400_000)
        theirs = sponsored(of, 500_000)
        asked = application(of)
        reserve_match(application=asked, now=NOW)
        return asked.campaign, theirs

    def other(self, theirs: MatchFund) -> Application:
        """Another campaign, of half the size."""
        return application(theirs.call, cost_cents=500_000, goal_cents=200_000)

    def test_two_give_back_what_is_there_once(self, two):
        ends = race(2, lambda _n: give_back(campaign=two[0], cents=400_000, now=NOW))
        assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
        assert books_that_disagree() == []

    def test_the_control_is_stopped_by_the_database_only(self, two, monkeypatch):
        monkeypatch.setattr(pot, "lock_funds_of", unlocked)
        ends = race(2, lambda _n: give_back(campaign=two[0], cents=400_000, now=NOW))
        assert [type(end) for end in ends if isinstance(end, Exception)] == [IntegrityError]

    def test_a_release_and_a_take_share_no_euro(self, two):
        """The sponsor's pot has € 3,000 left: another campaign takes them while the first one gives back."""
        campaign, theirs = two
        asked = self.other(theirs)
        deeds = [
            lambda: release_reservation(campaign=campaign, now=NOW),
            lambda: reserve_match(application=asked, now=NOW),
        ]
        assert not [end for end in race(2, lambda n: deeds[n]()) if isinstance(end, Exception)]
        assert sum(MatchFund.objects.values_list("free_cents", flat=True)) == 600_000
        assert books_that_disagree() == []

    def test_the_control_loses_what_was_taken_meanwhile(self, two, monkeypatch, unguarded):
        """The same with what is free read first and written back."""
        campaign, theirs = two
        asked = self.other(theirs)
        read, taken = threading.Event(), threading.Event()

        def careless(row: Reservation, cents: int) -> None:
            free = MatchFund.objects.get(pk=row.fund_id).free_cents
            if row.fund_id == theirs.pk:
                read.set()
                assert taken.wait(10)
            MatchFund.objects.filter(pk=row.fund_id).update(free_cents=free + cents)

        monkeypatch.setattr(pot, "set_free", careless)
        monkeypatch.setattr(pot, "lock_funds_of", lambda pk: list(Reservation.objects.of_campaign(pk)))

        def work(n: int) -> None:
            if n:
                assert read.wait(10)
                reserve_match(application=asked, now=NOW)
                taken.set()
            else:
                give_back(campaign=campaign, cents=100_000, now=NOW)

        assert race(2, work) == [None, None]
        assert books_that_disagree() != []

    def test_a_pot_is_closed_while_somebody_takes(self, two):
        campaign, theirs = two
        change, approver = closing(theirs), world.staff(Role.APPROVER)

        def work(n: int) -> object:
            if n:
                return take(campaign=campaign, cents=100_000, now=NOW, whole=False)
            return approve_fund_change(change=change, by=approver, now=NOW)

        assert not [end for end in race(6, work) if isinstance(end, Exception)]
        theirs.refresh_from_db()
        assert (theirs.free_cents, theirs.closed_at) == (0, NOW)
        assert books_that_disagree() == []

    def test_the_control_can_not_close_it(self, two, monkeypatch):
        """The same without the pot's lock: what was free when it was read has gone, and the closing fails."""
        campaign, theirs = two
        change, approver = closing(theirs), world.staff(Role.APPROVER)
        read, taken = threading.Event(), threading.Event()

        def careless(fund: MatchFund) -> MatchFund:
            found = MatchFund.objects.select_related("call").get(pk=fund.pk)
            read.set()
            assert taken.wait(10)
            return found

        monkeypatch.setattr(funds, "_hold_pot", careless)

        def work(n: int) -> None:
            if n:
                assert read.wait(10)
                take(campaign=campaign, cents=100_000, now=NOW, whole=True)
                taken.set()
            else:
                approve_fund_change(change=change, by=approver, now=NOW)

        ends = race(2, work)
        assert isinstance(ends[0], IntegrityError)

    def bound(self, campaign: Campaign) -> None:
        crowd = Crowd(400_000, 9)
        for row in propose_match(campaign=campaign, pledged=crowd, collected=crowd, now=NOW):
            act = record_act(reservation=row, act=ACT, by=world.staff(Role.OFFICER), now=NOW)
            confirm_act(act=act, by=world.staff(Role.APPROVER), now=NOW)

    def tranches(self, campaign: Campaign) -> list[object]:
        self.bound(campaign)
        return race(
            2,
            lambda n: disburse_tranche(
                campaign_id=campaign.pk, cents=400_000, reference=f"payout:{n + 1}", now=NOW
            ),
        )

    def test_two_tranches_pay_what_is_bound_once(self, two):
        ends = self.tranches(two[0])
        assert [end.code for end in ends if isinstance(end, Refused)] == ["match_not_bound"]
        assert books_that_disagree() == []

    def test_the_control_pays_it_twice_but_for_the_database(self, two, monkeypatch):
        monkeypatch.setattr(tranches, "lock_shares_of", unlocked)
        ends = self.tranches(two[0])
        assert [type(end) for end in ends if isinstance(end, Exception)] == [IntegrityError]

    def test_an_extension_and_the_expiry_do_not_cross(self, two, at):
        """Whichever comes first: the reservation stands and says until when, or nothing of it is left."""
        campaign, _theirs = two
        later = at(NOW + dt.timedelta(days=366))
        extension = record_extension(
            campaign=campaign,
            until=later.date() + dt.timedelta(days=30),
            office="Area Economia Urbana",
            number="7/2027",
            dated_on=NOW.date(),
            by=world.staff(Role.OFFICER),
            now=later,
        )
        approver = world.staff(Role.APPROVER)
        deeds = [
            lambda: confirm_extension(extension=extension, by=approver, now=later),
            lambda: jobs.run_one("matching.expire"),
        ]
        ends = race(2, lambda n: deeds[n]())
        extended = ends[0] is None
        assert extended or ends[0].code == "nothing_reserved"
        assert Reservation.objects.all().figures()["standing_cents"] == (600_000 if extended else 0)
        assert books_that_disagree() == []
