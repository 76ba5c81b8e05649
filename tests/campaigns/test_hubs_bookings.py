"""Bookings: rules, clashes, series, civil time, and a race that the table itself decides."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.enums import OrganisationKind, TeamRole
from accounts.models import Membership
from accounts.notices.models import Notice
from campaigns.hubs import formula
from campaigns.hubs.enums import HOLDING
from campaigns.hubs.models import Booking, OpeningHours, Series
from campaigns.hubs.selectors import calendar
from campaigns.hubs.services import bookings
from campaigns.hubs.services.bookings import Taken, Wanted
from campaigns.hubs.services.decisions import cancel_booking, confirm_booking, refuse_booking
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from tests import world
from tests.campaigns import hubbing
from tests.campaigns.hubbing import DAY, book, wanted
from tests.race import race
from tests.world import NOW

ROME = ZoneInfo("Europe/Rome")
WEEK = dt.timedelta(days=7)


@pytest.fixture
def stage(db):
    owner = world.person("Olivia")
    return owner, world.person("Bea"), hubbing.space(hubbing.hub(world.organisation(owner)))


def test_a_request_holds_the_space_until_it_is_answered(stage):
    owner, bea, space = stage
    [asked] = book(space, bea)
    assert (asked.status, asked.price_cents, asked.starts_at.astimezone(ROME).hour) == (
        "requested",
        2_000,
        10,
    )
    with pytest.raises(Taken) as clash:
        book(space, world.person(), wanted(11, 13))
    assert clash.value.clashes == [asked]
    assert "30/11/2026 10:00" in str(clash.value)
    book(space, world.person(), wanted(12, 13))  # the end of one is the start of another
    refuse_booking(booking=asked, why="Festa", by=owner, now=NOW)
    [again] = book(space, world.person())
    confirm_booking(booking=again, by=owner, now=NOW)
    assert list(again.events.values_list("to_status", flat=True)) == ["requested", "confirmed"]
    assert set(Notice.objects.values_list("event", flat=True)) == {
        "booking_requested", "booking_refused", "booking_confirmed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("when", "more", "code", "field"),
    [
        ({"begins": dt.time(7), "ends": dt.time(9)}, {}, "outside_hours", "begins"),
        ({"begins": dt.time(21), "ends": dt.time(22, 30)}, {}, "outside_hours", "begins"),
        ({"begins": dt.time(12), "ends": dt.time(12)}, {}, "ends_before_start", "ends"),
        ({"until": DAY - WEEK}, {}, "ends_before_start", "until"),
        ({"day": NOW.date(), "begins": dt.time(20), "ends": dt.time(21)}, {}, "too_late", "day"),
        ({"day": NOW.date() - WEEK}, {}, "too_late", "day"),
        ({"day": dt.date.max}, {}, "too_far", "day"),
        ({"until": dt.date.max}, {}, "too_far", "until"),
        ({"begins": dt.time(8), "ends": dt.time(21)}, {}, "too_long", "ends"),
        ({"until": DAY + WEEK * 53}, {}, "too_many_weeks", "until"),
        ({}, {"people": 31}, "too_many_people", "people"),
        ({}, {"people": 0}, "too_many_people", "people"),
        ({}, {"title": "  "}, "blank", "title"),
    ],
)
def test_what_the_rules_refuse_changes_nothing(stage, when, more, code, field):
    _owner, bea, space = stage
    with pytest.raises(Invalid) as refused:
        book(space, bea, wanted(**when), **more)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Booking.objects.exists()
    assert not Notice.objects.exists()


def test_nobody_books_beyond_the_agreement_and_not_too_many_at_once(stage):
    _owner, bea, space = stage
    space.hub.agreements.update(ends_on=DAY + WEEK)
    with pytest.raises(Refused) as refused:
        book(space, bea, wanted(until=DAY + WEEK * 2))
    assert (refused.value.code, Booking.objects.count(), Series.objects.count()) == ("nobody_runs_it", 0, 0)
    for hour in range(8, 13):
        book(space, bea, wanted(hour, hour + 1))
    with pytest.raises(Refused) as refused:
        book(space, bea, wanted(14, 15))
    assert refused.value.code == "too_many_waiting"


def test_for_whom_a_space_is_free_and_who_may_book_it(stage):
    _owner, bea, space = stage
    space.free_for, space.bookers = "non_profit", "organisations"
    space.save()
    with pytest.raises(Invalid) as refused:
        book(space, bea)
    assert refused.value.code == "organisations_only"
    theirs, firm = world.organisation(), world.organisation(kind=OrganisationKind.COMPANY)
    with pytest.raises(NotAllowed):
        book(space, bea, organisation=theirs)
    for one in (theirs, firm):
        Membership.objects.create(user=bea, organisation=one, role=TeamRole.ACCOUNTANT, since=NOW)
    bea = type(bea).objects.get(pk=bea.pk)
    assert book(space, bea, organisation=theirs)[0].price_cents == 0
    assert book(space, bea, wanted(13, 14), organisation=firm)[0].price_cents == 1_000


def test_a_weekly_booking_is_all_or_nothing_and_names_what_is_in_its_way(stage):
    owner, bea, space = stage
    [late] = book(space, world.person(), wanted(11, 13, day=DAY + WEEK * 2))
    with pytest.raises(Taken) as clash:
        book(space, bea, wanted(until=DAY + WEEK * 3))
    assert (clash.value.clashes, Booking.objects.count(), Series.objects.count()) == ([late], 1, 0)
    refuse_booking(booking=late, why="No", by=owner, now=NOW)
    made = book(space, bea, wanted(until=DAY + WEEK * 3 + dt.timedelta(days=6)))
    assert [one.starts_at.astimezone(ROME).date() for one in made] == [DAY + WEEK * n for n in range(4)]
    assert len(confirm_booking(booking=made[0], by=owner, now=NOW)) == 4
    second = Booking.objects.select_related("space__hub", "booked_by").get(pk=made[1].pk)
    assert len(cancel_booking(booking=second, by=bea, whole=True, now=NOW)) == 3
    assert space.bookings.filter(series=made[0].series, status__in=HOLDING).count() == 1


def test_a_decision_is_made_once_and_what_has_begun_stays(stage):
    owner, bea, space = stage
    [asked] = book(space, bea)
    stale = Booking.objects.get(pk=asked.pk)
    cancel_booking(booking=asked, by=bea, now=NOW)
    with pytest.raises(Refused) as refused:
        confirm_booking(booking=stale, by=owner, now=NOW)
    assert refused.value.code == "illegal_transition"
    [other] = book(space, bea)
    with pytest.raises(Refused) as refused:
        cancel_booking(booking=other, by=bea, now=other.starts_at)
    assert refused.value.code == "begun"
    with pytest.raises(Invalid):
        cancel_booking(booking=other, by=owner, now=NOW)  # the hub gives a reason
    cancel_booking(booking=other, by=owner, why="Perdita d'acqua", now=NOW)
    assert Notice.objects.get(event="booking_cancelled").context["reason_given"] == "Perdita d'acqua"


def test_the_clock_goes_forward_and_back(stage):
    """A weekly 8 o'clock stays 8 o'clock; a night of 23 hours has no half past two; price is by hours that go by."""
    _owner, bea, space = stage
    last_winter = dt.date(2027, 3, 21)
    made = book(space, bea, wanted(8, 9, day=last_winter, until=last_winter + WEEK))
    assert [one.starts_at.astimezone(dt.UTC).hour for one in made] == [7, 6]
    OpeningHours.objects.filter(space=space, weekday=7).update(opens=dt.time(0))
    spring = dt.date(2027, 3, 28)
    half_past = dt.time(2, 30)
    with pytest.raises(Invalid) as refused:
        book(space, bea, Wanted(spring, half_past, dt.time(4)))
    assert refused.value.code == "no_such_time"
    assert book(space, bea, Wanted(spring, dt.time(1), dt.time(4)))[0].price_cents == 2_000
    autumn = dt.date(2027, 10, 31)
    made = book(space, bea, Wanted(autumn, dt.time(1), dt.time(4)), now=NOW + dt.timedelta(days=200))
    assert made[0].price_cents == 4_000


@pytest.mark.django_db
def test_the_table_itself_forbids_an_overlap():
    space, bea = hubbing.space(), world.person()
    [held] = book(space, bea)
    copy = Booking.objects.get(pk=held.pk)
    copy.pk, copy.uid, copy.starts_at = None, uuid.uuid4(), held.starts_at + dt.timedelta(minutes=1)
    copy._state.adding = True
    with pytest.raises(IntegrityError, match="booking_without_overlap"), transaction.atomic():
        copy.save()
    copy.status = "cancelled"
    copy.save()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guard", ["lock and table", "table alone", "nothing"])
def test_two_ask_for_the_same_hour_at_once(monkeypatch, guard):
    """One has it, the other is told; without the table's constraint (and the lock) both have it."""
    space, people = hubbing.space(), [world.person(), world.person()]
    looked = threading.Barrier(2)
    if guard != "lock and table":
        monkeypatch.setattr(bookings, "lock_space", lambda asked: asked)
        find = calendar.clashes

        def slowly(*args):
            found = find(*args)
            if not looked.broken and not found:
                looked.wait(10)
            return found

        monkeypatch.setattr(bookings, "clashes", slowly)
    constraint = next(one for one in Booking._meta.constraints if one.name == "booking_without_overlap")
    if guard == "nothing":
        with connection.schema_editor() as editor:
            editor.remove_constraint(Booking, constraint)
    try:
        ends = race(2, lambda n: book(space, people[n]))
        held = Booking.objects.filter(status__in=HOLDING).count()
        assert held == (2 if guard == "nothing" else 1), ends
        refused = [end for end in ends if isinstance(end, Exception)]
        assert len(refused) == 2 - held
        assert guard != "lock and table" or isinstance(refused[0], Taken)
    finally:
        if guard == "nothing":
            Booking.objects.all().delete()
            with connection.schema_editor() as editor:
                editor.add_constraint(Booking, constraint)


