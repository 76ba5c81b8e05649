"""The monthly accounts of a project book by themselves what is paid to it, and what goes back: each event once."""

from __future__ import annotations

import datetime as dt
import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.enums import Role, TeamRole
from accounts.models import Membership
from campaigns.models import Project
from campaigns.sustainability.formula.booking import taken_back
from campaigns.sustainability.models import BookedMoney, Books, Correction, MonthlyAccount
from campaigns.sustainability.selectors.accounts import accounts_document, trajectory
from campaigns.sustainability.selectors.booked import booked_in
from campaigns.sustainability.services import booked as booking
from campaigns.sustainability.services import (
    close_month,
    correct_month,
    enter_month,
    months,
    open_books,
    revise_month,
)
from campaigns.sustainability.services.booked import Flow, book_money
from crowdfund.kit.errors import Invalid
from payments.matching.models import MatchFund
from payments.matching.services import Taken, disburse_tranche, return_match, take_back_tranche
from payments.models import Receivable, ReceivableClosing, TransferReversal
from payments.services import credit
from payments.services.payout import confirm_receipt, fail_payout, record_mandate, retry_payout
from payments.services.project_books import books_that_disagree, repair_books
from payments.services.receivables import approve_closing, propose_closing
from payments.services.reversals import confirm_impossible
from tests import world
from tests.payments import paying
from tests.payments.back import advance, collected, decided, pay_out, run
from tests.payments.test_disburse import committed
from tests.payments.test_tranches import paid
from tests.race import race
from tests.world import NOW

NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
IN_DECEMBER, IN_JANUARY = NOW + dt.timedelta(days=20), NOW + dt.timedelta(days=50)
AGREES = "The accounts agree with the ledger.\n"


def opened(project: Project, on: dt.date = NOVEMBER, now: dt.datetime = NOW) -> Books:
    return open_books(project=project, opened_on=on, by=None, now=now)


def rows() -> list[tuple[str, str, int]]:
    found = BookedMoney.objects.values_list("month", "kind", "cents")
    return [(f"{month:%Y-%m}", kind, cents) for month, kind, cents in found]


def agrees() -> bool:
    out = StringIO()
    call_command("check_project_books", stdout=out)
    return out.getvalue() == AGREES


def sent(campaign, cents: int = 100_000, now: dt.datetime = NOW):
    """A credit transfer that a bank list carries."""
    payout = paying.approved(campaign, cents, "bank")
    credit.send_credit_payout(payout=payout, now=now)
    return payout


@pytest.fixture
def banked():
    """A funded campaign that holds € 1,000 at the bank, its organisation with an IBAN."""
    campaign = paying.funded("bank")
    paying.iban_of(campaign.project.organisation)
    return campaign


