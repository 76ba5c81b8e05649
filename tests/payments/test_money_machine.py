"""Random journeys against the books by hand: whatever backers, banks, networks and workers do, every cent is where a
plain calculation says it is, and every pledge comes to an end.

100 journeys in `make test`, 1,000 in `make deep`, which also reduces the one that fails; `HYPOTHESIS_SEED` repeats a
run.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import hypothesis.core
import pytest
import stripe as sdk
from django.conf import settings as configured
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from campaigns.models import Campaign
from campaigns.services.campaigns import cancel_campaign
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused
from payments.enums import OF_THE_PLEDGE
from payments.gateway import client as gateway
from payments.ledger.selectors import faults
from payments.models import ChargeAttempt, Pledge, PledgeEvent
from payments.services import charge, refund_send, reversals, transfer
from payments.services.totals import totals_that_disagree
from tests.payments import reference
from tests.payments.journey import COST, DEADLINE, GOAL, City, Journey
from tests.payments.rewind import Rewinding

COMMON = {
    "deadline": None,
    "database": None,
    "print_blob": False,
    "report_multiple_bugs": False,
    "suppress_health_check": list(HealthCheck),
}
settings.register_profile(
    "journeys", max_examples=100, stateful_step_count=12, phases=[Phase.generate], **COMMON
)
settings.register_profile(
    "deep", max_examples=1000, stateful_step_count=16, phases=[Phase.generate, Phase.shrink], **COMMON
)
EVERY_TIME = 20_261_124  # the seed of the suite: the same journeys each time
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SOON = dt.timedelta(minutes=61)  # after which whatever was put off is due again
CARDS = st.sampled_from(["ok", "ok", "declines", "asks", "no_funds", "debit", "debit_fails"])
CENTS = st.sampled_from([500, 9_999, 10_000, 20_001, 40_000, 55_555])
WHICH = st.integers(0, 5)
NEVER_ARRIVES = ("rate_limit", "cut_before", "error_before", "dies_before")
ARRIVES = ("error_after", "dies_after")
# how far a pledge has come: no step leads back
RANK = {
    name: rank
    for rank, names in enumerate(
        [
            ("pending_card", "awaiting_transfer", "expired"),
            ("active", "received"),
            ("charging", "processing", "requires_action"),
            (
                "collected",
                "failed",
                "cancelled",
                "released",
                "returning",
                "partly_refunded",
                "refunded",
                "disputed",
                "lost",
            ),
        ]
    )
    for name in names
}

STANDING = reference.STANDING
# what leaves, by which drain and call, and the two functions around that call
SENT = {
    "refund": ("refunds.execute", "POST /v1/refunds", refund_send, ("refund_charge", "apply_refund")),
    "payout": ("payouts.execute", "POST /v1/transfers", transfer, ("send_transfer", "_executed")),
    "reversal": (
        "reversals.execute",
        "POST /v1/transfers/*/reversals",
        reversals,
        ("reverse_transfer", "_done"),
    ),
}

MOST, CHANNELS = 6, ("card", "bank", "cash")
CHANGEABLE = ("pending_card", "active", "awaiting_transfer")
Pair = tuple[Pledge, reference.Pledge]


def _cancellable(one: reference.Pledge) -> bool:
    """Before the deadline its backer may take it back; cash is taken back at the desk."""
    return one.status in CHANGEABLE or (one.channel == "bank" and one.status == "received")


def _dies(*_args: Any, **_named: Any) -> None:
    raise RuntimeError("the worker dies here")


class MoneyMachine(RuleBasedStateMachine):
    """One campaign, from its first pledge to its last cent."""

    rewinding: ClassVar[Rewinding]
    city: ClassVar[City]
    pristine: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.pairs: list[Pair] = []
        self.pages: dict[int, str] = {}  # open card pages, by the pledge's place
        self.taken: dict[int, dt.date] = {}
        self.till_closed_on: dt.date | None = None
        self.open_disputes: dict[str, reference.Dispute] = {}
        self.dead = self.thorough = False
        self.unsure = False  # somebody may know something that others don't yet

    @initialize(
        policy=st.sampled_from(["none", "proceed", "refund"]), bears=st.booleans(), first=st.lists(CENTS, max_size=3),
        cards=st.lists(CARDS, min_size=3, max_size=3), thorough=st.integers(0, 3),
    )  # fmt: skip
    def begin(self, policy: str, bears: bool, first: list[int], cards: list[str], thorough: int) -> None:
        self.thorough = not thorough
        self.journey = Journey(self.city, self.rewinding, policy=policy, campaign_bears_fees=bears)
        call = None if policy == "none" else reference.Rule(refunds_shortfall=policy == "refund")
        self.books = reference.Books(
            cost=COST, goal=GOAL, deadline=DEADLINE, rule=call, campaign_bears_fees=bears
        )
        for cents, card in zip(first, cards, strict=False):
            self._pledge(cents, card)

    # Choosing

    def _among(
        self, wanted: Callable[[reference.Pledge], bool], which: int
    ) -> tuple[int, Pledge, reference.Pledge]:
        places = [n for n, (_row, one) in enumerate(self.pairs) if wanted(one)]
        n = places[which % len(places)]
        return n, *self.pairs[n]

    def _any(self, *statuses: str) -> bool:
        return any(one.status in statuses for _row, one in self.pairs)

    @property
    def now(self) -> dt.datetime:
        return self.journey.now

    # Before the deadline

    def _pledge(self, cents: int, card: str) -> None:
        row = self.journey.place(cents, len(self.pairs))
        one = reference.Pledge(cents, "")
        self.pairs.append((row, one))
        self.books.pledges.append(one)
        n = len(self.pairs) - 1
        self.pages[n] = self.journey.open_card_page(row)
        if card:
            self._save(n, card)

    def _save(self, n: int, card: str) -> None:
        _row, one = self.pairs[n]
        self.journey.save_card(self.pages.pop(n), card)
        if one.status == "active":
            one.next_card = card
        else:
            one.saved, one.card = True, card
        self.unsure = True

    @precondition(lambda self: self.books.status == "live" and len(self.pairs) < MOST)
    @rule(cents=CENTS, card=st.one_of(st.just(""), CARDS))
    def somebody_pledges(self, cents: int, card: str) -> None:
        self._pledge(cents, card)

    @precondition(lambda self: self.books.status == "live" and self.pages)
    @rule(which=WHICH, card=CARDS)
    def a_card_is_saved_later(self, which: int, card: str) -> None:
        open_ones = sorted(self.pages)
        self._save(open_ones[which % len(open_ones)], card)

    @precondition(lambda self: self.books.status == "live" and self._any(*CHANGEABLE))
    @rule(which=WHICH, cents=CENTS)
    def an_amount_changes(self, which: int, cents: int) -> None:
        _n, row, one = self._among(lambda one: one.status in CHANGEABLE, which)
        change = self.journey.change_amount if one.channel == "card" else self.journey.change_promise
        change(row, cents)
        one.cents = cents

    @precondition(lambda self: self.books.status == "live" and self._any("active") and not self.unsure)
    @rule(which=WHICH)
    def a_backer_wants_another_card(self, which: int) -> None:
        n, row, _one = self._among(lambda one: one.status == "active", which)
        self.pages[n] = self.journey.change_card(row)

    @precondition(lambda self: self.books.status == "live" and any(map(_cancellable, self.books.pledges)))
    @rule(which=WHICH)
    def a_backer_cancels(self, which: int) -> None:
        n, row, one = self._among(_cancellable, which)
        if one.channel == "bank":
            self.journey.take_back_promise(row)
            self.books.take_back(one)
            return
        self.journey.cancel(row)
        one.status = "cancelled"
        self.pages.pop(n, None)

    # Without a card

    def _new(self, row: Pledge, one: reference.Pledge) -> None:
        self.pairs.append((row, one))
        self.books.pledges.append(one)

    @precondition(lambda self: self.books.status == "live" and len(self.pairs) < MOST)
    @rule(cents=CENTS)
    def somebody_promises_a_transfer(self, cents: int) -> None:
        row = self.journey.promise(cents, len(self.pairs))
        self._new(row, reference.Pledge(cents, "", "awaiting_transfer", "bank"))

    @precondition(lambda self: self.books.status == "live" and len(self.pairs) < MOST)
    @rule(cents=CENTS)
    def cash_is_given(self, cents: int) -> None:
        one = reference.Pledge(cents, "", "received", "cash")
        self._new(self.journey.take_cash(cents), one)
        self.books.cash(one)
        self.taken[len(self.pairs) - 1] = self.journey.today

    @precondition(
        lambda self: self.books.status == "live" and any(map(self._just_taken, range(len(self.pairs))))
    )
    @rule(which=WHICH)
    def a_receipt_is_cancelled(self, which: int) -> None:
        places = [n for n in range(len(self.pairs)) if self._just_taken(n)]
        row, one = self.pairs[places[which % len(places)]]
        self.journey.cancel_cash(row)
        self.books.cancel_receipt(one)

    def _just_taken(self, n: int) -> bool:
        one = self.pairs[n][1]
        return one.channel == "cash" and one.status == "received" and self.taken[n] == self.journey.today

    @precondition(lambda self: any(one.channel == "bank" for one in self.books.pledges))
    @rule(which=WHICH, more=st.sampled_from([0, 0, 0, -1, 1_111]))
    def a_transfer_arrives(self, which: int, more: int) -> None:
        _n, row, one = self._among(lambda one: one.channel == "bank", which)
        cents = one.cents + more
        self.journey.transfer(row, cents)
        self.books.statement(self.now)
        self.books.transfer(one, cents, self.now)

    @rule(cents=st.sampled_from([0, 0, 7_000]))
    def a_statement_comes(self, cents: int) -> None:
        """With nothing, or with a transfer that nobody knows."""
        moves = [self.journey.move(cents, text="auguri")] if cents else []
        self.journey.statement(*moves)
        self.books.statement(self.now)
        if cents:
            self.books.unknown_transfer(cents, self.now)

    @precondition(
        lambda self: self.books.unplaced and any(one.channel == "bank" for one in self.books.pledges)
    )
    @rule(line=WHICH, which=WHICH)
    def two_people_place_a_line(self, line: int, which: int) -> None:
        _n, row, one = self._among(lambda one: one.channel == "bank", which)
        place = line % len(self.books.unplaced)
        self.journey.place_line(place, row)
        self.books.place(self.books.unplaced[place], one, self.now)

    @precondition(lambda self: any(self.books.may_answer(one, self.now) for one in self.books.excesses))
    @rule(which=WHICH, agree=st.booleans())
    def a_backer_answers(self, which: int, agree: bool) -> None:
        open_ones = [one for one in self.books.excesses if self.books.may_answer(one, self.now)]
        excess = open_ones[which % len(open_ones)]
        row = next(row for row, one in self.pairs if one is excess.pledge)
        same = [one for one in self.books.excesses if one.pledge is excess.pledge and one.state == "asked"]
        self.journey.answer(row, next(n for n, one in enumerate(same) if one is excess), agree=agree)
        self.books.answer(excess, agree=agree)

    @precondition(lambda self: self.books.listed and not self.unsure)
    @rule(back=st.sampled_from([False, False, True]), which=WHICH)
    def a_list_goes_to_the_bank(self, back: bool, which: int) -> None:
        """All of it is paid, but for one transfer that may come back."""
        items = self.journey.list_to_bank()
        assert len(items) == len(self.books.listed)
        lost = items[which % len(items)] if back else None
        if lost:
            self.journey.comes_back(lost)
        self.books.statement(self.now)
        for item in items:
            if item is not lost:
                self.books.pay(self._due_of(item))

    def _due_of(self, item: Any) -> Any:
        """What the books call a transfer of a list."""
        one = next((one for row, one in self.pairs if item.refund and row.pk == item.refund.pledge_id), None)
        owed = "payable" if item.payout else "refund_due" if item.refund else "refund_due:bank"
        counted = bool(item.refund) and item.refund.reason in OF_THE_PLEDGE
        return next(
            due
            for due in self.books.listed
            if (due.cents, due.owed, due.counted) == (item.amount_cents, owed, counted) and due.pledge is one
        )

    def _in_the_till(self, cents: int) -> bool:
        return self.books.accounts["desk"] >= cents and self.till_closed_on != self.journey.today

    def _handable(self) -> list[Any]:
        return [due for due in self.books.due if due.in_cash and self._in_the_till(due.cents)]

    @precondition(lambda self: self._handable() and not self.unsure)
    @rule(which=WHICH)
    def cash_is_handed_back(self, which: int) -> None:
        due = self._handable()[which % len(self._handable())]
        row = next(row for row, one in self.pairs if one is due.pledge)
        self.journey.hand_back(row, due.cents)
        self.books.pay(due)

    @precondition(lambda self: any(due.in_cash for due in self.books.due) and not self.unsure)
    @rule(which=WHICH)
    def a_donor_asks_for_a_transfer(self, which: int) -> None:
        waiting = [due for due in self.books.due if due.in_cash]
        due = waiting[which % len(waiting)]
        row = next(row for row, one in self.pairs if one is due.pledge)
        self.journey.ask_for_transfer(row, due.cents)
        due.in_cash = False

    @precondition(lambda self: self.books.accounts["desk"] > 0 and self.till_closed_on != self.journey.today)
    @rule(seldom=st.integers(0, 2))
    def the_till_goes_to_the_bank(self, seldom: int) -> None:
        if seldom or self.books.status == "live" or any(due.in_cash for due in self.books.due):
            return
        self.journey.bank_the_till(self.books.bank_the_till())
        self.till_closed_on = self.journey.today

    @precondition(lambda self: self.books.status == "live" and self.pairs and not self.unsure)
    @rule(sure=st.integers(0, 3))
    def the_campaign_is_called_off(self, sure: int) -> None:
        if sure:  # seldom
            return
        campaign = Campaign.objects.get(pk=self.journey.campaign.pk)
        cancel_campaign(campaign=campaign, reason="r", by=self.city.officer, now=self.now)
        self.books.cancel_campaign()
        self.pages.clear()

    # Time, workers and news

    @rule(order=st.integers(0, 1000))
    def stripe_tells(self, order: int) -> None:
        self.journey.tell(order)
        self.journey.turn("webhooks.work")
        if self.books.raising:
            self.books.learn()
        for one in self.books.pledges:
            if one.status == "charging" and one.sent:
                self.books._answer(one, self.now)
        if self.books.status == "collecting":
            self.books.hear_of_debits(self.now)
            self.books.look_at_pages(self.now)

    @rule(names=st.lists(st.sampled_from(["pledges.fold", "pledges.cleanup", "pledges.sweep"]), min_size=1))
    def a_worker_takes_a_turn(self, names: list[str]) -> None:
        self.journey.turn(*names)

    @rule()
    def all_workers_work(self) -> None:
        self.journey.move_to(self.now + SOON)
        self._work()

    def _work(self, *, everybody: bool = False) -> None:
        if self.dead:
            self.journey.leases_end()
            self.dead = False
        self.journey.work(self._idle(), everybody=everybody)
        self.books.work(self.now)
        self.unsure = False
        if not self.books.raising:
            self.pages.clear()
        self.compare()

    def _idle(self) -> set[str]:
        """Who has nothing to do for sure: asking them all costs half of the time."""
        books = self.books
        works = {
            "bank.returns": books.unplaced,
            "bank.excesses": books.asked,
            "disputes.follow": books.disputes,
            "refunds.waiting": books.transfers or books.approved or books.disputes,
            "reversals.execute": books.transfers or books.approved,
            "refunds.execute": any(one.channel == "card" for one in books.pledges),
            "payouts.execute": books.approved,
        }
        return {name for name, work in works.items() if not work}

    @precondition(lambda self: self.books.status == "live")
    @rule()
    def the_deadline_passes(self) -> None:
        self.journey.move_to(DEADLINE + dt.timedelta(minutes=1))
        self.journey.turn("campaigns.close")
        self.books.close(self.now)
        self.pages.clear()

    @precondition(lambda self: self.books.status != "live")
    @rule(hours=st.sampled_from([7, 31, 55, 24 * 3, 24 * 8]))
    def days_pass(self, hours: int) -> None:
        self.journey.move_to(self.now + hours * HOUR + dt.timedelta(minutes=13))

    # Collecting

    def _nothing_under_way(self) -> bool:
        return not self._any("charging")

    @precondition(lambda self: self.books.status == "collecting" and self._nothing_under_way())
    @rule(kind=st.sampled_from([*NEVER_ARRIVES, *ARRIVES]))
    def charging_goes_wrong(self, kind: str) -> None:
        if kind.startswith("dies"):
            self.dead = True
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(
                    charge, "charge_saved_card" if kind == "dies_before" else "apply_outcome", _dies
                )
                self.journey.turn("pledges.charge")
        else:
            with self.journey.broken("POST /v1/payment_intents", kind):
                self.journey.turn("pledges.charge")
        self.books.charge(self.now, arrives=kind in ARRIVES, answered=False)
        if kind == "error_before":
            for one in self.books.pledges:
                if one.status == "charging":
                    one.blocked_until = self.now + reference.KEY_LIVES

    def _may_come_back(self) -> bool:
        return self.books.status == "collecting" and any(map(self._in_window, self.books.pledges))

    def _in_window(self, one: reference.Pledge) -> bool:
        return one.status == "requires_action" and self.now < self.books.ends(one)

    @precondition(lambda self: self._may_come_back())
    @rule(which=WHICH, card=st.sampled_from(["", "ok", "ok", "refused"]))
    def a_backer_comes_back(self, which: int, card: str) -> None:
        _n, row, one = self._among(self._in_window, which)
        page = self.journey.come_back(row)
        if page is None:
            assert one.page_paid
            self.books.paid_on_page(one)
            return
        assert not one.page_paid
        self.books.open_page(one, self.now)
        if card == "ok":
            self.journey.bank.pay(page)
            one.page_paid = True
        elif card == "refused":
            self.journey.bank.try_to_pay(page, "4000000000000002")

    def _asked_by_card(self, one: reference.Pledge) -> bool:
        return one.status == "requires_action" and not one.card.startswith("debit")

    @precondition(lambda self: any(map(self._asked_by_card, self.books.pledges)))
    @rule(which=WHICH, card=st.sampled_from(["ok", "declines", "no_funds"]))
    def a_bank_changes_its_mind(self, which: int, card: str) -> None:
        _n, row, one = self._among(self._asked_by_card, which)
        self.journey.behaves(row, card)
        one.card = card

    # Giving back, and paying out: what is decided is decided on what everybody knows

    @property
    def _settled(self) -> bool:
        return not self.unsure and not self._any("active")

    @precondition(
        lambda self: (
            self._settled
            and self.books.status in {"collecting", "funded"}
            and any(one.status in STANDING and one.left > 0 for one in self.books.pledges)
        )
    )
    @rule(which=WHICH, percent=st.sampled_from([30, 100, 100, 101]))
    def a_refund_is_decided(self, which: int, percent: int) -> None:
        _n, row, one = self._among(lambda one: one.status in STANDING and one.left > 0, which)
        if percent > 100:
            with pytest.raises(Refused):
                self.journey.refund(row, one.left + 1)
            return
        cents = max(1, one.left * percent // 100)
        self.journey.refund(row, cents)
        self.books.give_back(one, cents)
        self.unsure = True

    @precondition(lambda self: self._settled and any(map(self._disputable, self.books.pledges)))
    @rule(which=WHICH, part=st.booleans())
    def a_holder_disputes(self, which: int, part: bool) -> None:
        _n, row, one = self._among(self._disputable, which)
        whole = one.cents if one.debited_at else one.cents - one.back
        cents = max(1, whole // 2) if part else whole
        found = self.journey.dispute(row, cents if part else None)
        dispute = self.books.dispute(one, cents, self.now)
        if one.debited_at:
            dispute.verdict = "lost"
        else:
            self.open_disputes[found] = dispute
        self.unsure = True

    def _disputable(self, one: reference.Pledge) -> bool:
        left = one.cents if one.debited_at else one.cents - one.back
        return one.channel == "card" and one.collected and not one.out and not one.lost and left > 0

    @precondition(lambda self: self._settled and any(not one.verdict for one in self.open_disputes.values()))
    @rule(which=WHICH, verdict=st.sampled_from(["won", "lost"]))
    def a_bank_decides(self, which: int, verdict: str) -> None:
        waiting = [(found, one) for found, one in self.open_disputes.items() if not one.verdict]
        found, dispute = waiting[which % len(waiting)]
        self.journey.verdict(found, verdict)
        dispute.verdict = verdict
        self.unsure = True

    @precondition(lambda self: self._settled and self.books.status == "funded")
    @rule(channel=st.sampled_from(CHANNELS), percent=st.sampled_from([1, 40, 100, 100, 101]))
    def money_is_released(self, channel: str, percent: int) -> None:
        left = self.books.releasable(self.now, channel)
        if percent > 100 or not left:
            with pytest.raises(Refused):
                self.journey.pay_out(channel, left + 1)
            return
        cents = max(1, left * percent // 100)
        self.journey.bank.control("make-available")
        self.journey.pay_out(channel, cents)
        if channel == "card":
            self.books.approve_payout(cents)
            self.unsure = True
        else:
            self.books.release_without_card(channel, cents)

    @precondition(lambda self: self._settled and self.books.connected > 0)
    @rule(percent=st.sampled_from([50, 100]))
    def the_organisation_spends(self, percent: int) -> None:
        cents = max(1, self.books.connected * percent // 100)
        self.journey.organisation_spends(cents)
        self.books.connected -= cents

    @precondition(lambda self: self.unsure and self.books.status != "live")
    @rule(
        how=st.sampled_from(sorted(SENT)),
        kind=st.sampled_from(["rate_limit", "cut_before", "error_after", "dies"]),
    )
    def sending_goes_wrong(self, how: str, kind: str) -> None:
        """What leaves meets a fault, or its worker dies before or after the call: later it has left once."""
        drain, call, module, names = SENT[how]
        if kind == "dies":
            self.dead = True
            for name in names:
                with pytest.MonkeyPatch.context() as patched:
                    patched.setattr(module, name, _dies)
                    self.journey.turn(drain)
        else:
            with self.journey.broken(call, kind):
                self.journey.turn(drain)

    # What must hold

    @invariant()
    def nothing_runs_backwards(self) -> None:
        if not hasattr(self, "journey"):
            return
        steps = PledgeEvent.objects.filter(pledge__campaign=self.journey.campaign).exclude(from_status="")
        for before, after in steps.values_list("from_status", "to_status"):
            assert RANK[after] >= RANK[before], f"{before} → {after}"

    def compare(self) -> None:
        """Everybody has finished: the service and the books by hand say the same."""
        campaign = Campaign.objects.get(pk=self.journey.campaign.pk)
        assert campaign.status == self.books.status
        rows = Pledge.objects.filter(campaign=campaign).order_by("pk")
        assert list(rows.values_list("status", flat=True)) == [one.status for one in self.books.pledges]
        expected = {name: cents for name, cents in self.books.accounts.items() if cents}
        moved = self.journey.moved()
        assert moved == expected
        for account in ("held:card", "held:bank", "held:cash", "payable", "refund_due", "unmatched:bank"):
            assert moved.get(account, 0) <= 0, f"{account} is negative"
        shown = ("pledged_cents", "promised_cents", "collected_cents", "match_cents", "backers")
        assert tuple(getattr(campaign, name) for name in shown) == self.books.totals
        at_stripe = self.journey.at_stripe() - self.at_stripe_before
        assert at_stripe == moved.get("cash:stripe", 0) + self.books.on_the_way

    def at_most_one_charge(self) -> None:
        by_card = [pair for pair in self.pairs if pair[1].channel == "card"]
        for row, one in by_card:
            charged = [intent.amount for intent in self.journey.bank.charges(self.journey.again(row))]
            assert charged == ([one.cents] if one.collected else [])
        kept = ChargeAttempt.objects.filter(pledge__campaign=self.journey.campaign, status="succeeded")
        assert kept.count() == sum(one.collected for _row, one in by_card)

    def teardown(self) -> None:
        """Drive the journey to its end, whatever stood open."""
        try:
            if hasattr(self, "journey") and sys.exc_info()[0] is None:
                self._to_the_end()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            self.rewinding.go_back(self.pristine)
            type(self).ended += 1
            if self.tells and self.ended % 25 == 0:
                sys.stdout.write(f"{self.ended} journeys have ended\n")
                sys.stdout.flush()

    def _to_the_end(self) -> None:
        if self.books.raising:
            self._go_on(DEADLINE + HOUR)
        if self.books.status == "closing":
            self._go_on(DEADLINE + 6 * DAY)  # nobody waits for the bank any longer
        while self.books.status == "collecting":
            self._go_on(self.now + 8 * DAY)
        self.journey.move_to(self.now + reference.DEBITS_WAIT + SOON)  # disputes lapse, and questions
        self._work()
        self._pay_everybody()
        if self.books.accounts["desk"]:
            self.journey.bank_the_till(self.books.bank_the_till())
        for channel in CHANNELS:
            if self.books.holds(channel):
                self.unsure = False
                self.money_is_released(channel, 100)
        self.unsure = False
        self._pay_everybody()
        self.journey.move_to(self.now + SOON)
        self._work(everybody=self.thorough)
        assert not any(self.books.holds(channel) for channel in CHANNELS)
        assert not self.books.due
        assert {one.status for one in self.books.pledges} <= reference.ENDED
        self.at_most_one_charge()
        assert totals_that_disagree() == {}
        assert list(faults()) == []

    def _pay_everybody(self) -> None:
        """Desk and lists give back all that they owe."""
        while self._handable():
            self.cash_is_handed_back(0)
        while any(due.in_cash for due in self.books.due):
            self.a_donor_asks_for_a_transfer(0)
        if self.books.listed:
            self.a_list_goes_to_the_bank(False, 0)

    def _go_on(self, moment: dt.datetime) -> None:
        self.journey.move_to(moment)
        self.all_workers_work()

    at_stripe_before: ClassVar[int]
    tells: ClassVar[bool] = False
    ended: ClassVar[int] = 0


class Patient(gateway.TokenBucket):
    """No limit of speed, and no pause when Stripe asks for one."""

    def __init__(self) -> None:
        super().__init__(1.0)

    def take(self) -> None:
        return


@pytest.fixture
def city(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    rewinding = Rewinding(configured.STRIPE_SECRET_KEY)
    settings.STRIPE_API_BASE = rewinding.bank.url
    monkeypatch.setattr(gateway, "bucket", Patient())
    monkeypatch.setattr(sdk.HTTPClient, "INITIAL_DELAY", 0)
    monkeypatch.setattr(clock, "real_now", lambda: dt.datetime.now(dt.UTC))  # asked thousands of times
    MoneyMachine.rewinding = rewinding
    MoneyMachine.city = City(rewinding)
    MoneyMachine.at_stripe_before = sum(
        line.amount for line in rewinding.bank.stripe.balance.retrieve().available
    )
    MoneyMachine.pristine = rewinding.keep()
    logging.disable(logging.CRITICAL)  # every fault is logged, and there are thousands
    yield
    logging.disable(logging.NOTSET)
    rewinding.stop()


def test_every_journey_comes_to_what_the_books_by_hand_say(city: None) -> None:
    name = os.environ.get("HYPOTHESIS_PROFILE", "journeys")
    given = os.environ.get("HYPOTHESIS_SEED") or hypothesis.core.global_force_seed
    always = name != "deep" and given is None  # the suite's are the same each time, those of `make deep` new
    number = EVERY_TIME if always else secrets.randbelow(2**32) if given is None else int(given)
    profile = settings.get_profile(name)
    if "JOURNEYS" in os.environ:
        profile = settings(profile, max_examples=int(os.environ["JOURNEYS"]))
    sys.stdout.write(f"{profile.max_examples} journeys of money, HYPOTHESIS_SEED={number}\n")
    MoneyMachine.tells = name == "deep"
    run_machine(seed(number)(MoneyMachine), settings=profile)
