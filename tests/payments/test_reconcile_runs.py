"""A reconciliation is ordered once, carried out by whoever comes first, tried again, and told."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.management import call_command

from accounts.enums import Role
from accounts.notices.models import Notice
from accounts.notices.services import render
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed
from payments.reconciliation.models import Difference, ReconciliationRun, StripeMovement
from payments.reconciliation.services import movements, runs
from payments.reconciliation.services.runs import ask_for_run, order_nightly, run_due
from tests import world
from tests.payments.reconciling import LATER
from tests.race import race
from tests.world import NOW

pytestmark = pytest.mark.django_db
THREE = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)  # three in the morning in the city


@pytest.fixture
def nights(settings):
    settings.RECONCILE_NIGHTLY = True


def foreign_refund(books):
    [given] = books.charged(10_000)
    books.stripe.refunds.create({"charge": books.charge_of(given), "amount": 300})


def test_every_night_at_three_in_the_city(books, nights):
    books.to(THREE - dt.timedelta(minutes=1))
    ReconciliationRun.objects.create(
        kind="nightly", night=NOW.date(), created_at=NOW, status="failed"
    )  # of the day before
    assert order_nightly() == 0
    books.to(THREE)
    assert (order_nightly(), order_nightly()) == (1, 0)
    assert run_due() == 1
    run = ReconciliationRun.objects.first()
    assert (run.kind, run.night, run.status) == ("nightly", dt.date(2026, 11, 23), "done")
    books.to(THREE + dt.timedelta(hours=20))
    assert order_nightly() == 0
    books.to(THREE + dt.timedelta(days=1))
    assert order_nightly() == 1


def test_nights_can_be_switched_off(books, settings):
    books.to(THREE)
    settings.RECONCILE_NIGHTLY = False
    assert order_nightly() == 0
    settings.RECONCILE_NIGHTLY, settings.STRIPE_SECRET_KEY = True, ""
    assert order_nightly() == 0


def test_officers_are_told_at_night_and_once_for_each_new_difference(books, nights):
    olga, aldo = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
    foreign_refund(books)
    books.to(THREE)
    order_nightly()
    run_due()
    notice = Notice.objects.get(event="books_differ")
    assert (notice.user, aldo.email != notice.email) == (olga, True)
    render(notice)
    assert notice.subject == "I conti non tornano (1)"
    assert "/ufficio/riconciliazione/" in notice.text
    books.to(THREE + dt.timedelta(days=1))
    order_nightly()
    run_due()
    assert Notice.objects.filter(event="books_differ").count() == 1, "nothing new the second night"


def test_one_at_a_time(books):
    olga = world.staff(Role.OFFICER)
    first = ask_for_run(by=olga, now=NOW)
    assert ask_for_run(by=olga, now=NOW) == first
    run_due()
    assert ask_for_run(by=olga, now=NOW) != first
    for who in (world.person(), world.staff(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            ask_for_run(by=who, now=NOW)


def test_when_stripe_is_away_it_waits_and_goes_on(books):
    books.charged(10_000)
    run = ask_for_run(by=None, now=NOW)
    books.fault("GET /v1/balance*", "error_before", times=99)
    run_due()
    run.refresh_from_db()
    assert (run.status, run.attempts, bool(run.error)) == ("waiting", 1, True)
    assert not Difference.objects.exists(), "half a reading says nothing"
    assert run_due() == 0, "not before ten minutes"
    books.no_faults()
    books.to(NOW + LATER)
    assert run_due() == 1
    run.refresh_from_db()
    assert (run.status, run.error, run.open_differences) == ("done", "", 0)


def test_it_gives_up_in_the_end(books, monkeypatch):
    monkeypatch.setattr(runs, "MOST_ATTEMPTS", 2)
    run = ask_for_run(by=None, now=NOW)
    books.fault("GET /v1/balance*", "error_before", times=99)
    run_due()
    books.to(NOW + LATER)
    run_due()
    run.refresh_from_db()
    assert (run.status, run.due_at) == ("failed", None)
    books.no_faults()
    assert ask_for_run(by=None, now=NOW) != run


def test_a_worker_that_lost_its_claim_writes_nothing(books, monkeypatch):
    foreign_refund(books)
    books.to(NOW + LATER)
    run = ask_for_run(by=None, now=clock.now())
    real = movements.find_owners

    def steal():
        ReconciliationRun.objects.filter(pk=run.pk).update(fence=99)
        return real()

    monkeypatch.setattr(runs, "find_owners", steal)
    run_due()
    run.refresh_from_db()
    assert (run.status, Difference.objects.count()) == ("running", 0)
    monkeypatch.undo()
    ReconciliationRun.objects.update(leased_until=None)
    run_due()
    run.refresh_from_db()
    assert (run.status, Difference.objects.count()) == ("done", 1)


def test_what_was_not_read_to_its_end_is_read_again(books, monkeypatch):
    """Pages come newest first: one that breaks off must not leave the older ones out for good."""
    monkeypatch.setattr("payments.gateway.balance.PAGE", 2)
    books.charged(1_000, 1_100, 1_200, 1_300)
    run = ask_for_run(by=None, now=NOW)
    books.fault("GET /v1/balance_transactions*", "error_before", times=99, skip=1)
    run_due()
    assert StripeMovement.objects.count() == 2
    books.no_faults()
    books.to(NOW + LATER)
    run_due()
    run.refresh_from_db()
    assert (run.status, StripeMovement.objects.count()) == ("done", 4)


# The command


def test_the_command_says_that_all_is_well(books, capsys):
    books.charged(10_000)
    books.to(NOW + LATER)
    call_command("reconcile")
    out = capsys.readouterr().out
    assert "Stripe €98.25 · books €98.25 · on the way €0.00 (0)" in out
    assert "0 open" in out


def test_the_command_lists_what_is_open_and_exits_one(books, capsys):
    foreign_refund(books)
    books.to(NOW + LATER)
    with pytest.raises(SystemExit) as caught:
        call_command("reconcile")
    assert caught.value.code == 1
    out = capsys.readouterr().out
    assert "-€3.00  Moved, and nothing of ours asked for it: Refund · re_" in out
    assert "1 open" in out
    with pytest.raises(SystemExit):
        call_command("reconcile", "--json")
    said = json.loads(capsys.readouterr().out)
    [row] = said["open"]
    assert (row["kind"], row["difference_cents"]) == ("not_ours", -300)
    assert (said["stripe_cents"], said["ledger_cents"]) == (9_525, 9_825)


def test_the_command_exits_two_when_stripe_is_away(books, capsys):
    books.fault("GET /v1/balance*", "error_before", times=99)
    with pytest.raises(SystemExit) as caught:
        call_command("reconcile")
    assert caught.value.code == 2
    assert "could not be done" in capsys.readouterr().err
    assert ReconciliationRun.objects.get().status == "failed"


# Races


@pytest.mark.django_db(transaction=True)
def test_asked_for_by_four_at_once_it_is_ordered_once():
    ends = race(4, lambda _n: ask_for_run(by=None, now=NOW).pk)
    assert len(set(ends)) == 1
    assert ReconciliationRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_it_is_ordered_several_times(monkeypatch):
    """The control: everybody sees that none is under way."""
    import threading

    gate = threading.Barrier(4)
    monkeypatch.setattr(runs, "lock_orders", lambda: None)
    real = runs._order

    def together(now, **fields):
        gate.wait(10)
        return real(now, **fields)

    monkeypatch.setattr(runs, "_order", together)
    race(4, lambda _n: ask_for_run(by=None, now=NOW).pk)
    assert ReconciliationRun.objects.count() == 4
