"""Every status of a pledge and of a payout, tried by every event that can reach it: what it becomes, or why not.

A cell says the status that follows, `noted` (rows changed, the status did not), `nothing` (no row of the room changed)
or the code of the refusal: that one is logged, and no row of the room has changed. A status, a state, an event, a drain
or a type of Stripe's events that the table does not know fails the test.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as configured

from crowdfund.kit import jobs
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import IllegalTransition, advance
from payments.enums import PAYOUT_TRANSITIONS, PLEDGE_TRANSITIONS, PayoutStatus, PledgeStatus
from payments.gateway import client as gateway
from payments.models import Payout, Pledge
from payments.webhooks import handlers
from tests.payments import table_events as ev
from tests.payments.rewind import Rewinding, digests, undone
from tests.payments.table_states import LATER, PAYOUTS, PLEDGES, Stage, stage, tables

if TYPE_CHECKING:
    from tests.payments.table_states import Made


def of(names: str) -> frozenset[str]:
    return frozenset(names.split())


LIVE_CARD = of("pending_card active cancelled")
DECIDED_CARD = of("active_goal_met charging processing requires_action collected_in_the_window")
GONE_CARD = of("active_goal_missed active_called_off released failed")
KEPT_CARD = of("collected partly_refunded refunded refund_unknown refund_waiting disputed lost")
LIVE_TRANSFER = of("awaiting_transfer received")
OVER_TRANSFER = of("received_goal_missed expired collected_by_transfer returning returned")
LIVE_CASH = of("received_in_cash cancelled_in_cash")
OVER_CASH = of("collected_in_cash returning_in_cash returned_in_cash")
CONNECT = of("created waiting unknown done failed cancelled")
CREDIT = of("to_the_bank at_the_bank by_the_bank back_from_the_bank")
MANDATES = of("mandate mandate_recorded mandate_paid")

Cells = dict[str, frozenset[str]]
PLEDGE_TABLE: dict[Any, Cells] = {
    ev.raises_the_amount: {
        "noted": of("pending_card active awaiting_transfer"),
        "refused campaign_closed": DECIDED_CARD | GONE_CARD | KEPT_CARD | OVER_TRANSFER | OVER_CASH,
        "refused pledge_settled": LIVE_CASH | of("cancelled received"),
    },
    ev.lowers_the_amount: {
        "noted": of("pending_card active awaiting_transfer"),
        "refused campaign_closed": DECIDED_CARD | GONE_CARD | KEPT_CARD | OVER_TRANSFER | OVER_CASH,
        "refused pledge_settled": LIVE_CASH | of("cancelled received"),
    },
    ev.cancels: {
        "→ cancelled": of("pending_card active awaiting_transfer"),
        "refused campaign_closed": DECIDED_CARD | GONE_CARD | KEPT_CARD | OVER_TRANSFER | OVER_CASH,
        "refused pledge_settled": LIVE_CASH | of("cancelled"),
        "→ returning": of("received"),
    },
    ev.wants_another_card: {
        "nothing": of("pending_card"),
        "noted": of("active"),
        "refused campaign_closed": DECIDED_CARD | GONE_CARD | KEPT_CARD | OVER_TRANSFER | OVER_CASH,
        "refused pledge_settled": LIVE_TRANSFER | LIVE_CASH | of("cancelled"),
    },
    ev.opens_the_card_page: {
        "nothing": of("pending_card"),
        "noted": of("active"),
        "refused campaign_closed": DECIDED_CARD
        | GONE_CARD
        | KEPT_CARD
        | LIVE_TRANSFER
        | OVER_TRANSFER
        | LIVE_CASH
        | OVER_CASH
        | of("cancelled"),
    },
    ev.comes_back: {
        "refused window_closed": (
            LIVE_CARD | GONE_CARD | KEPT_CARD | LIVE_TRANSFER | LIVE_CASH | OVER_CASH | OVER_TRANSFER
        )
        - of("expired"),
        "refused nothing_to_recover": of("active_goal_met collected_in_the_window expired"),
        "refused charge_under_way": of("charging"),
        "refused debit_under_way": of("processing"),
        "noted": of("requires_action"),
    },
    ev.asks_for_a_refund: {
        "refused not_collected": (
            LIVE_CARD | GONE_CARD | LIVE_TRANSFER | LIVE_CASH | DECIDED_CARD | KEPT_CARD | OVER_TRANSFER
        )
        - of("collected_in_the_window collected partly_refunded collected_by_transfer")
        | of("returning_in_cash returned_in_cash"),
        "noted": of(
            "collected collected_in_the_window partly_refunded collected_by_transfer collected_in_cash"
        ),
    },
    ev.a_worker_asks_about_cards: {
        "noted": of("pending_card"),
        "nothing": DECIDED_CARD
        | GONE_CARD
        | KEPT_CARD
        | LIVE_TRANSFER
        | OVER_TRANSFER
        | LIVE_CASH
        | OVER_CASH
        | of("active cancelled"),
    },
    ev.the_deadline_meets_the_goal: {
        "→ cancelled": of("pending_card"),
        "noted": of("active cancelled cancelled_in_cash"),
        "nothing": DECIDED_CARD | GONE_CARD | KEPT_CARD | OVER_TRANSFER | OVER_CASH,
        "→ expired": of("awaiting_transfer"),
        "→ collected": of("received received_in_cash"),
    },
    ev.the_deadline_misses_the_goal: {
        "→ cancelled": of("pending_card"),
        "noted": LIVE_CASH | of("active cancelled received"),
        "nothing": DECIDED_CARD | GONE_CARD | KEPT_CARD | OVER_TRANSFER | OVER_CASH,
        "→ expired": of("awaiting_transfer"),
    },
    ev.workers_charge: {
        "nothing": (
            LIVE_CARD
            | GONE_CARD
            | KEPT_CARD
            | LIVE_TRANSFER
            | OVER_TRANSFER
            | LIVE_CASH
            | OVER_CASH
            | DECIDED_CARD
        )
        - of("active_goal_met charging"),
        "→ collected": of("active_goal_met charging"),
    },
    ev.workers_release: {
        "nothing": (
            LIVE_CARD | DECIDED_CARD | KEPT_CARD | LIVE_TRANSFER | LIVE_CASH | OVER_CASH | OVER_TRANSFER
        )
        - of("received_goal_missed")
        | of("failed released"),
        "→ released": of("active_goal_missed active_called_off"),
        "→ returning": of("received_goal_missed"),
    },
    ev.the_window_ends: {
        "nothing": (
            LIVE_CARD
            | GONE_CARD
            | KEPT_CARD
            | LIVE_TRANSFER
            | LIVE_CASH
            | OVER_CASH
            | DECIDED_CARD
            | OVER_TRANSFER
        )
        - of("requires_action collected_in_the_window expired"),
        "→ failed": of("requires_action"),
        "noted": of("collected_in_the_window expired"),
    },
    ev.workers_send_refunds: {
        "nothing": (
            LIVE_CARD
            | DECIDED_CARD
            | GONE_CARD
            | LIVE_TRANSFER
            | OVER_TRANSFER
            | LIVE_CASH
            | OVER_CASH
            | KEPT_CARD
        )
        - of("refund_unknown refund_waiting"),
        "→ refunded": of("refund_unknown"),
        "noted": of("refund_waiting"),
    },
    ev.workers_place_lines: {
        "nothing": LIVE_CARD
        | DECIDED_CARD
        | GONE_CARD
        | KEPT_CARD
        | LIVE_TRANSFER
        | OVER_TRANSFER
        | LIVE_CASH
        | OVER_CASH,
    },
    ev.the_campaign_is_called_off: {
        "→ cancelled": of("pending_card"),
        "→ released": of("active"),
        "refused illegal_transition": DECIDED_CARD | GONE_CARD | KEPT_CARD | OVER_TRANSFER | OVER_CASH,
        "nothing": of("cancelled cancelled_in_cash"),
        "→ expired": of("awaiting_transfer"),
        "→ returning": of("received received_in_cash"),
    },
    ev.an_officer_gives_up_what_was_paid_out: {
        "nothing": (
            LIVE_CARD
            | DECIDED_CARD
            | GONE_CARD
            | LIVE_TRANSFER
            | OVER_TRANSFER
            | LIVE_CASH
            | OVER_CASH
            | KEPT_CARD
        )
        - of("refund_waiting"),
        "noted": of("refund_waiting"),
    },
    ev.part_is_refunded: {
        "refused not_collected": (
            LIVE_CARD | GONE_CARD | LIVE_TRANSFER | LIVE_CASH | DECIDED_CARD | OVER_TRANSFER
        )
        - of("collected_in_the_window collected_by_transfer")
        | of("refunded lost returning_in_cash returned_in_cash"),
        "→ partly_refunded": of("collected collected_in_the_window"),
        "refused above_refundable": of("refund_unknown refund_waiting"),
        "noted": of("partly_refunded collected_by_transfer collected_in_cash"),
        "refused disputed": of("disputed"),
    },
    ev.all_is_refunded: {
        "refused not_collected": (
            LIVE_CARD | GONE_CARD | LIVE_TRANSFER | LIVE_CASH | DECIDED_CARD | OVER_TRANSFER
        )
        - of("collected_in_the_window collected_by_transfer")
        | of("refunded lost returning_in_cash returned_in_cash"),
        "→ refunded": of("collected collected_in_the_window partly_refunded"),
        "refused above_refundable": of("refund_unknown refund_waiting"),
        "refused disputed": of("disputed"),
        "noted": of("collected_by_transfer collected_in_cash"),
    },
    ev.a_card_was_saved: {
        "→ active": of("pending_card"),
        "noted": DECIDED_CARD | GONE_CARD | KEPT_CARD | of("active cancelled"),
    },
    ev.a_setup_succeeded: {
        "→ active": of("pending_card"),
        "nothing": DECIDED_CARD | GONE_CARD | KEPT_CARD | of("active cancelled"),
    },
    ev.the_card_page_expired: {
        "→ cancelled": of("pending_card"),
        "nothing": DECIDED_CARD | GONE_CARD | KEPT_CARD | of("active cancelled"),
    },
    ev.a_charge_succeeded: {
        "nothing": (LIVE_CARD | KEPT_CARD | GONE_CARD) - of("failed")
        | of("active_goal_met collected_in_the_window"),
        "→ collected": DECIDED_CARD - of("active_goal_met collected_in_the_window"),
        "noted": of("failed"),
    },
    ev.a_charge_failed: {
        "nothing": (LIVE_CARD | GONE_CARD | KEPT_CARD | DECIDED_CARD) - of("charging processing"),
        "→ requires_action": of("charging processing"),
    },
    ev.a_charge_was_cancelled: {
        "nothing": (LIVE_CARD | GONE_CARD | KEPT_CARD | DECIDED_CARD) - of("charging processing"),
        "→ requires_action": of("charging processing"),
    },
    ev.the_payment_page_is_paid: {
        "nothing": (LIVE_CARD | GONE_CARD | KEPT_CARD | DECIDED_CARD) - of("requires_action"),
        "→ collected": of("requires_action"),
    },
    ev.a_dispute_was_opened: {
        "nothing": (LIVE_CARD | GONE_CARD | DECIDED_CARD) - of("collected_in_the_window")
        | of("refunded disputed lost"),
        "→ disputed": KEPT_CARD - of("refunded disputed lost") | of("collected_in_the_window"),
    },
    ev.a_dispute_was_won: {
        "nothing": (LIVE_CARD | GONE_CARD | DECIDED_CARD) - of("collected_in_the_window")
        | of("refunded lost"),
        "noted": KEPT_CARD - of("refunded disputed lost") | of("collected_in_the_window"),
        "→ collected": of("disputed"),
    },
    ev.a_dispute_was_lost: {
        "nothing": (LIVE_CARD | GONE_CARD | DECIDED_CARD) - of("collected_in_the_window")
        | of("refunded lost"),
        "→ lost": of("collected collected_in_the_window partly_refunded disputed"),
        "→ disputed": of("refund_unknown refund_waiting"),
    },
    ev.a_refund_arrived: {
        "nothing": (LIVE_CARD | DECIDED_CARD | GONE_CARD | KEPT_CARD) - of("refund_unknown"),
        "→ refunded": of("refund_unknown"),
    },
    ev.a_refund_came_back: {
        "nothing": (LIVE_CARD | DECIDED_CARD | GONE_CARD | KEPT_CARD) - of("partly_refunded refunded"),
        "→ collected": of("partly_refunded refunded"),
    },
    ev.a_transfer_arrives: {
        "→ received": of("awaiting_transfer"),
        "noted": OVER_TRANSFER | of("received"),
    },
    ev.a_late_transfer_arrives: {
        "noted": LIVE_TRANSFER | OVER_TRANSFER,
    },
    ev.too_little_arrives: {
        "→ received": of("awaiting_transfer"),
        "noted": OVER_TRANSFER | of("received"),
    },
    ev.too_much_arrives: {
        "→ received": of("awaiting_transfer"),
        "noted": OVER_TRANSFER | of("received"),
    },
    ev.the_receipt_is_cancelled: {
        "→ cancelled": of("received_in_cash"),
        "refused campaign_closed": OVER_CASH,
        "refused cancelled_already": of("cancelled_in_cash"),
    },
    ev.the_cash_is_handed_back: {
        "nothing": LIVE_CASH | of("collected_in_cash"),
        "→ refunded": of("returning_in_cash"),
        "refused returned_already": of("returned_in_cash"),
    },
}
PAYOUT_TABLE: dict[Any, Cells] = {
    ev.workers_send: {
        "nothing": CREDIT | MANDATES | of("failed cancelled done"),
        "→ done": of("created waiting unknown"),
    },
    ev.workers_find_no_money: {
        "nothing": CREDIT | MANDATES | of("failed cancelled done"),
        "→ waiting": of("created unknown"),
        "noted": of("waiting"),
    },
    ev.the_payee_changes: {
        "nothing": CREDIT | MANDATES | of("failed cancelled done"),
        "→ cancelled": of("created waiting unknown"),
    },
    ev.holders_dispute_it_all: {
        "nothing": CREDIT | MANDATES | of("failed cancelled done"),
        "→ waiting": of("created unknown"),
        "noted": of("waiting"),
    },
    ev.the_reserve_is_empty: {
        "nothing": CREDIT | MANDATES | of("failed cancelled done"),
        "→ waiting": of("created unknown"),
        "noted": of("waiting"),
    },
    ev.somebody_approves_again: {
        "refused illegal_transition": CONNECT | CREDIT | MANDATES,
    },
    ev.somebody_rejects_it: {
        "refused illegal_transition": CONNECT | CREDIT | MANDATES,
    },
    ev.an_officer_gives_it_up: {
        "→ cancelled": of("failed created waiting to_the_bank back_from_the_bank mandate"),
        "refused illegal_transition": of("cancelled"),
        "refused payout_under_way": of("unknown done at_the_bank by_the_bank mandate_recorded mandate_paid"),
    },
    ev.an_officer_tries_again: {
        "→ created": of("failed back_from_the_bank"),
        "refused not_failed": (MANDATES | CONNECT | CREDIT) - of("failed back_from_the_bank"),
    },
    ev.its_mandate_is_recorded: {
        "refused not_a_mandate": CONNECT | CREDIT,
        "→ unknown": of("mandate"),
        "refused mandate_step": of("mandate_recorded mandate_paid"),
    },
    ev.its_receipt_is_confirmed: {
        "refused not_a_mandate": CONNECT | CREDIT,
        "refused mandate_step": of("mandate mandate_paid"),
        "→ done": of("mandate_recorded"),
    },
    ev.the_treasury_refuses_it: {
        "refused not_a_mandate": CONNECT | CREDIT,
        "refused mandate_step": of("mandate"),
        "→ cancelled": of("mandate_recorded mandate_paid"),
    },
    ev.the_account_is_stopped: {
        "nothing": of("failed cancelled done"),
        "→ waiting": of("created unknown"),
        "noted": of("waiting"),
    },
    ev.a_list_leaves: {
        "→ unknown": of("to_the_bank"),
        "refused nothing_due": CREDIT - of("to_the_bank"),
    },
    ev.a_statement_shows_it: {
        "noted": of("to_the_bank by_the_bank"),
        "→ done": of("at_the_bank"),
        "nothing": of("back_from_the_bank"),
    },
    ev.its_bank_sends_it_back: {
        "noted": of("to_the_bank back_from_the_bank"),
        "→ failed": of("at_the_bank by_the_bank"),
    },
    ev.our_bank_refuses_it: {
        "nothing": of("to_the_bank"),
        "→ failed": of("at_the_bank"),
        "refused item_settled": of("by_the_bank back_from_the_bank"),
    },
}


def rows(table: dict[Any, Cells], name: str) -> dict[Any, str]:
    """What a state's row says: event → outcome."""
    return {event: said for event, cells in table.items() for said, states in cells.items() if name in states}


