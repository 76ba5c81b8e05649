"""What needs somebody today: every room registers what it knows, the desks of officers and teams show it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from django.utils.functional import _StrOrPromise

    Provider = Callable[[Any, dt.datetime], Iterable["Task"]]


@dataclasses.dataclass(frozen=True)
class Task:
    """One thing to do: what, on what, where to do it, until when (None: no deadline)."""

    action: _StrOrPromise
    subject: str
    url: str
    due_at: dt.datetime | None = None


_officer: list[Provider] = []
_team: list[Provider] = []


def register_officer(provider: Provider) -> None:
    """Register a provider of tasks for staff: called with the person and `now`."""
    _officer.append(provider)


def register_team(provider: Provider) -> None:
    """Register a provider of tasks for a team: called with the person and `now`."""
    _team.append(provider)


def _gather(providers: list[Provider], user: Any, now: dt.datetime) -> list[Task]:
    tasks = [task for provider in providers for task in provider(user, now)]
    return sorted(tasks, key=lambda task: (task.due_at is None, task.due_at or now))


def officer_tasks(user: Any, now: dt.datetime) -> list[Task]:
    """Return what needs this officer, in order of deadline."""
    return _gather(_officer, user, now)


def team_tasks(user: Any, now: dt.datetime) -> list[Task]:
    """Return what needs this team member, in order of deadline."""
    return _gather(_team, user, now)
