"""What measurements put on the desks of teams, officers and tutors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.permissions import has_role
from campaigns.impact.enums import MeasurementStatus
from campaigns.impact.formula import DUE_SOON
from campaigns.impact.selectors.measurements import funded, indicators, measurements, standing_of, to_verify
from crowdfund.kit.clock import CIVIL, last_second
from crowdfund.kit.desk import Task

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User


def officer_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Yield what waits to be verified; one query."""
    if has_role(user, Role.OFFICER, Role.TUTOR):
        for row in to_verify(user.team_roles):
            indicator = row.indicator
            yield Task(
                _("Verify a measurement"),
                f"{indicator.project.title}: {indicator.name}",
                reverse("measurement", args=[row.pk]),
            )


def team_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Yield what is due within a month or late, and what was sent back."""
    if not user.team_roles:
        return
    teams = list(user.team_roles)
    today = now.astimezone(CIVIL).date()
    for one in indicators(funded(today + DUE_SOON).filter(project__organisation__in=teams)):
        if not standing_of(one, today).progress.reached:
            yield Task(
                _("Measure an indicator"),
                f"{one.project.title}: {one.name}",
                reverse("measurement_new", args=[one.pk]),
                last_second(one.due_on),
            )
    back = measurements().filter(
        status=MeasurementStatus.SENT_BACK, indicator__project__organisation__in=teams
    )
    for row in back:
        yield Task(
            _("Correct a measurement"),
            f"{row.indicator.project.title}: {row.indicator.name}",
            reverse("measurement_correct", args=[row.pk]),
        )
