"""Hours given to projects, and the steps that were agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from accounts.permissions import is_person
from campaigns.accompaniment.models import TutoringSession

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.permissions import Visitor
    from campaigns.models import Project


def sessions_of(project: Project) -> QuerySet[TutoringSession]:
    """Return the sessions of a project, latest first, struck ones among them."""
    return TutoringSession.objects.filter(project=project).select_related("tutor")


def hours_of(project: Project) -> dict[str, int]:
    """Return how many sessions a project had, and their minutes: what everybody may know."""
    found = TutoringSession.objects.filter(project=project, struck_at__isnull=True).aggregate(
        sessions=Count("id"), minutes=Sum("minutes", default=0)
    )
    return {"sessions": found["sessions"], "minutes": found["minutes"]}


def next_steps(user: Visitor | None) -> Iterable[TutoringSession]:
    """Return the steps that wait for the teams this person is in; one query."""
    if not is_person(user) or not user.team_roles:
        return []
    return (
        TutoringSession.objects.filter(
            project__organisation__in=list(user.team_roles), done_at__isnull=True, struck_at__isnull=True
        )
        .exclude(next_step="")
        .select_related("project")
        .order_by("next_due_on", "id")
    )
