"""Ask for a space: once, or every week, all or nothing. Two never have it at the same time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.services.checks import field_problems
from campaigns.hubs import formula
from campaigns.hubs.enums import NON_PROFIT, Bookers, BookingStatus, FreeFor
from campaigns.hubs.locks import lock_space
from campaigns.hubs.models import Booking, BookingEvent, Series
from campaigns.hubs.permissions import can_book, can_book_for
from campaigns.hubs.selectors.calendar import clashes
from campaigns.hubs.services import letters
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Organisation, User
    from campaigns.hubs.models import Space
    from campaigns.hubs.selectors.calendar import Period

MOST_WEEKS: Final = 53
MOST_OPEN: Final = 5
"""Requests of one person that wait in one hub: who asks for more keeps places from others."""


@dataclasses.dataclass(frozen=True)
class Wanted:
    """When, by the city's clock: a day from one time to another, and every week until a last day."""

    day: dt.date
    begins: dt.time
    ends: dt.time
    until: dt.date | None = None


class Taken(Refused):
    """Somebody has the space already; `clashes` are the bookings in the way."""

    def __init__(self, found: Sequence[Booking]) -> None:
        times = sorted({one.starts_at.astimezone(CIVIL).strftime("%d/%m/%Y %H:%M") for one in found})
        more = ", ".join(times) or "…"
        super().__init__(
            "taken", _("The space is taken: %(times)s. Nothing was booked."), field="begins", times=more
        )
        self.clashes = list(found)


def request_booking(
    *,
    space: Space,
    wanted: Wanted,
    title: str,
    people: int,
    public: bool = False,
    organisation: Organisation | None = None,
    by: User,
    now: dt.datetime,
) -> list[Booking]:
    """Ask for a space and hold it until the hub answers; a weekly one is held whole or not at all.

    Raises `Invalid` for what can't be (too many people, outside opening hours, too short a notice, too long, a time the
    clock jumps over), `Taken` with the bookings in the way, `Refused` when nobody runs the hub on one of the days or
    too many requests of the person wait.
    """
    require(can_book(by, space))
    if organisation is not None:
        require(can_book_for(by, organisation.pk))
    if space.bookers == Bookers.ORGANISATIONS and organisation is None:
        raise Invalid("organisations_only", _("Only organisations book this space."), field="organisation")
    periods = _periods(space, wanted, now)
    draft = Booking(
        space=space,
        title=title.strip(),
        people=people,
        public=public,
        booked_by=by,
        organisation=organisation,
        asked_at=now,
        changed_at=now,
    )
    raise_all([*field_problems(draft, ["title", "people"]), *_too_many(space, people)])
    with transaction.atomic():
        locked = lock_space(space)
        _few_open(locked, by, now)
        _somebody_runs_it(locked, periods)
        found = clashes(locked, periods)
        if found:
            raise Taken(found)
        made = _hold(draft, periods, wanted.until, now)
        letters.tell_operators(made, now=now)
    return made


def _too_many(space: Space, people: int) -> list[Refused]:
    if type(people) is not int or 1 <= people <= space.capacity:
        return []
    sentence = _("This space holds %(count)s people at most, and at least one must come.")
    return [Invalid("too_many_people", sentence, field="people", count=space.capacity)]


def _periods(space: Space, wanted: Wanted, now: dt.datetime) -> list[Period]:
    """Turn civil times into moments, each week by itself: across a change of the clock the civil time stays."""
    if wanted.ends <= wanted.begins:
        raise Invalid("ends_before_start", _("It ends before it begins."), field="ends")
    if wanted.until is not None and wanted.until < wanted.day:
        raise Invalid("ends_before_start", _("The last week is before the first."), field="until")
    _check_far(space, wanted, now)
    days = formula.weekly(wanted.day, wanted.until)
    if len(days) > MOST_WEEKS:
        raise Invalid("too_many_weeks", _("At most %(weeks)s weeks."), field="until", weeks=MOST_WEEKS)
    open_on = list(space.hours.filter(weekday=wanted.day.isoweekday()).values_list("opens", "closes"))
    if not formula.is_open(open_on, wanted.begins, wanted.ends):
        raise Invalid(
            "outside_hours", _("The space is not open then: look at its opening hours."), field="begins"
        )
    try:
        periods = [(formula.instant(day, wanted.begins), formula.instant(day, wanted.ends)) for day in days]
    except formula.NoSuchTimeError as error:
        sentence = _("The clocks go forward on one of these days: this time does not exist.")
        raise Invalid("no_such_time", sentence, field="begins") from error
    _check_long(space, periods)
    return periods


