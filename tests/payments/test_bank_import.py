"""Statements: the whole file or nothing, each movement once, in whatever order they come."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from crowdfund.kit import desk, jobs
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.bank.enums import LineStatus
from payments.bank.models import BankLine, BankStatement, Excess
from payments.bank.selectors.balance import covered, is_whole, our_account
from payments.bank.services.importing import import_statement
from payments.enums import PledgeStatus
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import balances, credit_balance, debit_balance, faults
from payments.models import Pledge
from payments.postings import cash_sent, stripe_sent
from payments.services.totals import totals_that_disagree
from tests import world
from tests.payments.bank_files.acting import TODAY, bring, drains, line, officer, paid, promise
from tests.payments.bank_files.writing import ADA, Move, document, one_statement, statement
from tests.payments.test_bank_formula import BAD_FILES
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def take(content: bytes, **fields):
    return import_statement(
        **{"content": content, "file_name": "x.xml", "by": officer(), "now": NOW} | fields
    )


def rows() -> Counter[str]:
    """How many rows each table has."""
    return Counter({model.__name__: model._default_manager.count() for model in apps.get_models()})


class TestOnce:
    def test_the_same_file_again_changes_nothing(self):
        pledge = promise(world.campaign())
        content = statement([paid(pledge), Move(300, text="?", on=TODAY)], from_on=TODAY)
        first = take(content)
        before = rows()
        again = take(content)
        assert (first.new_lines, again.new_lines, again.known_lines, again.again) == (2, 0, 2, True)
        assert again.statements == first.statements
        assert rows() == before

    def test_the_same_statement_in_another_file_and_version_changes_nothing(self):
        moves = [paid(promise(world.campaign()))]
        take(statement(moves, from_on=TODAY))
        before = rows()
        other = statement(moves, from_on=TODAY, version="08").replace(b"<MsgId>M1<", b"<MsgId>M2<")
        assert take(other).again
        assert rows() == before

    def test_a_week_that_holds_a_day_known_before_brings_only_the_rest(self):
        campaign = world.campaign()
        one, two = promise(campaign), promise(campaign, email="b@example.org")
        monday, tuesday = paid(one, on=TODAY), paid(two, on=TODAY + DAY)
        bring(monday)
        week = bring(monday, tuesday, opening=0, name="W")
        assert (week.new_lines, week.known_lines) == (1, 1)
        assert debit_balance("cash:bank") == 5_000
        assert is_whole(week.statements[0])

    def test_movements_without_a_name_of_their_own_are_told_apart_by_their_facts(self):
        twins = [Move(500, text="x", on=TODAY)] * 2
        bring(*twins)
        again = bring(*twins, Move(500, text="x", iban="", on=TODAY), opening=0, name="W")
        assert (again.new_lines, BankLine.objects.count()) == (1, 3)

    def test_several_statements_of_one_file(self):
        pledge = promise(world.campaign())
        days = [
            one_statement([Move(100, on=TODAY)], from_on=TODAY),
            one_statement([paid(pledge, on=TODAY + DAY)], from_on=TODAY + DAY, opening=100),
        ]
        done = take(document(*days))
        assert (len(done.statements), done.new_lines) == (2, 2)


class TestRefused:
    @pytest.mark.parametrize("name", [*BAD_FILES, "another account", "the second of two"])
    def test_a_bad_file_changes_nothing(self, name):
        wrong = {
            "another account": ("other_account", statement([Move(5)], iban=ADA)),
            "the second of two": (
                "sums",
                document(one_statement([Move(5)]), one_statement([Move(7)], closing=9, opening=5)),
            ),
        }
        code, content = (BAD_FILES | wrong)[name]
        officer()
        before = rows()
        with pytest.raises(Invalid) as caught:
            take(content)
        assert (caught.value.code, caught.value.field) == (code, "file")
        assert str(caught.value)
        assert rows() == before

    def test_wrong_sums_name_the_difference_in_euro(self):
        with pytest.raises(Invalid) as caught:
            take(statement([Move(2_500)], closing=2_367))
        assert "1,33" in str(caught.value)

    def test_only_officers_import(self):
        for by in (world.person(), world.staff(Role.APPROVER), world.staff(Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                take(statement([Move(5)]), by=by)
        assert not BankStatement.objects.exists()

    def test_without_an_account_the_channel_is_off(self, settings):
        settings.BANK_ACCOUNT_IBAN = ""
        with pytest.raises(Refused) as caught:
            take(statement([Move(5)]))
        assert caught.value.code == "transfers_off"


class TestWhatLeft:
    def test_a_charge_of_the_bank_is_booked_and_another_debit_waits(self):
        charge = statement([Move(-1_100, text="SPESE", on=TODAY)], from_on=TODAY, opening=5_000)
        code = b"<BkTxCd><Domn><Cd>ACMT</Cd><Fmly><Cd>MDOP</Cd><SubFmlyCd>CHRG</SubFmlyCd></Fmly></Domn></BkTxCd>"
        take(charge.replace(b"<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>", code))
        assert (line().status, debit_balance("cost:fees"), debit_balance("cash:bank")) == (
            "ours",
            1_100,
            -1_100,
        )
        bring(Move(-300, text="?", on=TODAY + DAY))
        assert line(amount_cents=300).status == LineStatus.UNEXPLAINED
        assert debit_balance("cash:bank") == -1_100, "not booked before somebody says what it is"


class TestOnItsWay:
    def test_a_payout_of_stripe_arrives(self):
        stripe_sent(cents=9_000, reference="po_1", now=NOW)
        bring(Move(9_000, name="STRIPE TECHNOLOGY EUROPE", text="STRIPE PAYOUT", on=TODAY))
        assert (line().status, debit_balance("cash:transit"), debit_balance("cash:bank")) == (
            "ours",
            0,
            9_000,
        )
        assert credit_balance("unmatched:bank") == 0
        bring(Move(9_000, name="STRIPE", ref="B2", on=TODAY + DAY))
        assert line(status="unmatched").amount_cents == 9_000, "each payout arrives once"

    def test_another_amount_or_sender_waits_for_somebody(self):
        stripe_sent(cents=9_000, reference="po_1", now=NOW)
        cash_sent(desk_id=1, cents=4_000, reference="closing:1", now=NOW)
        bring(Move(9_001, name="STRIPE", on=TODAY), Move(4_000, name="VERSAMENTO", on=TODAY))
        assert {row.status for row in BankLine.objects.all()} == {"unmatched"}
        assert debit_balance("cash:transit") == 13_000


class TestWhatIsKnown:
    def test_a_gap_is_seen_and_filled(self):
        first, second, third = ([Move(100 * n, ref=f"B{n}", on=TODAY + n * DAY)] for n in range(3))
        files = [
            statement(first[:0], from_on=TODAY, opening=700),
            statement(second, from_on=TODAY + DAY, opening=700),
            statement(third, from_on=TODAY + 2 * DAY, opening=800),
        ]
        take(files[0])
        assert covered(TODAY)
        assert not covered(TODAY + DAY)
        late = take(files[2]).statements[0]
        assert not is_whole(late)
        assert not covered(TODAY + DAY), "the day is over, but what happened on it is not known"
        take(files[1])
        assert is_whole(late)
        assert covered(TODAY + 2 * DAY)
        assert our_account().statement_cents == 1_000

    def test_a_page_alone_covers_nothing(self):
        take(statement([Move(100, on=TODAY)], from_on=TODAY, kinds=("OPBD", "ITBD")))
        assert not covered(TODAY)


class TestPlacing:
    def test_a_line_that_fails_stays_new_and_is_placed_later(self, monkeypatch):
        pledge = promise(world.campaign())
        from payments.bank.services import placing

        with monkeypatch.context() as broken:
            broken.setattr(placing, "arrive", lambda **_k: 1 / 0)
            done = bring(paid(pledge))
        assert (done.new_lines, line().status, debit_balance("cash:bank")) == (1, LineStatus.NEW, 0)
        assert not desk.officer_tasks(officer(), NOW), "nobody has to do anything"
        drains()
        pledge.refresh_from_db()
        assert (line().status, pledge.status) == (LineStatus.MATCHED, PledgeStatus.RECEIVED)

    def test_placed_twice_it_is_booked_once(self):
        pledge = promise(world.campaign())
        bring(paid(pledge), Move(50, on=TODAY, ref="?"), Move(-40, on=TODAY, ref="!"))
        before = rows()
        from payments.bank.services.placing import place_line

        for row in BankLine.objects.all():
            place_line(row, now=NOW)
        assert rows() == before

    def test_the_desk_asks_for_a_statement_when_none_has_come(self):
        assert desk.officer_tasks(officer(), NOW) == []
        pledge = promise(world.campaign())
        assert [str(task.action) for task in desk.officer_tasks(officer(), NOW)] == [
            "Importa l'estratto conto"
        ]
        bring(paid(pledge))
        assert desk.officer_tasks(officer(), NOW) == []


# Any order, any repetition


@st.composite
def stories(draw):
    """What backers sent, day by day: for pledge 0 to 2, for nobody (-1), or a debit (-2)."""
    days = draw(st.integers(1, 4))
    moves = draw(
        st.lists(
            st.tuples(st.integers(0, days - 1), st.integers(-2, 2), st.integers(1, 60) | st.just(25)),
            min_size=1,
            max_size=6,
        )
    )
    order = draw(st.permutations(range(days)))
    again = draw(st.lists(st.integers(0, days - 1), max_size=3))
    return days, moves, [*order, *again], draw(st.booleans())


@given(stories())
@settings(max_examples=8, deadline=None)
def test_any_order_and_repetition_of_statements_gives_the_same_books(story):
    days, moves, order, one_file = story
    found = []
    for sequence in (range(days), order):
        with transaction.atomic():
            found.append(outcome(days, moves, sequence, one_file=one_file and sequence is order))
            transaction.set_rollback(True)
    assert found[0] == found[1]


def outcome(days, moves, sequence, *, one_file):
    """Import the days in this order; what the books and the pledges say then."""
    campaign = world.campaign()
    pledges = [promise(campaign, email=f"{n}@example.org") for n in range(3)]
    files = daily_files(days, moves, pledges)
    if one_file:
        take(document(*(files[day] for day in sequence)))
    else:
        for day in sequence:
            take(document(files[day]))
    assert list(faults()) == []
    assert totals_that_disagree() == {}
    kinds = {code.replace(f":{campaign.pk}", ":c"): cents for code, cents in balances().items()}
    single = [n for n in range(3) if sum(who == n for _day, who, _euro in moves) <= 1]
    states = Pledge.objects.filter(campaign=campaign).order_by("pk")
    told = [(row.status, row.amount_cents) for n, row in enumerate(states) if n in single]
    arrived = Counter(BankLine.objects.values_list("credit", "amount_cents", "status"))
    excess = sum(Excess.objects.values_list("cents", flat=True))
    counted = sum(Pledge.objects.filter(status="received").values_list("amount_cents", flat=True))
    return kinds, told, arrived, excess + counted


def daily_files(days, moves, pledges):
    """One statement a day; every movement with the bank's own reference."""
    files, balance = [], 0
    for day in range(days):
        on = TODAY + day * DAY
        todays = [
            a_move(who, euro * 100, f"B{n}", on, pledges)
            for n, (when, who, euro) in enumerate(moves)
            if when == day
        ]
        files.append(one_statement(todays, from_on=on, to_on=on, opening=balance))
        balance += sum(move.cents for move in todays)
    return files


def a_move(who: int, cents: int, ref: str, on: dt.date, pledges: list[Pledge]) -> Move:
    if who == -2:
        return Move(-cents, ref=ref, on=on)
    return paid(pledges[who], cents, ref=ref, on=on) if who >= 0 else Move(cents, ref=ref, on=on)


def test_every_line_is_in_the_ledger_once():
    campaign = world.campaign()
    pledges = [promise(campaign, email=f"{n}@example.org") for n in range(3)]
    bring(*(paid(pledge) for pledge in pledges), Move(10, on=TODAY), now=NOW)
    jobs.run_until_quiet(["bank.place"])
    booked = LedgerTransfer.objects.filter(code="bank_received").values_list("reference", flat=True)
    assert sorted(booked) == sorted(f"bank_line:{row.pk}" for row in BankLine.objects.all())
