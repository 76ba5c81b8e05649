"""Spaces and their opening hours: written by who runs the hub, or by officers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.hubs.locks import lock_space
from campaigns.hubs.models import OpeningHours, Space
from campaigns.hubs.permissions import can_open_hubs, can_operate
from campaigns.hubs.services.checks import check, free_slug
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from accounts.models import User
    from campaigns.hubs.models import Hub

SHORTEST_MINUTES = 15


@dataclasses.dataclass(frozen=True)
class SpaceSheet:
    """A space and the rules of booking it. `price_cents` per hour; times in the unit the name says."""

    name: str
    capacity: int
    equipment: str = ""
    price_cents: int = 0
    free_for: str = "nobody"
    bookers: str = "everybody"
    notice_hours: int = 24
    longest_minutes: int = 240
    ahead_days: int = 180


@dataclasses.dataclass(frozen=True)
class Opening:
    """Open on a weekday (1 is Monday) from `opens` to `closes`, by the city's clock."""

    weekday: int
    opens: dt.time
    closes: dt.time


def _may_write(hub: Hub, by: User, now: dt.datetime) -> None:
    require(can_open_hubs(by) or can_operate(by, hub, now))


def save_space(
    *, hub: Hub, sheet: SpaceSheet, space: Space | None = None, by: User, now: dt.datetime
) -> Space:
    """Add a space to a hub, or change one; its address stays. What was booked stays booked.

    Raises `Invalid` with every problem at its field.
    """
    _may_write(hub, by, now)
    facts = {field.name: getattr(sheet, field.name) for field in dataclasses.fields(sheet)}
    row = space or Space(hub=hub, slug=free_slug(Space, sheet.name, fallback="space"))
    for name, value in facts.items():
        setattr(row, name, value)
    problems: list[Refused] = []
    if type(row.capacity) is int and row.capacity < 1:
        problems.append(Invalid("too_small", _("A space holds at least one person."), field="capacity"))
    if type(row.longest_minutes) is int and row.longest_minutes < SHORTEST_MINUTES:
        problems.append(Invalid("too_small", _("At least 15 minutes."), field="longest_minutes"))
    check(row, list(facts), more=problems)
    if row.pk:
        row.save(update_fields=list(facts))
    else:
        row.save(force_insert=True)
    return row


def set_hours(*, space: Space, hours: Sequence[Opening], by: User, now: dt.datetime) -> None:
    """Say when a space is open, the whole week anew. What was booked before stays.

    Raises `Invalid` for hours that close before they open or that overlap others of the day.
    """
    _may_write(space.hub, by, now)
    ordered = sorted(hours, key=lambda one: (one.weekday, one.opens))
    for n, one in enumerate(ordered):
        before = ordered[n - 1] if n else None
        if not 1 <= one.weekday <= 7:  # noqa: PLR2004 - days of a week
            raise Invalid("unknown_weekday", _("Choose a day of the week."), field="hours")
        if one.closes <= one.opens:
            raise Invalid("closes_before_opening", _("It closes before it opens."), field="hours")
        if before and before.weekday == one.weekday and before.closes > one.opens:
            raise Invalid("hours_overlap", _("Two opening times of one day overlap."), field="hours")
    with transaction.atomic():
        locked = lock_space(space)
        locked.hours.all().delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(space=locked, weekday=one.weekday, opens=one.opens, closes=one.closes)
            for one in ordered
        )
