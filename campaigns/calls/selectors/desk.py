"""What calls put on the desks of officers and teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.calls.enums import CallStatus
from campaigns.calls.models import Application, Call
from campaigns.calls.permissions import can_write_calls
from campaigns.calls.selectors.reads import closing_drafts, submit_by
from crowdfund.kit.desk import Task

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from accounts.models import User


def office_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Yield what needs an officer: applications to decide, calls to publish and to close."""
    if not can_write_calls(user):
        return
    own = list(user.team_roles)
    for application in (
        Application.objects.waiting()
        .with_project()
        .filter(call__grid__isnull=True)  # a commission ranks the others
        .exclude(project__organisation__in=own)
        .order_by("submitted_at")
    ):
        yield Task(_("Decide the application"), application.project.title, application.get_absolute_url())
    for call in Call.objects.filter(status=CallStatus.DRAFT):
        url = reverse("call_publish", args=[call.slug])
        yield Task(_("Publish the call"), call.title, url, call.opens_at)
    for call in Call.objects.filter(status=CallStatus.PUBLISHED, closes_at__lte=now):
        yield Task(_("Close the call"), call.title, reverse("call_close", args=[call.slug]), call.closes_at)


def team_tasks(user: User, now: dt.datetime) -> Iterator[Task]:
    """Yield the drafts of a person's teams, until the call stops taking applications."""
    for application in closing_drafts(user, now):
        yield Task(
            _("Finish the application"),
            f"{application.project.title} · {application.call.title}",
            application.get_absolute_url(),
            submit_by(application.call, now),
        )