minutes = st.integers(0, 24 * 4 - 1).map(lambda n: dt.time(n // 4, n % 4 * 15))
days = st.sampled_from(
    [dt.date(2027, 3, 21), dt.date(2027, 3, 28), dt.date(2027, 10, 24), dt.date(2027, 10, 31)]
)
asks = st.lists(st.tuples(days, minutes, minutes, st.none() | days), min_size=1, max_size=8)


def as_reckoned(day, begins, ends, until):
    """The same periods reckoned apart: minute by minute of UTC, looking at the city's clock; None if there is none."""
    found = []
    while True:
        noon = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
        walk = [noon + dt.timedelta(minutes=15 * n) for n in range(-64, 64)]
        shown: dict[dt.datetime, dt.datetime] = {}
        for moment in walk:
            shown.setdefault(moment.astimezone(ROME).replace(tzinfo=None), moment)
        pair = [shown.get(dt.datetime.combine(day, time)) for time in (begins, ends)]
        if None in pair:
            return None
        found.append(tuple(pair))
        day += WEEK
        if until is None or day > until:
            return found


class Overlaps(TestCase):
    """Requests one after the other against a plain list of quarters of an hour that are taken."""

    @settings(max_examples=12, deadline=None)
    @given(asks)
    def test_as_a_plain_list_says(self, wishes):
        space = hubbing.space()
        OpeningHours.objects.filter(space=space).update(opens=dt.time(0), closes=dt.time(23, 59))
        space.longest_minutes, space.ahead_days = 1500, 1000
        space.save()
        kept = 0
        taken: set[dt.datetime] = set()
        space.hub.agreements.update(ends_on=dt.date(2028, 1, 1))
        for day, begins, ends, until in wishes:
            periods = as_reckoned(day, begins, ends, until)
            wrong = ends <= begins or (until is not None and until < day) or periods is None
            quarters = (
                set()
                if wrong
                else {
                    start + dt.timedelta(minutes=15 * n)
                    for start, end in periods
                    for n in range((end - start) // dt.timedelta(minutes=15))
                }
            )
            try:
                made = book(space, world.person(), Wanted(day, begins, ends, until))
            except Taken:
                assert quarters & taken
            except Invalid:
                assert wrong
            else:
                assert not wrong
                assert not quarters & taken
                assert [(one.starts_at, one.ends_at) for one in made] == periods
                taken |= quarters
                kept += len(made)
        assert space.bookings.count() == kept


@given(st.lists(st.tuples(minutes, minutes), max_size=4), minutes, minutes)
def test_open_is_what_every_minute_says(hours, begins, ends):
    hours = [(a, b) for a, b in hours if a < b]
    quarter = range(24 * 4)
    opened = {n for n in quarter for a, b in hours if a <= dt.time(n // 4, n % 4 * 15) < b}
    asked = {n for n in quarter if begins <= dt.time(n // 4, n % 4 * 15) < ends}
    assert formula.is_open(hours, begins, ends) is bool(asked and asked <= opened)


@given(st.integers(0, 10**7), st.integers(0, 10**4))
def test_a_price_is_within_half_a_cent(rate, minutes_long):
    price = formula.price_cents(rate, dt.timedelta(minutes=minutes_long))
    assert abs(price * 60 - rate * minutes_long) <= 30
