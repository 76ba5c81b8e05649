"""What needs somebody today, what is coming, what is going wrong: every room registers what it knows.

Three registries, filled in `AppConfig.ready()`: tasks (one thing to do, with one action), dates (what a calendar
shows) and alerts (what to look at before it becomes a task). What a provider gives bears its room's name by itself.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps

from crowdfund.kit.clock import CIVIL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.utils.functional import _StrOrPromise

    Provider = Callable[[Any, dt.datetime], Iterable["Task"]]
    DateProvider = Callable[[Any, dt.datetime, dt.datetime], Iterable["Date"]]
    AlertProvider = Callable[[Any, dt.datetime], Iterable["Alert"]]


@dataclasses.dataclass(frozen=True)
class Task:
    """One thing to do: what, on what, where to do it, until when (None: no deadline).

    `kind` is the label of the room it comes from, unless the provider says another one.
    """

    action: _StrOrPromise
    subject: str
    url: str
    due_at: dt.datetime | None = None
    kind: str = ""

    @property
    def kind_label(self) -> _StrOrPromise:
        """The kind in words."""
        return kind_label(self.kind)


@dataclasses.dataclass(frozen=True)
class Date:
    """Something that happens at a moment: what, of what, where to read of it. `all_day`: the hour says nothing."""

    what: _StrOrPromise
    subject: str
    url: str
    at: dt.datetime
    all_day: bool = False
    kind: str = ""


@dataclasses.dataclass(frozen=True)
class Alert:
    """Something to look at: what, of what, where. `urgent` ones come first."""

    what: _StrOrPromise
    subject: str
    url: str
    urgent: bool = False
    kind: str = ""


@dataclasses.dataclass(frozen=True)
class Section:
    """Tasks that are due together: `overdue`, `today`, `week`, `later`, or `open` for those without a deadline."""

    name: str
    tasks: list[Task]


Row = TypeVar("Row", Task, Date, Alert)

_officer: list[Provider] = []
_team: list[Provider] = []
_dates: list[DateProvider] = []
_alerts: list[AlertProvider] = []

SECTIONS = ("overdue", "today", "week", "later", "open")
_WEEK = dt.timedelta(days=7)


def register_officer(provider: Provider) -> None:
    """Register a provider of tasks for staff: called with the person and `now`."""
    _officer.append(provider)


def register_team(provider: Provider) -> None:
    """Register a provider of tasks for a team: called with the person and `now`."""
    _team.append(provider)


def register_dates(provider: DateProvider) -> None:
    """Register a provider of dates for staff: called with the person and the first and last moment asked for."""
    _dates.append(provider)


def register_alerts(provider: AlertProvider) -> None:
    """Register a provider of alerts for staff: called with the person and `now`."""
    _alerts.append(provider)


def officer_tasks(user: Any, now: dt.datetime) -> list[Task]:
    """Return what needs this officer, in order of deadline; what has none comes last."""
    return _gather(_officer, user, now)


def team_tasks(user: Any, now: dt.datetime) -> list[Task]:
    """Return what needs this team member, in order of deadline."""
    return _gather(_team, user, now)


def dates(user: Any, start: dt.datetime, end: dt.datetime) -> list[Date]:
    """Return what happens from `start` (included) to `end` (not included), in order of time."""
    found = (date for give in _dates for date in _of_room(give, give(user, start, end)))
    return sorted((date for date in found if start <= date.at < end), key=lambda date: date.at)


def alerts(user: Any, now: dt.datetime) -> list[Alert]:
    """Return what this officer should look at, urgent things first."""
    found = [alert for give in _alerts for alert in _of_room(give, give(user, now))]
    return sorted(found, key=lambda alert: not alert.urgent)


def section_of(task: Task, now: dt.datetime) -> str:
    """Say in which section a task stands: by the civil day of its deadline."""
    if task.due_at is None:
        return "open"
    if task.due_at < now:
        return "overdue"
    if task.due_at.astimezone(CIVIL).date() == now.astimezone(CIVIL).date():
        return "today"
    return "week" if task.due_at < now + _WEEK else "later"


def sections(tasks: Iterable[Task], now: dt.datetime) -> list[Section]:
    """Lay tasks out in sections, the most pressing first; those with nothing in them are left out."""
    laid: dict[str, list[Task]] = {name: [] for name in SECTIONS}
    for task in tasks:
        laid[section_of(task, now)].append(task)
    return [Section(name, laid[name]) for name in SECTIONS if laid[name]]


def kinds(tasks: Iterable[Task]) -> list[tuple[str, _StrOrPromise, int]]:
    """Count tasks by kind: kind, its label, how many; the most numerous first."""
    counted = Counter(task.kind for task in tasks)
    return [(kind, kind_label(kind), number) for kind, number in counted.most_common()]


def kind_label(kind: str) -> _StrOrPromise:
    """Name a kind: a room by its own name, anything else as it is."""
    config = apps.app_configs.get(kind)
    return config.verbose_name if config else kind


def _gather(providers: list[Provider], user: Any, now: dt.datetime) -> list[Task]:
    tasks = [task for give in providers for task in _of_room(give, give(user, now))]
    return sorted(tasks, key=lambda task: (task.due_at is None, task.due_at or now))


def _of_room(provider: Any, rows: Iterable[Row]) -> Iterator[Row]:
    """Give each row without a kind that of its provider's room."""
    config = apps.get_containing_app_config(provider.__module__)
    room = config.label if config else ""
    for row in rows:
        yield row if row.kind or not room else dataclasses.replace(row, kind=room)