@pytest.mark.django_db
class TestCrowd:
    def test_a_card_payout_its_refund_and_the_rest(self, bank, at):
        advance(bank)
        first = collected(bank, at, 10_000, 10_000)[0]
        books = opened(first.campaign.project)
        payout = pay_out(bank, first.campaign)
        assert rows() == [("2026-11", "donations", payout.amount_cents)]
        at(IN_DECEMBER)
        decided(first, 4_000)
        run()
        assert rows()[1:] == [("2026-11", "donations", -4_000)], "the month of the payout that was reversed"
        assert not books.months.exists(), "booked money enters no month for the team"
        assert agrees()

    def test_a_bank_list_is_booked_when_the_statement_shows_it_and_taken_back_when_it_returns(self, banked):
        opened(banked.project)
        payout = sent(banked)
        assert rows() == []
        credit.finish_credit_payout(payout=payout, proof="CF-L1-1", now=NOW)
        assert rows() == [("2026-11", "donations", 100_000)]
        for _twice in range(2):
            fail_payout(payout=payout, why="conto chiuso", now=IN_DECEMBER)
        assert rows()[1:] == [("2026-11", "donations", -100_000)]
        retry_payout(payout=payout, by=world.staff(Role.OFFICER), now=IN_DECEMBER)
        credit.send_credit_payout(payout=payout, now=IN_DECEMBER)
        credit.finish_credit_payout(payout=payout, proof="CF-L2-1", now=IN_DECEMBER)
        assert rows()[2:] == [("2026-12", "donations", 100_000)]
        assert agrees()

    def test_a_refused_payout_books_nothing(self, banked):
        opened(banked.project)
        fail_payout(payout=sent(banked), why="iban", now=NOW)
        assert rows() == []

    def test_a_debt_counts_when_it_is_paid(self, bank, at):
        [given_] = collected(bank, at, 10_000)
        opened(given_.campaign.project)
        payout = pay_out(bank, given_.campaign)
        cents = payout.amount_cents
        bank.control("spend", account=payout.disbursement.destination)
        decided(given_, 10_000)
        run()
        confirm_impossible(reversal=TransferReversal.objects.get(), by=world.staff(Role.OFFICER), now=NOW)
        debt = Receivable.objects.get()
        assert len(rows()) == 1, "owing is not paying"
        officer, approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
        for kind in ("paid", "write_off"):
            closing = propose_closing(
                receivable=debt, kind=kind, amount_cents=1_500, reason="CRO 1", by=officer, now=NOW
            )
            approve_closing(closing=closing, by=approver, now=NOW)
        assert rows() == [("2026-11", "donations", cents), ("2026-11", "donations", -1_500)]
        assert ReceivableClosing.objects.count() == 2
        assert agrees()


@pytest.mark.django_db
class TestMatch:
    def test_the_receipts_day_decides_the_month(self):
        campaign = committed(600_000)
        books = opened(campaign.project, dt.date(2026, 10, 5))
        officer, payout = world.staff(Role.OFFICER), paying.approved(campaign, 200_000, "match")
        record_mandate(
            payout=payout, number="12", on=dt.date(2026, 10, 20), amount_cents=200_000, by=officer, now=NOW
        )
        assert rows() == []
        confirm_receipt(payout=payout, receipt_on=dt.date(2026, 10, 30), by=officer, now=NOW)
        assert rows() == [("2026-10", "public_grants", 200_000)]
        assert repair_books() == 0, "each event once"
        with transaction.atomic():
            return_match(campaign=campaign, cents=50_000, reference="unspent:1", now=NOW, by=officer)
        assert rows()[1:] == [("2026-10", "public_grants", -50_000)]
        assert BookedMoney.objects.filter(books=books).count() == 2
        assert agrees()

    def test_a_foundations_money_is_a_private_grant_whatever_comes_back(self):
        campaign = committed(600_000)
        opened(campaign.project)
        MatchFund.objects.update(money="held", kind="sponsor", organisation=campaign.project.organisation)
        shares = [Taken(MatchFund.objects.get().pk, 600_000)]
        disburse_tranche(campaign_id=campaign.pk, cents=600_000, reference="test:1", now=NOW, shares=shares)
        assert rows() == [("2026-11", "private_grants", 600_000)]
        take_back_tranche(campaign_id=campaign.pk, reference="test:1", now=IN_DECEMBER)
        assert rows()[1:] == [("2026-11", "private_grants", -600_000)]
        assert agrees()


