"""Hubs for tests: one with an agreement and a space open every day, and people who run it."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

from accounts.enums import Role
from campaigns.hubs.models import Agreement, Building, Hub, OpeningHours, Space
from campaigns.hubs.services.bookings import Wanted, request_booking
from tests import world
from tests.world import NOW

if TYPE_CHECKING:
    from accounts.models import Organisation, User
    from campaigns.hubs.models import Booking

DAY = NOW.date() + dt.timedelta(days=8)  # a Monday
_n = itertools.count(1)


def building(**fields: Any) -> Building:
    n = next(_n)
    return Building.objects.create(
        **{
            "name": f"Ex scuola {n}",
            "slug": f"ex-scuola-{n}",
            "owner": "Comune di Milano",
            "address": "Via 1",
        }
        | {"neighbourhood": world.neighbourhood(), "area_m2": 900, "state": "in_use", "added_at": NOW}
        | {"accessibility": "Rampa", "added_by": fields.pop("by", None) or world.staff(Role.OFFICER)}
        | fields
    )


def hub(operator: Organisation | None = None, **fields: Any) -> Hub:
    """A hub; with `operator`, under an agreement from a year ago to a year ahead."""
    n = next(_n)
    officer = world.staff(Role.OFFICER)
    made = Hub.objects.create(
        **{"building": building(by=officer), "name": f"Hub {n}", "slug": f"hub-{n}", "summary": "Una casa."}
        | {"opened_by": officer, "opened_at": NOW}
        | fields
    )
    if operator:
        agreement(made, operator, recorded_by=officer)
    return made


def agreement(of: Hub, organisation: Organisation, **fields: Any) -> Agreement:
    year = dt.timedelta(days=365)
    return Agreement.objects.create(
        **{"hub": of, "organisation": organisation, "form": "concession", "obligations": "Aprire."}
        | {"starts_on": NOW.date() - year, "ends_on": NOW.date() + year, "recorded_at": NOW}
        | fields
    )


def space(of: Hub | None = None, **fields: Any) -> Space:
    """A space open every day of the week from 8 to 22."""
    n = next(_n)
    made = Space.objects.create(
        **{"hub": of or hub(world.organisation()), "name": f"Sala {n}", "slug": f"sala-{n}", "capacity": 30}
        | {"price_cents": 1_000, "longest_minutes": 720, "ahead_days": 400}
        | fields
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(space=made, weekday=day, opens=dt.time(8), closes=dt.time(22)) for day in range(1, 8)
    )
    return made


def _time(hour: int | dt.time) -> dt.time:
    return dt.time(hour) if isinstance(hour, int) else hour


def wanted(begins: int | dt.time = 10, ends: int | dt.time = 12, **fields: Any) -> Wanted:
    return Wanted(**{"day": DAY, "begins": _time(begins), "ends": _time(ends)} | fields)


def book(of: Space, by: User, when: Wanted | None = None, **fields: Any) -> list[Booking]:
    asked: dict[str, Any] = {"title": "Corso di cucito", "people": 10, "now": NOW} | fields
    return request_booking(space=of, wanted=when or wanted(), by=by, **asked)