def _check_far(space: Space, wanted: Wanted, now: dt.datetime) -> None:
    """Hold the notice and how far ahead; compared by civil days first, so that no date is too large to compute with."""
    last = wanted.until or wanted.day
    if last > (now + dt.timedelta(days=space.ahead_days)).astimezone(CIVIL).date():
        field = "until" if wanted.until else "day"
        raise Invalid(
            "too_far",
            _("This space is booked at most %(days)s days ahead."),
            field=field,
            days=space.ahead_days,
        )
    begins = dt.datetime.combine(wanted.day, wanted.begins, tzinfo=CIVIL)
    if begins < now + dt.timedelta(hours=space.notice_hours):
        sentence = _("Ask at least %(hours)s hours before.")
        raise Invalid("too_late", sentence, field="day", hours=space.notice_hours)


def _check_long(space: Space, periods: list[Period]) -> None:
    longest = dt.timedelta(minutes=space.longest_minutes)
    if any(ends_at - starts_at > longest for starts_at, ends_at in periods):
        sentence = _("At most %(minutes)s minutes at a time.")
        raise Invalid("too_long", sentence, field="ends", minutes=space.longest_minutes)


def _few_open(space: Space, by: User, now: dt.datetime) -> None:
    waiting = Booking.objects.filter(
        space__hub=space.hub_id, booked_by=by, status=BookingStatus.REQUESTED, ends_at__gt=now
    )
    single, series = waiting.filter(series=None).count(), waiting.values("series").distinct()
    if single + series.exclude(series=None).count() >= MOST_OPEN:
        raise Refused(
            "too_many_waiting", _("Several of your requests wait for an answer already: wait for it first.")
        )


def _somebody_runs_it(space: Space, periods: list[Period]) -> None:
    """Nothing is booked beyond the agreement: nobody could open the door."""
    held = list(space.hub.agreements.values_list("starts_on", "ends_on"))
    for starts_at, _ends_at in periods:
        day = starts_at.astimezone(CIVIL).date()
        if not any(first <= day <= last for first, last in held):
            raise Refused("nobody_runs_it", _("Nobody runs this hub on that day yet."), field="day")


def price_of(space: Space, organisation: Organisation | None, period: Period) -> int:
    """Return what a booking costs in whole cents: nothing for whom the space is free."""
    free = organisation is not None and (
        space.free_for == FreeFor.ORGANISATIONS
        or (space.free_for == FreeFor.NON_PROFIT and organisation.kind in NON_PROFIT)
    )
    return 0 if free else formula.price_cents(space.price_cents, period[1] - period[0])


def _hold(draft: Booking, periods: list[Period], until: dt.date | None, now: dt.datetime) -> list[Booking]:
    """Write the rows in order of time; whatever the lock missed the table refuses."""
    series = Series.objects.create(space=draft.space, until=until) if until else None
    facts = {
        name: getattr(draft, name)
        for name in (
            "space",
            "title",
            "people",
            "public",
            "booked_by",
            "organisation",
            "asked_at",
            "changed_at",
        )
    }
    rows = [
        Booking(
            **facts,
            series=series,
            starts_at=period[0],
            ends_at=period[1],
            price_cents=price_of(draft.space, draft.organisation, period),
        )
        for period in periods
    ]
    try:
        with transaction.atomic():
            made = Booking.objects.bulk_create(rows)
    except IntegrityError as error:
        if "booking_without_overlap" not in str(error):
            raise
        raise Taken(clashes(draft.space, periods)) from error
    BookingEvent.objects.bulk_create(
        BookingEvent(booking=row, at=now, to_status=row.status, by=draft.booked_by) for row in made
    )
    return made