@pytest.mark.django_db
class TestTheWholeWay:
    """A campaign is paid by the crowd and by the city before its books open; the team keeps them; a payout returns."""

    def test_from_the_payout_to_the_ratios(self, client):
        campaign = committed(600_000)
        project, officer = campaign.project, world.staff(Role.OFFICER)
        paying.receive(campaign, "bank", 100_000)
        paying.iban_of(project.organisation)
        crowd = sent(campaign)
        credit.finish_credit_payout(payout=crowd, proof="CF-1", now=NOW)
        paid(campaign, None, 300_000)
        assert rows() == []
        books = opened(project)
        assert sorted(rows()) == [("2026-11", "donations", 100_000), ("2026-11", "public_grants", 300_000)]
        keeper = world.person("Olmo")
        Membership.objects.create(
            user=keeper, organisation=project.organisation, role=TeamRole.ACCOUNTANT, since=NOW
        )
        client.force_login(keeper)
        page = client.get(reverse("monthly_account", args=[project.slug, NOVEMBER])).content.decode()
        assert "1.000,00" in page
        account = enter_month(
            books=books, month=NOVEMBER, figures={"donations": 5_000, "staff": 810_000}, by=keeper, now=NOW
        )
        assert (account.donations_cents, account.entered_cents("donations")) == (105_000, 5_000)
        revise_month(account=account, figures={"donations": 7_000, "staff": 814_000}, by=keeper, now=NOW)
        account.refresh_from_db()
        assert (account.donations_cents, account.public_grants_cents) == (107_000, 300_000)
        close_month(account=account, by=keeper, now=IN_DECEMBER)
        fail_payout(payout=crowd, why="conto chiuso", now=IN_DECEMBER)
        account.refresh_from_db()
        assert (account.donations_cents, account.booked_donations_cents) == (7_000, 0)
        said = Correction.objects.get()
        assert (said.before_cents, said.after_cents, said.by) == (107_000, 7_000, None)
        assert said.reason
        now = trajectory(project).now
        assert now is not None
        assert float(now.ratios["grant_dependency"] or 0) == 1
        assert float(now.ratios["operating_margin"] or 0) == round((307_000 - 814_000) / 307_000, 4)
        document = accounts_document(project)["months"][0]
        assert (document["booked_public_grants_cents"], document["public_grants_cents"]) == (300_000, 300_000)
        public = client.get(reverse("project_accounts", args=[project.slug])).content.decode()
        assert "3.000,00" in public
        with pytest.raises(Invalid) as caught:
            correct_month(
                account=account, figure="public_grants", after_cents=299_999, reason="x", by=keeper, now=NOW
            )
        assert (caught.value.code, caught.value.field) == ("below_booked", "after_cents")
        assert officer.pk
        assert agrees()

    def test_money_from_before_the_books_first_month_is_booked_in_it(self, banked):
        credit.finish_credit_payout(payout=sent(banked), proof="CF-1", now=NOW)
        opened(banked.project, DECEMBER, IN_DECEMBER)
        assert rows() == [("2026-12", "donations", 100_000)]
        assert agrees()

    def test_the_check_says_what_differs_and_repairs_what_is_missing(self, banked, monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr("payments.services.project_books.book_money", lambda *_a, **_k: [])
            books = opened(banked.project)
            credit.finish_credit_payout(payout=sent(banked), proof="CF-1", now=NOW)
        assert books_that_disagree() == [f"{banked.project.slug}: donations: ledger 100000, booked 0"]
        with pytest.raises(CommandError, match="donations"):
            call_command("check_project_books")
        call_command("check_project_books", "--repair", stdout=StringIO())
        assert agrees()
        enter_month(books=books, month=NOVEMBER, figures={}, by=paying.owner_of(banked), now=NOW)
        MonthlyAccount.objects.update(booked_donations_cents=1)
        assert books_that_disagree() == [f"{banked.project.slug}: 2026-11: not the sum"]

    def test_what_is_booked_stays(self, banked):
        opened(banked.project)
        credit.finish_credit_payout(payout=sent(banked), proof="CF-1", now=NOW)
        for deed in (BookedMoney.objects.update, BookedMoney.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                deed(**({"cents": 1} if deed == BookedMoney.objects.update else {}))
        assert rows() == [("2026-11", "donations", 100_000)]


def flow(project: Project, cents: int, name: str, *, on: dt.date = NOVEMBER, undoes: str = "") -> Flow:
    return Flow(project.pk, "donations", cents, on, name, undoes)


@given(
    held=st.dictionaries(st.integers(24_000, 24_030), st.integers(0, 10**9), max_size=8),
    cents=st.integers(1, 10**10),
    first=st.none() | st.integers(24_000, 24_030),
)
def test_what_goes_back_never_takes_more_than_a_month_holds(held, cents, first):
    parts = taken_back(held, cents, first)
    assert sum(part for _month, part in parts) == min(cents, sum(held.values()))
    assert all(0 < part <= held[month] for month, part in parts)
    months = [month for month, _part in parts]
    assert len(set(months)) == len(months)
    if held.get(first):
        assert months[0] == first
        assert parts[0][1] == min(cents, held[first])
    rest = [month for month in months if month != first]
    assert rest == sorted(rest, reverse=True)


def told_in_any_order(project: Project, events, data) -> None:
    told = [(n, cents, month) for n, (cents, month, _back) in enumerate(events)]
    for n, cents, month in data.draw(st.permutations(told * 2)):
        book_money(flow(project, cents, f"t:{n}", on=dt.date(2026, month, 9)), now=NOW)
    backs = [(n, min(back, cents)) for n, (cents, _month, back) in enumerate(events) if back]
    for n, back in data.draw(st.permutations(backs * 2)):
        book_money(flow(project, -back, f"t:{n}:back", undoes=f"t:{n}"), now=NOW)
    sums: dict[dt.date, int] = {}
    for row in BookedMoney.objects.all():
        sums[row.month] = sums.get(row.month, 0) + row.cents
    assert all(cents >= 0 for cents in sums.values())
    paid_in = {month: sum(c - min(b, c) for c, m, b in events if m == month) for month in range(6, 12)}
    assert {month.month: cents for month, cents in sums.items() if cents} == {
        month: cents for month, cents in paid_in.items() if cents
    }


@pytest.mark.django_db
def test_any_order_with_duplicates_books_each_event_once():
    """Payments in any order, each told up to three times; then returns: sums are those of the events told once."""
    project = world.project()
    opened(project, dt.date(2026, 6, 1))
    deeds = st.lists(
        st.tuples(st.integers(1, 9_999), st.integers(6, 11), st.integers(0, 9_999)), min_size=1, max_size=5
    )

    @settings(deadline=None, max_examples=15)
    @given(events=deeds, data=st.data())
    def holds(events, data):
        with transaction.atomic():
            try:
                told_in_any_order(project, events, data)
            finally:
                transaction.set_rollback(True)

    holds()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Opening the books, entering a month and booking money wait for each other."""

    def ends(self, monkeypatch) -> tuple[int, int]:
        """What a month holds that is entered just as money is booked: the whole, and what was booked of it."""
        owner = world.person("Olmo")
        project = world.project(owner)
        books, was_read = opened(project), threading.Event()
        reading = booked_in

        def read(*asked):
            found = reading(*asked)
            was_read.set()
            time.sleep(0.05)
            return found

        def work(n: int) -> None:
            if n:
                was_read.wait(5)
                book_money(flow(project, 100, "t:1"), now=NOW)
            else:
                enter_month(books=books, month=NOVEMBER, figures={"donations": 7}, by=owner, now=NOW)

        monkeypatch.setattr(months, "booked_in", read)
        assert race(2, work) == [None, None]
        account = MonthlyAccount.objects.get()
        return account.donations_cents, account.booked_donations_cents

    def test_a_month_entered_while_money_is_booked_holds_it(self, monkeypatch):
        assert self.ends(monkeypatch) == (107, 100)

    def test_the_control_without_the_lock_loses_it(self, monkeypatch):
        for module in (booking, months):
            monkeypatch.setattr(module, "lock_books_of", lambda pk: Books.objects.filter(project=pk).first())
        assert self.ends(monkeypatch) == (7, 0)

    def test_the_same_event_twice_at_once_is_booked_once(self):
        project = world.project()
        opened(project)
        work = lambda _n: book_money(flow(project, 100, "t:1"), now=NOW)  # noqa: E731
        assert sorted(len(end) for end in race(2, work)) == [0, 1]


def test_the_reason_is_in_the_citys_language():
    row = BookedMoney(cents=-1)
    with override("en"):
        assert booking._why(row) != booking._why(BookedMoney(cents=1))