class TestTheTableIsWhole:
    def test_every_status_has_a_row(self):
        assert {status for status, _make in PLEDGES.values()} == set(PledgeStatus)
        assert {status for status, _make in PAYOUTS.values()} == set(PayoutStatus)

    @pytest.mark.parametrize(
        ("table", "reach"),
        [(PLEDGE_TABLE, ev.REACH_PLEDGES), (PAYOUT_TABLE, ev.REACH_PAYOUTS)],
    )
    def test_every_event_has_one_cell_for_each_state_that_it_can_reach(self, table, reach):
        assert set(table) == set(reach)
        for event, states in reach.items():
            said = [name for cells in table[event].values() for name in cells]
            assert sorted(said) == sorted(states), event.__name__

    def test_every_listener_of_stripe_is_told_something(self):
        heard = {listener for kind in ev.TOLD for listener in handlers._handlers[kind]}
        assert heard == {listener for kind in handlers._handlers for listener in handlers._handlers[kind]}

    def test_every_drain_is_run_or_touches_neither(self):
        assert {drain.name for drain in jobs.drains()} == ev.RUN | ev.ELSEWHERE


@pytest.fixture(scope="module")
def rewinding() -> Iterator[Rewinding]:
    there = Rewinding(configured.STRIPE_SECRET_KEY)
    yield there
    there.stop()


