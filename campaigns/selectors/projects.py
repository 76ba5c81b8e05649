"""Projects and neighbourhoods, as their pages and a team's desk show them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Prefetch, Q, Sum

from accounts.places.models import Neighbourhood
from campaigns.enums import LAUNCHED_STATUSES
from campaigns.models import Campaign, Milestone, Project, Update
from campaigns.selectors.cards import as_cards

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from accounts.models import User
    from campaigns.models import ProjectQuerySet
    from campaigns.selectors.cards import CampaignCard

MOST_UPDATES = 10


def public_projects() -> ProjectQuerySet:
    """Return the projects anyone may see, newest first."""
    return Project.objects.public().with_place().order_by("-created_at", "-pk")


@dataclasses.dataclass(frozen=True)
class ProjectPage:
    """A project with its public campaigns, and the milestones and latest updates of all of them."""

    project: Project
    campaigns: list[CampaignCard]
    milestones: list[Milestone]
    updates: list[Update]


def project_page(project: Project, now: dt.datetime) -> ProjectPage:
    """Read what a project's page shows, in three queries."""
    public = Campaign.objects.filter(project=project, status__in=LAUNCHED_STATUSES).order_by("-opens_at")
    of_public: dict[str, Any] = {"campaign__project": project, "campaign__status__in": LAUNCHED_STATUSES}
    return ProjectPage(
        project=project,
        campaigns=as_cards(public, now),
        milestones=list(Milestone.objects.filter(**of_public)),
        updates=list(Update.objects.filter(**of_public)[:MOST_UPDATES]),
    )


def neighbourhoods() -> QuerySet[Neighbourhood]:
    """Return the neighbourhoods with how many campaigns were launched there and what residents pledged, in cents."""
    listed = Q(projects__campaigns__status__in=LAUNCHED_STATUSES)
    return (
        Neighbourhood.objects.defer("boundary")
        .order_by("name")
        .annotate(
            campaigns=Count("projects__campaigns", filter=listed),
            pledged_cents=Sum("projects__campaigns__pledged_cents", filter=listed, default=0),
        )
    )


def per_resident(neighbourhood: Any) -> int | None:
    """Return cents pledged for each resident of a row of `neighbourhoods`, rounded down; None if they are not known."""
    return neighbourhood.pledged_cents // neighbourhood.residents if neighbourhood.residents else None


def projects_of(user: User) -> list[Project]:
    """Return the projects of the person's organisations with their campaigns, latest first."""
    campaigns = Campaign.objects.order_by("-created_at")
    return list(
        Project.objects.with_place()
        .filter(organisation__in=user.team_roles)
        .prefetch_related(Prefetch("campaigns", campaigns))
        .order_by("-created_at")
    )
