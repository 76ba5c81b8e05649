"""Draws at the same time: a backer's cap holds over campaigns, no cent is lost, and nobody waits forever."""

from __future__ import annotations

import itertools
import threading

import pytest

from crowdfund.kit.errors import Refused
from payments.matching.models import CallBacker, MatchDraw, MatchFund
from payments.matching.selectors import books_that_disagree
from payments.matching.services import draws, release_reservation
from payments.models import Pledge
from tests.payments.drawing import active, drawing, held, promised, running, save_card
from tests.payments.test_draws import cancel, change
from tests.race import race

pytestmark = pytest.mark.django_db(transaction=True)


def drawn_by_one_backer() -> int:
    """Six pledges of one backer to two campaigns at once, 50 each, under a cap of 100."""
    of = drawing(100_000, cap_per_backer_cents=100)
    CallBacker.objects.create(call=of, number=1, who="e:ada@example.org")
    campaigns = [running(of), running(of)]
    made = [promised(campaigns[n % 2], 50) for n in range(6)]
    assert not [end for end in race(6, lambda n: save_card(made[n])) if isinstance(end, Exception)]
    return sum(held(pledge) for pledge in made)


def test_a_backers_cap_holds_over_campaigns():
    assert drawn_by_one_backer() == 100
    assert CallBacker.objects.get().drawn_cents == 100
    assert MatchFund.objects.get().free_cents == 99_900
    assert books_that_disagree() == []


def test_the_control_overshoots_the_cap(monkeypatch):
    """The same without the book: each reads what was drawn before any of them has drawn."""
    numbers, gate = itertools.count(1), threading.Barrier(6)

    def careless(_call_id: int, _pledge: Pledge) -> CallBacker:
        found = CallBacker.objects.get()
        gate.wait(10)  # all have read that nothing was drawn
        return found

    monkeypatch.setattr(draws, "hold_book", lambda _call_id, *, numbers=0, count=numbers: next(count))
    monkeypatch.setattr(draws, "backer_of", careless)
    assert drawn_by_one_backer() == 300  # of 100


def test_changes_cancellations_and_a_release_at_once_end_and_add_up():
    of = drawing(3_000, cap_per_backer_cents=900)
    campaigns = [running(of), running(of)]
    made = [active(campaigns[n % 2], 500, f"{n % 3}@example.org") for n in range(6)]
    new = [promised(campaigns[n % 2], 700, f"{n % 3}@example.org") for n in range(2)]

    def work(n: int) -> None:
        if n < 2:
            save_card(new[n])
        elif n < 4:
            change(made[n], 200)
        elif n < 6:
            cancel(made[n])
        elif n == 6:
            change(made[0], 900)
        else:
            cancel(made[0])

    ends = race(8, work)
    assert [end for end in ends if isinstance(end, Exception) and not isinstance(end, Refused)] == []
    assert books_that_disagree() == []
    total = sum(MatchDraw.objects.values_list("cents", flat=True))
    assert MatchFund.objects.get().free_cents == 3_000 - total
    assert sum(CallBacker.objects.values_list("drawn_cents", flat=True)) == total
    seqs = list(MatchDraw.objects.values_list("seq", flat=True))
    assert len(set(seqs)) == len(seqs)
    release_reservation(campaign=campaigns[0], now=made[0].created_at)
    assert books_that_disagree() == []
