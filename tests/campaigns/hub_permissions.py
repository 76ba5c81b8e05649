"""Who may do what in hubs: rows of the table in `tests/test_permissions.py`. The owner's organisation runs the hub."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from campaigns.hubs.services import agreements, bookings, buildings, decisions, spaces
from tests import world
from tests.campaigns import hubbing
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

OPERATORS = {"owner", "editor"}
EVERYBODY = {
    *("owner", "editor", "accountant", "stranger", "officer", "approver", "auditor", "animator", "tutor"),
    *("operator", "operator_elsewhere"),
}
DAY = NOW.date()


def space(stage: Any) -> Any:
    return hubbing.space(hubbing.hub(stage.org))


def asked(stage: Any) -> Any:
    """A request of the stranger's."""
    return hubbing.book(space(stage), stage.people["stranger"])[0]


def sheet() -> buildings.BuildingSheet:
    return buildings.BuildingSheet("Ex bagni", "Comune", "Via 2", world.neighbourhood(), 400, "unused", "No")


def terms(organisation: Any) -> agreements.Terms:
    return agreements.Terms(organisation, "pact", DAY, DAY + dt.timedelta(days=30), "Aprire")


ROWS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, User], Any], set[str]]] = {
    "record_building": (
        lambda s: world.neighbourhood(),
        lambda n, by: buildings.record_building(sheet=sheet(), by=by, now=NOW),
        {"officer"},
    ),
    "record_outlay": (
        lambda s: hubbing.building(),
        lambda b, by: buildings.record_outlay(
            building=b, kind="works", what="Tetto", cost_cents=1, begun_on=DAY, by=by, now=NOW
        ),
        {"officer"},
    ),
    "open_hub": (
        lambda s: hubbing.building(),
        lambda b, by: buildings.open_hub(building=b, name="Hub", summary="s", by=by, now=NOW),
        {"officer"},
    ),
    "host_project": (
        lambda s: (hubbing.hub(s.org), s.live().project),
        lambda t, by: buildings.host_project(hub=t[0], project=t[1], hosted=True, by=by, now=NOW),
        {"officer"},
    ),
    "record_agreement": (
        lambda s: (hubbing.hub(), s.org),
        lambda t, by: agreements.record_agreement(hub=t[0], terms=terms(t[1]), by=by, now=NOW),
        {"officer"},
    ),
    "add_agreement_document": (
        lambda s: hubbing.agreement(hubbing.hub(), s.org, recorded_by=s.officer),
        lambda a, by: agreements.add_agreement_document(
            agreement=a, file=world.picture(), title="Atto", by=by, now=NOW
        ),
        {"officer"},
    ),
    "save_space": (
        lambda s: hubbing.hub(s.org),
        lambda h, by: spaces.save_space(hub=h, sheet=spaces.SpaceSheet("Sala", 5), by=by, now=NOW),
        {"officer", *OPERATORS},
    ),
    "set_hours": (
        space,
        lambda one, by: spaces.set_hours(space=one, hours=[], by=by, now=NOW),
        {"officer", *OPERATORS},
    ),
    "request_booking": (space, hubbing.book, EVERYBODY),
    "request_booking_for_an_organisation": (
        lambda s: (space(s), s.org),
        lambda t, by: bookings.request_booking(
            space=t[0], wanted=hubbing.wanted(), title="t", people=1, organisation=t[1], by=by, now=NOW
        ),
        {"owner", "editor", "accountant"},
    ),
    "confirm_booking": (
        asked,
        lambda one, by: decisions.confirm_booking(booking=one, by=by, now=NOW),
        OPERATORS,
    ),
    "refuse_booking": (
        asked,
        lambda one, by: decisions.refuse_booking(booking=one, why="w", by=by, now=NOW),
        OPERATORS,
    ),
    "cancel_booking": (
        asked,
        lambda one, by: decisions.cancel_booking(booking=one, why="w", by=by, now=NOW),
        {"stranger", *OPERATORS},
    ),
}
