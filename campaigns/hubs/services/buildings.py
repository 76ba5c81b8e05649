"""Officers record public buildings, what was done in them, and open hubs there."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.hubs.models import Building, Hub, Outlay
from campaigns.hubs.permissions import can_open_hubs
from campaigns.hubs.services.checks import check, free_slug
from campaigns.models import Project
from crowdfund.kit import pictures
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files.base import File

    from accounts.models import User
    from accounts.places.models import Neighbourhood


@dataclasses.dataclass(frozen=True)
class BuildingSheet:
    """What is known of a building. `area_m2` in square metres."""

    name: str
    owner: str
    address: str
    neighbourhood: Neighbourhood
    area_m2: int
    state: str
    accessibility: str
    picture_alt: str = ""


def record_building(
    *, sheet: BuildingSheet, picture: File[bytes] | None = None, by: User, now: dt.datetime
) -> Building:
    """Record a building, with a picture drawn anew without the place the camera wrote into it.

    Raises `Invalid`, every problem at its field; a picture needs words for who can't see it.
    """
    require(can_open_hubs(by))
    facts = {field.name: getattr(sheet, field.name) for field in dataclasses.fields(sheet)}
    row = Building(**facts, added_by=by, added_at=now)
    problems: list[Refused] = []
    if picture and not row.picture_alt.strip():
        problems.append(Invalid("alt_missing", _("Say what the picture shows."), field="picture_alt"))
    if type(row.area_m2) is int and row.area_m2 < 1:
        problems.append(Invalid("area_too_small", _("The area must be at least 1 m²."), field="area_m2"))
    row.slug = free_slug(Building, row.name, fallback="building")
    check(row, list(facts), more=problems)
    drawn = pictures.redrawn(picture, pictures.Limits(field="picture")) if picture else None
    with transaction.atomic():
        row.picture = pictures.keep(drawn, pictures.GALLERY) if drawn else ""
        row.save(force_insert=True)
    return row


def record_outlay(
    *,
    building: Building,
    kind: str,
    what: str,
    cost_cents: int,
    begun_on: dt.date,
    ended_on: dt.date | None = None,
    by: User,
    now: dt.datetime,
) -> Outlay:
    """Record works or equipment: `cost_cents` in whole cents, when begun, and when done if it is.

    Raises `Invalid` for a cost of nothing and for an end before the beginning.
    """
    require(can_open_hubs(by))
    row = Outlay(
        building=building,
        kind=kind,
        what=what.strip(),
        cost_cents=cost_cents,
        begun_on=begun_on,
        ended_on=ended_on,
        added_by=by,
        added_at=now,
    )
    problems: list[Refused] = []
    if cost_cents == 0:
        problems.append(
            Invalid("amount_too_small", _("The amount must be more than zero."), field="cost_cents")
        )
    if ended_on and ended_on < begun_on:
        problems.append(
            Invalid("ends_before_start", _("The last day is before the first."), field="ended_on")
        )
    check(row, ["kind", "what", "cost_cents", "begun_on", "ended_on"], more=problems)
    row.save(force_insert=True)
    return row


def open_hub(
    *,
    building: Building,
    name: str,
    summary: str,
    story: str = "",
    contact: str = "",
    by: User,
    now: dt.datetime,
) -> Hub:
    """Make a hub of a building: its page is public at once, its spaces are booked once an agreement holds."""
    require(can_open_hubs(by))
    row = Hub(
        building=building,
        name=name.strip(),
        summary=summary.strip(),
        story=story.strip(),
        contact=contact.strip(),
        opened_by=by,
        opened_at=now,
    )
    row.slug = free_slug(Hub, row.name, fallback="hub")
    check(row, ["name", "summary", "story", "contact"])
    row.save(force_insert=True)
    return row


def host_project(*, hub: Hub, project: Project, hosted: bool, by: User, now: dt.datetime) -> None:
    """Show a public project as hosted by the hub, or no longer."""
    require(can_open_hubs(by))
    if not hosted:
        hub.projects.remove(project)
        return
    if not Project.objects.public().filter(pk=project.pk).exists():
        raise Refused("project_not_public", _("This project is not public yet."), field="project")
    hub.projects.add(project)