@pytest.fixture
def there(rewinding: Rewinding, settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Stage]:
    settings.STRIPE_API_BASE = rewinding.bank.url
    monkeypatch.setattr(gateway, "bucket", gateway.TokenBucket(1000.0))
    empty = rewinding.keep()
    yield stage(rewinding)
    rewinding.go_back(empty)


def outcome(there: Stage, read: Callable[[], str], event: Any, log: pytest.LogCaptureFixture) -> str:
    """What an event does."""
    was = read()
    log.clear()
    code = ""
    try:
        event(there)
    except Refused as refused:
        code = refused.code
    if code:
        assert digests(*tables()) == there.before, "refused, yet something changed"
        assert f"refused: {code}" in log.text
        return f"refused {code}"
    if (now := read()) != was:
        return f"→ {now}"
    return "nothing" if digests(*tables()) == there.before else "noted"


def walk(
    there: Stage, made: Made, row: dict[Any, str], read: Callable[[], str], log: pytest.LogCaptureFixture
) -> None:
    """Make a state once and try every event on it, each undone before the next."""
    status, make = made
    make(there)
    there.rewinding.at(LATER)
    assert read() == status
    kept, page, before = there.rewinding.keep(), there.page, digests(*tables())
    log.set_level(logging.INFO)
    found = {}
    for event in row:
        there.page, there.before = page, before
        with undone(there.rewinding, kept):
            found[event] = outcome(there, read, event, log)
        there.rewinding.at(LATER)
    assert {event.__name__: said for event, said in found.items()} == {
        event.__name__: said for event, said in row.items()
    }


