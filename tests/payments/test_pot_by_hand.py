"""Random sequences of takes, give-backs, top-ups and closings against pots kept by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from campaigns.enums import Theme
from crowdfund.kit.errors import Refused
from payments.matching.models import MatchFund, Reservation
from payments.matching.selectors import books_that_disagree
from payments.matching.services import (
    approve_fund_change,
    give_back,
    propose_top_up,
    release_reservation,
    take,
)
from tests import world
from tests.payments.pots import closing, sponsored
from tests.payments.test_matching import application, call
from tests.world import NOW


@dataclasses.dataclass
class Pot:
    """One pot, by hand. `open_to`: which campaigns may take from it."""

    opened: int
    open_to: set[int]
    closed: bool = False
    has: dict[int, int] = dataclasses.field(default_factory=dict)

    @property
    def free(self) -> int:
        """What nobody has."""
        return self.opened - sum(self.has.values())


@dataclasses.dataclass
class Pots:
    """A call's pots in their order, by hand: it imports nothing of the service."""

    pots: list[Pot]

    def take(self, campaign: int, cents: int, *, whole: bool) -> str:
        """Take from the first pot on; say `refused` when nothing happens."""
        mine = [pot for pot in self.pots if campaign in pot.open_to and not pot.closed]
        parts, left = [], cents
        for pot in mine:
            part = min(left, pot.free)
            left -= part
            if part:
                parts.append((pot, part))
        if whole and left:
            return "refused"
        for pot, part in parts:
            pot.has[campaign] = pot.has.get(campaign, 0) + part
        return "done"

    def give_back(self, campaign: int, cents: int) -> str:
        """Give back from the last pot on."""
        if sum(pot.has.get(campaign, 0) for pot in self.pots) < cents:
            return "refused"
        for pot in reversed(self.pots):
            part = min(cents, pot.has.get(campaign, 0))
            cents -= part
            if part:
                pot.has[campaign] -= part
        return "done"

    def top_up(self, place: int, cents: int) -> str:
        """Add to a pot that is open."""
        if self.pots[place].closed:
            return "refused"
        self.pots[place].opened += cents
        return "done"

    def close(self, place: int) -> str:
        """Take out what is free, for good."""
        pot = self.pots[place]
        if pot.closed and not pot.free:
            return "refused"
        pot.opened, pot.closed = pot.opened - pot.free, True
        return "done"


cents = st.integers(1, 900)
campaigns = st.integers(0, 2)
places = st.integers(0, 2)
deeds = st.one_of(
    st.tuples(st.just("take"), campaigns, cents, st.booleans()),
    st.tuples(st.just("take"), campaigns, cents, st.booleans()),
    st.tuples(st.just("give_back"), campaigns, cents),
    st.tuples(st.just("top_up"), places, cents),
    st.tuples(st.just("close"), places),
)


class Real:
    """The same deeds, by the services."""

    def __init__(self) -> None:
        of = call(pot_cents=700)
        self.campaigns = [application(of).campaign for _ in range(3)]
        self.campaigns[2].project.theme = Theme.FOOD
        self.campaigns[2].project.save(update_fields=["theme"])
        sponsored(of, 400, priority=5, themes=("green",))
        sponsored(of, 300, priority=20)
        self.funds = list(MatchFund.objects.filter(call=of).in_order())
        self.officer, self.approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)

    def do(self, deed: str, *given: Any) -> str:
        """Do one deed; say `refused` when the service does."""
        try:
            with transaction.atomic():
                getattr(self, deed)(*given)
        except Refused:
            return "refused"
        return "done"

    def take(self, campaign: int, amount: int, whole: bool) -> None:
        """Take from the pots."""
        take(campaign=self.campaigns[campaign], cents=amount, now=NOW, whole=whole)

    def give_back(self, campaign: int, amount: int) -> None:
        """Give back to the pots."""
        give_back(campaign=self.campaigns[campaign], cents=amount, now=NOW)

    def top_up(self, place: int, amount: int) -> None:
        """Add to a pot, by two people."""
        fund = MatchFund.objects.get(pk=self.funds[place].pk)
        change = propose_top_up(
            call=fund.call, fund=fund, amount_cents=amount, reason="r", by=self.officer, now=NOW
        )
        approve_fund_change(change=change, by=self.approver, now=NOW)

    def close(self, place: int) -> None:
        """Close a pot, by two people."""
        change = closing(MatchFund.objects.get(pk=self.funds[place].pk))
        approve_fund_change(change=change, by=self.approver, now=NOW)

    def seen(self) -> list[tuple[int, int, bool, dict[int, int]]]:
        """Read every pot: opened, free, closed, and what each campaign has of it."""
        order = {campaign.pk: n for n, campaign in enumerate(self.campaigns)}
        found = []
        for fund in MatchFund.objects.in_order():
            rows = Reservation.objects.filter(fund=fund).exclude(reserved_cents=0)
            has = {order[pk]: amount for pk, amount in rows.values_list("campaign_id", "reserved_cents")}
            found.append((fund.opened_cents, fund.free_cents, fund.closed_at is not None, has))
        return found


@pytest.fixture(scope="class")
def real(django_db_setup, django_db_blocker):
    """The rows that every sequence begins with, made once."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Real()
        transaction.set_rollback(True)


class TestAgainstPotsByHand:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(sequence=st.lists(deeds, min_size=4, max_size=12))
    def test_every_sequence_ends_where_it_does_by_hand(self, real, sequence):
        hand = Pots([Pot(400, {0, 1}), Pot(700, {0, 1, 2}), Pot(300, {0, 1, 2})])
        with transaction.atomic():
            for deed, *numbers in sequence:
                if deed == "take":
                    expected = hand.take(numbers[0], numbers[1], whole=numbers[2])
                else:
                    expected = getattr(hand, deed)(*numbers)
                assert (deed, numbers, real.do(deed, *numbers)) == (deed, numbers, expected)
                by_hand = [
                    (pot.opened, pot.free, pot.closed, {n: has for n, has in pot.has.items() if has})
                    for pot in hand.pots
                ]
                assert real.seen() == by_hand
            assert books_that_disagree() == []
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            for campaign in real.campaigns:
                release_reservation(campaign=campaign, now=NOW)
            assert [has for _opened, _free, _closed, has in real.seen()] == [{}, {}, {}]
            assert books_that_disagree() == []
            transaction.set_rollback(True)
