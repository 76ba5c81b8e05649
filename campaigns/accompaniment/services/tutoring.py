"""A tutor logs the hours given to a project, and what was agreed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.accompaniment.enums import Topic
from campaigns.accompaniment.models import TutoringSession
from campaigns.accompaniment.permissions import can_finish_step, can_log_tutoring, can_strike_tutoring
from campaigns.accompaniment.services.checks import text
from campaigns.services.cleaning import past_day
from crowdfund.kit.errors import Invalid, Refused

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from campaigns.models import Project

LEAST_MINUTES, MOST_MINUTES = 5, 600
MOST_PEOPLE = 200
LONGEST_TEXT = 5000


@dataclasses.dataclass(frozen=True)
class Held:
    """What was held: the civil day, minutes, people of the team, topic, what was agreed, and the step that follows."""

    held_on: dt.date
    minutes: int
    topic: str
    agreed: str
    people: int = 1
    next_step: str = ""
    next_due_on: dt.date | None = None


def log_tutoring(*, project: Project, held: Held, by: User, now: dt.datetime) -> TutoringSession:
    """Write a session down. Raises `NotAllowed`, or `Invalid` with its field."""
    require(can_log_tutoring(by, project))
    past_day(held.held_on, field="held_on", now=now)
    if not LEAST_MINUTES <= held.minutes <= MOST_MINUTES:
        raise Invalid(
            "out_of_range",
            _("Write from %(least)s to %(most)s minutes."),
            field="minutes",
            least=LEAST_MINUTES,
            most=MOST_MINUTES,
        )
    if not 1 <= held.people <= MOST_PEOPLE:
        raise Invalid("out_of_range", _("This number is not possible."), field="people")
    if held.topic not in Topic.values:
        raise Invalid("unknown_topic", _("There is no such topic."), field="topic")
    step = text(held.next_step, field="next_step", longest=200, required=held.next_due_on is not None)
    if held.next_due_on and held.next_due_on < held.held_on:
        raise Invalid("due_before", _("Choose a day after the meeting."), field="next_due_on")
    return TutoringSession.objects.create(
        project=project,
        tutor=by,
        held_on=held.held_on,
        minutes=held.minutes,
        people=held.people,
        topic=held.topic,
        agreed=text(held.agreed, field="agreed", longest=LONGEST_TEXT),
        next_step=step,
        next_due_on=held.next_due_on,
        written_at=now,
    )


def finish_step(*, session: TutoringSession, by: User, now: dt.datetime) -> None:
    """Tick off the step that was agreed. Raises `Refused` when there is none, or it was ticked off before."""
    require(can_finish_step(by, session))
    waiting = TutoringSession.objects.filter(
        pk=session.pk, done_at__isnull=True, struck_at__isnull=True
    ).exclude(next_step="")
    if not waiting.update(done_at=now):
        raise Refused("no_step", _("No step waits here."))
    session.done_at = now


def strike_tutoring(*, session: TutoringSession, reason: str, by: User, now: dt.datetime) -> None:
    """Strike a session out: it stays on file with the reason, and its hours no longer count."""
    require(can_strike_tutoring(by, session))
    why = text(reason, field="reason", longest=200)
    struck = TutoringSession.objects.filter(pk=session.pk, struck_at__isnull=True)
    if not struck.update(struck_at=now, struck_reason=why):
        raise Refused("struck", _("This is struck out already."))
    session.struck_at, session.struck_reason = now, why