@pytest.mark.parametrize("name", PLEDGES)
def test_a_pledge(name: str, there: Stage, caplog: pytest.LogCaptureFixture) -> None:
    walk(there, PLEDGES[name], rows(PLEDGE_TABLE, name), lambda: there.row.status, caplog)


@pytest.mark.parametrize("name", PAYOUTS)
def test_a_payout(name: str, there: Stage, caplog: pytest.LogCaptureFixture) -> None:
    walk(there, PAYOUTS[name], rows(PAYOUT_TABLE, name), lambda: there.paying.status, caplog)


@pytest.mark.parametrize(
    ("model", "statuses", "table"),
    [(Pledge, PledgeStatus, PLEDGE_TRANSITIONS), (Payout, PayoutStatus, PAYOUT_TRANSITIONS)],
)
def test_every_step_that_the_statuses_do_not_know_is_refused_and_logged(
    model: Any, statuses: Any, table: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """All pairs, also those that no event tries: refused before the database is asked."""
    illegal = [(a, b) for a in statuses for b in statuses if b not in table[a]]
    for before, after in illegal:
        with pytest.raises(IllegalTransition):
            advance(model(pk=1, status=before), after, table=table, now=LATER)
        assert f"{before} -> {after}" in caplog.text
        caplog.clear()
    assert len(illegal) > len(statuses)
