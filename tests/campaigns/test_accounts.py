"""Monthly accounts: who enters, closes and corrects them, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.translation import override

from accounts.enums import Role, TeamRole
from campaigns.sustainability import services
from campaigns.sustainability.apps import months_due
from campaigns.sustainability.models import Books, Correction, MonthlyAccount
from campaigns.sustainability.services.months import Extras
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from tests import world
from tests.campaigns.books_rows import BAR, NOW, START, books, closed, entered, member, month
from tests.campaigns.codesign_rows import at_once

pytestmark = pytest.mark.django_db

OTHERS = ["guest", "stranger", "editor", "elsewhere", "officer", "tutor"]


@pytest.fixture
def owner():
    return world.person("Olmo")


@pytest.fixture
def of(owner):
    return books(owner)


def somebody(who, project):
    """Somebody who keeps no books of this project."""
    elsewhere = world.person("Elio")
    world.organisation(elsewhere)
    return {
        "guest": lambda: None,
        "stranger": world.person,
        "editor": lambda: member(project, TeamRole.EDITOR),
        "elsewhere": lambda: elsewhere,
        "officer": lambda: world.staff(Role.OFFICER),
        "tutor": lambda: world.staff(Role.TUTOR),
    }[who]()


# --- opening


@pytest.mark.parametrize("who", ["owner", "accountant", "officer", "service"])
def test_who_may_opens_the_books_once(who, owner):
    project = world.project(owner)
    by = {
        "owner": owner,
        "accountant": member(project, TeamRole.ACCOUNTANT),
        "officer": world.staff(Role.OFFICER),
        "service": None,
    }[who]
    made = services.open_books(project=project, opened_on=dt.date(2026, 11, 22), by=by, now=NOW)
    assert made == Books.objects.get()
    with pytest.raises(Refused) as caught:
        services.open_books(project=project, opened_on=START, by=by, now=NOW)
    assert caught.value.code == "books_open"
    assert Books.objects.get().opened_on == dt.date(2026, 11, 22)


@pytest.mark.parametrize("who", ["stranger", "editor", "elsewhere", "tutor"])
def test_others_open_no_books(who, owner):
    project = world.project(owner)
    with pytest.raises(NotAllowed):
        services.open_books(project=project, opened_on=START, by=somebody(who, project), now=NOW)
    assert not Books.objects.exists()


def test_books_do_not_open_tomorrow(owner):
    with pytest.raises(Invalid):
        books(owner, dt.date(2026, 11, 23))
    assert not Books.objects.exists()


# --- entering


@pytest.mark.parametrize("role", [TeamRole.OWNER, TeamRole.ACCOUNTANT])
def test_owners_and_accountants_enter_change_close_and_correct(role, of):
    by = member(of.project, role)
    account = services.enter_month(
        books=of,
        month=START,
        figures={"earned": 1_00},
        cash_end_cents=-5_00,
        extras=Extras(volunteer_hours=3, fte_hundredths=250, disadvantaged_hundredths=100, note="Apertura"),
        by=by,
        now=NOW,
    )
    assert (account.earned_cents, account.staff_cents, account.cash_end_cents) == (1_00, 0, -5_00)
    services.revise_month(account=account, figures={"staff": 2_00}, by=by, now=NOW)
    account.refresh_from_db()
    assert (account.earned_cents, account.staff_cents, account.cash_end_cents, account.note) == (
        0,
        200,
        None,
        "",
    )
    services.close_month(account=account, by=by, now=NOW)
    account.refresh_from_db()
    assert (account.closed_at, account.closed_by) == (NOW, by)
    correction = services.correct_month(
        account=account, figure="staff", after_cents=3_00, reason="Una busta dimenticata", by=by, now=NOW
    )
    assert (correction.before_cents, correction.after_cents, correction.by) == (2_00, 3_00, by)
    account.refresh_from_db()
    assert account.staff_cents == 3_00


@pytest.mark.parametrize("who", OTHERS)
def test_others_change_nothing(who, of, owner):
    by = somebody(who, of.project)
    is_open, is_closed = entered(of, owner), closed(of, owner, 1)
    before = list(MonthlyAccount.objects.values())
    for deed in (
        lambda: entered(of, by, 2),
        lambda: services.revise_month(account=is_open, figures={}, by=by, now=NOW),
        lambda: services.close_month(account=is_open, by=by, now=NOW),
        lambda: services.correct_month(
            account=is_closed, figure="earned", after_cents=1, reason="x", by=by, now=NOW
        ),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert list(MonthlyAccount.objects.values()) == before
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("when", "code"),
    [
        (dt.date(2026, 12, 1), "month_to_come"),
        (dt.date(2025, 10, 1), "before_opening"),
        (dt.date(2026, 3, 15), "not_a_month"),
    ],
)
def test_a_month_outside_the_books_is_refused(when, code, of, owner):
    with pytest.raises(Invalid) as caught:
        services.enter_month(books=of, month=when, figures=BAR, by=owner, now=NOW)
    assert (caught.value.code, caught.value.field) == (code, "month")
    assert not MonthlyAccount.objects.exists()


def test_the_month_begins_at_the_civil_midnight(of, owner):
    """At 23:30 UTC on 30 November it is December in the city."""
    december = dt.date(2026, 12, 1)
    before, after = (dt.datetime(2026, 11, 30, hour, 30, tzinfo=dt.UTC) for hour in (22, 23))
    with pytest.raises(Invalid):
        services.enter_month(books=of, month=december, figures={}, by=owner, now=before)
    services.enter_month(books=of, month=december, figures={}, by=owner, now=after)


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"figures": {"earned": -1}}, "negative", "earned"),
        ({"figures": {"rent": 10_000_000_001}}, "too_large", "rent"),
        ({"figures": {"rent": "12"}}, "not_cents", "rent"),
        ({"figures": {"rent": 1.5}}, "not_cents", "rent"),
        ({"figures": {"rent": True}}, "not_cents", "rent"),
        ({"figures": {"cash": 1}}, "unknown_figure", "cash"),
        ({"cash_end_cents": -10_000_000_001}, "negative", "cash_end"),
        ({"extras": Extras(volunteer_hours=-1)}, "out_of_range", "volunteer_hours"),
        ({"extras": Extras(fte_hundredths=100_001)}, "out_of_range", "fte_hundredths"),
        (
            {"extras": Extras(fte_hundredths=1, disadvantaged_hundredths=2)},
            "part_above_whole",
            "disadvantaged_hundredths",
        ),
        ({"extras": Extras(note="x" * 2001)}, "too_long", "note"),
    ],
)
def test_wrong_figures_are_named_and_change_nothing(fields, code, field, of, owner):
    account = entered(of, owner, 1)
    before = list(MonthlyAccount.objects.values())
    for deed in (
        lambda: services.enter_month(books=of, month=START, by=owner, now=NOW, **{"figures": {}} | fields),
        lambda: services.revise_month(account=account, by=owner, now=NOW, **{"figures": {}} | fields),
    ):
        with pytest.raises(Invalid) as caught:
            deed()
        assert (caught.value.code, caught.value.field) == (code, field)
    assert list(MonthlyAccount.objects.values()) == before


def test_a_month_is_entered_once(of, owner):
    entered(of, owner)
    with pytest.raises(Refused) as caught:
        entered(of, owner, earned=1)
    assert (caught.value.code, caught.value.field) == ("month_twice", "month")
    assert MonthlyAccount.objects.get().earned_cents == BAR["earned"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_the_same_month_one_is_told():
    owner = world.person("Olmo")
    of = books(owner)
    results = at_once(*[lambda: entered(of, owner)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["MonthlyAccount", "Refused"]
    assert MonthlyAccount.objects.count() == 1


# --- closing and correcting


def test_a_running_month_is_not_closed_and_a_closed_one_not_twice(of, owner):
    running = entered(of, owner, 12)
    assert running.month == dt.date(2026, 11, 1)
    with pytest.raises(Refused) as caught:
        services.close_month(account=running, by=owner, now=NOW)
    assert caught.value.code == "month_running"
    done = closed(of, owner)
    for deed in (
        lambda: services.close_month(account=done, by=owner, now=NOW + dt.timedelta(days=1)),
        lambda: services.revise_month(account=done, figures={"earned": 1}, by=owner, now=NOW),
    ):
        with pytest.raises(Refused) as caught:
            deed()
        assert caught.value.code == "month_closed"
    done.refresh_from_db()
    assert (done.closed_at, done.earned_cents) == (NOW, BAR["earned"])
    running.refresh_from_db()
    assert running.closed_at is None


def test_a_stale_copy_of_a_month_closed_meanwhile_changes_nothing(of, owner):
    stale = entered(of, owner)
    services.close_month(account=MonthlyAccount.objects.get(), by=owner, now=NOW)
    with pytest.raises(Refused):
        services.revise_month(account=stale, figures={"earned": 1}, by=owner, now=NOW)
    assert MonthlyAccount.objects.get().earned_cents == BAR["earned"]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"figure": "volunteer_hours"}, "unknown_figure", "figure"),
        ({"after_cents": -1}, "negative", "after_cents"),
        ({"after_cents": BAR["earned"]}, "nothing_changed", "after_cents"),
        ({"after_cents": None}, "not_cents", "after_cents"),
        ({"reason": " "}, "no_reason", "reason"),
        ({"reason": "x" * 2001}, "no_reason", "reason"),
    ],
)
def test_a_wrong_correction_is_refused(fields, code, field, of, owner):
    account = closed(of, owner)
    asked = {"figure": "earned", "after_cents": 1, "reason": "Errore"} | fields
    with pytest.raises(Invalid) as caught:
        services.correct_month(account=account, by=owner, now=NOW, **asked)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert not Correction.objects.exists()
    assert MonthlyAccount.objects.get().earned_cents == BAR["earned"]


def test_an_open_month_is_changed_not_corrected(of, owner):
    account = entered(of, owner)
    with pytest.raises(Refused) as caught:
        services.correct_month(account=account, figure="earned", after_cents=1, reason="x", by=owner, now=NOW)
    assert caught.value.code == "month_open"
    assert not Correction.objects.exists()


def test_corrections_tell_the_whole_history(of, owner):
    account = closed(of, owner)
    for after in (-7_00, 9_00):
        services.correct_month(
            account=account, figure="cash_end", after_cents=after, reason="Estratto conto", by=owner, now=NOW
        )
    found = Correction.objects.order_by("pk").values_list("before_cents", "after_cents")
    assert list(found) == [(None, -7_00), (-7_00, 9_00)]
    assert MonthlyAccount.objects.get().cash_end_cents == 9_00


# --- the desk


def test_the_desk_names_the_earliest_month_due(of, owner):
    (task,) = months_due(owner, NOW)
    with override("en"):
        assert str(task.action) == "Enter the accounts"
    assert task.url.endswith("/2025-11/")
    assert task.due_at == dt.datetime(2025, 12, 31, 23, tzinfo=dt.UTC)  # midnight in the city
    entered(of, owner)
    (task,) = months_due(owner, NOW)
    with override("en"):
        assert str(task.action) == "Close the accounts"
    services.close_month(account=MonthlyAccount.objects.get(), by=owner, now=NOW)
    (task,) = months_due(owner, NOW)
    assert task.url.endswith("/2025-12/")
    for number in range(1, 12):
        closed(of, owner, number)
    assert list(months_due(owner, NOW)) == []
    assert list(months_due(member(of.project, TeamRole.EDITOR), NOW)) == []
    assert list(months_due(world.person(), NOW)) == []


def test_months_count_across_the_year():
    assert [month(number) for number in (0, 1, 2, 12)] == [
        dt.date(2025, 11, 1),
        dt.date(2025, 12, 1),
        dt.date(2026, 1, 1),
        dt.date(2026, 11, 1),
    ]
