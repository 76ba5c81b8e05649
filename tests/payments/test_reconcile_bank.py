"""Each line of our account booked once, nothing booked that no statement shows, money that leaves and arrives."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.enums import Role
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from payments import postings
from payments.bank.models import BankLine
from payments.bank.selectors.transit import booked_before, in_transit
from payments.bank.services.goals import Goal
from payments.bank.services.matches import approve_match, propose_match
from payments.bank.services.placing import place_new_lines
from payments.cash.services.closings import close_day, confirm_banked, countersign, follow_bank, send_cash
from payments.ledger.selectors import debit_balance
from payments.reconciliation.selectors.bank_side import bank_transfers_of, compare_bank, lines_of
from payments.reconciliation.selectors.sides import Found
from payments.services.advances import approve_advance, propose_advance
from payments.services.release import release_due
from tests import world
from tests.payments import counter
from tests.payments.bank_files import acting
from tests.payments.bank_files.acting import bring, paid, promise
from tests.payments.bank_files.writing import OURS, Move
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def _account(settings):
    settings.BANK_ACCOUNT_IBAN = OURS
    settings.BANK_ACCOUNT_HOLDER = "Comune di Milano"


def differing(now=NOW) -> dict[str, Found]:
    return {one.subject: one for one in compare_bank(now=now).differences}


def day(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


def test_without_an_account_or_a_statement_nothing_is_compared(settings):
    postings.own_advance(into="cash:bank", cents=5, reference="x:1", now=NOW - WEEK)
    assert differing() == {}
    settings.BANK_ACCOUNT_IBAN = ""
    assert differing() == {}


def test_transfers_in_and_back_and_charges_leave_nothing_open():
    campaign = world.campaign()
    kept, given_back = promise(campaign), promise(campaign, email="bo@example.org")
    bring(
        paid(kept), paid(given_back, 3_000), Move(999, on=TODAY, text="boh", ref="U1"),
        Move(-150, on=TODAY, text="CANONE", ref="C1", name="", iban=""),
    )  # fmt: skip
    BankLine.objects.filter(servicer_reference="C1").update(is_charge=True, status="new")
    place_new_lines()
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.MISSED)
    release_due()
    acting.drains()
    transfers = acting.a_list()
    items = list(transfers.items.all())
    assert len(items) >= 2
    bring(
        *(
            Move(-item.amount_cents, on=day(1), e2e=item.end_to_end_id, ref=f"O{item.n}")
            for item in items[1:]
        ),
        Move(-items[0].amount_cents, on=day(1), e2e=items[0].end_to_end_id, ref="O0"),
        now=NOW + dt.timedelta(days=1),
    )
    bring(
        Move(items[0].amount_cents, on=day(3), e2e=items[0].end_to_end_id, ref="R0", back="AC04"),
        now=NOW + dt.timedelta(days=3),
    )
    assert differing(NOW + dt.timedelta(days=3)) == {}


def test_a_line_that_nobody_has_explained():
    bring(Move(-700, on=TODAY, text="?", ref="X1"), opening=1_000)
    found = differing()
    line = BankLine.objects.get()
    one = found[f"bank:bank_line:{line.pk}"]
    assert (one.kind, one.proposal, one.moved_cents, one.booked_cents) == (
        "not_booked",
        "place_line",
        -700,
        0,
    )
    assert lines_of(one.root) == [line]
    opening = found["bank:opening"]
    assert (opening.kind, opening.moved_cents) == ("not_booked", 1_000)
    assert len(found) == 2


def test_what_is_booked_and_on_no_statement():
    bring(Move(500, on=TODAY, ref="A1"))
    postings.own_advance(into="cash:bank", cents=9_000, reference="advance:77", now=NOW)
    assert differing() == {}, "the bank may take some days"
    assert compare_bank(now=NOW).in_flight == 1
    bring(Move(1, on=day(4), ref="A2"), now=NOW + WEEK)
    one = next(iter(differing(NOW + WEEK).values()))
    assert (one.kind, one.moved_cents, one.booked_cents) == ("not_moved", 0, 9_000)
    assert [transfer.reference for transfer in bank_transfers_of(one.root)] == ["advance:77"]


def test_a_line_that_is_booked_with_another_amount():
    campaign = world.campaign()
    bring(paid(promise(campaign)))
    line = BankLine.objects.get()
    postings.bank_fee(cents=30, reference=f"bank_line:{line.pk}", now=NOW)
    [one] = differing().values()
    assert (one.kind, one.moved_cents, one.booked_cents) == ("other_amount", 2_500, 2_470)
    assert bank_transfers_of(one.root).count() == 2


def same(line: BankLine, kind: str, transfer) -> None:
    """Two people say that a line is money which is booked already, or was on its way."""
    goal = Goal(kind=kind, transfer=transfer)
    match = propose_match(line=line, goal=goal, by=acting.officer(), now=NOW)
    approve_match(match=match, by=acting.approver(), now=NOW)


def test_an_advance_that_two_people_recorded_is_booked_once():
    made = propose_advance(
        place="bank", amount_cents=9_000, proof="TRN 7", reason="r", by=world.staff(Role.OFFICER), now=NOW
    )
    approve_advance(advance=made, by=world.staff(Role.APPROVER), now=NOW)
    bring(Move(9_000, on=TODAY, ref="A1"))
    assert debit_balance("cash:bank") == 18_000, "twice, until two people say that it is the same"
    bring(Move(1, on=day(4), ref="A2"), now=NOW + WEEK)
    [one] = differing(NOW + WEEK).values()
    assert (one.kind, one.booked_cents) == ("not_moved", 9_000)
    same(BankLine.objects.get(servicer_reference="A1"), "booked", booked_before(9_000)[0])
    assert differing(NOW + WEEK) == {}


def test_a_missing_statement_breaks_the_chain():
    bring(Move(500, on=TODAY, ref="A1"))
    bring(Move(100, on=day(2), ref="A2"), opening=900)
    one = differing()["balance:bank"]
    assert (one.kind, one.moved_cents, one.booked_cents) == ("balance", 1_000, 600)


def closing_sent():
    desk, campaign = counter.desk(), world.campaign()
    nina = counter.operator(desk)
    counter.take(desk, nina, campaign)
    closing = close_day(desk=desk, counted_cents=5_000, by=nina, now=NOW)
    countersign(closing=closing, by=world.staff(Role.OFFICER), now=NOW)
    send_cash(closing=closing, cents=5_000, bag="7", by=nina, now=NOW)
    return closing


def test_cash_that_left_a_desk_is_on_its_way_and_then_late():
    closing = closing_sent()
    bring(Move(1, on=TODAY, ref="A1"))
    assert differing() == {}
    late = NOW + dt.timedelta(days=11)
    one = next(iter(differing(late).values()))
    assert (one.kind, one.booked_cents, one.source) == (
        "not_arrived",
        5_000,
        f"desk_closing:{closing.pk}",
    )
    confirm_banked(closing=closing, proof="riga", by=world.staff(Role.OFFICER, name="Bea"), now=late)
    assert differing(late) == {}, "booked as arrived: the next statement has to show it"


def test_cash_that_the_statement_shows_is_booked_once():
    closing = closing_sent()
    bring(Move(5_000, on=day(1), ref="V1", text="versamento"), now=NOW + dt.timedelta(days=1))
    same(BankLine.objects.get(), "in_transit", in_transit()[0])
    assert follow_bank() == 1
    closing.refresh_from_db()
    assert (closing.status, debit_balance("cash:bank")) == ("banked", 5_000)
    assert differing(NOW + WEEK) == {}


def test_the_account_of_money_on_its_way_holds_nothing_else():
    bring(Move(1, on=TODAY, ref="A1"))
    postings.cash_banked(cents=300, reference="nobody:1", now=NOW)
    assert differing()["balance:transit"].moved_cents == 0
    assert differing()["balance:transit"].booked_cents == -300
