"""What the pages of hubs show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch

from campaigns.hubs.models import Agreement, Hub, OpeningHours
from campaigns.models import Project

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet


def all_hubs() -> QuerySet[Hub]:
    """Return hubs with their buildings and neighbourhoods."""
    return Hub.objects.select_related("building__neighbourhood").defer("building__neighbourhood__boundary")


def hub_to_show() -> QuerySet[Hub]:
    """Return hubs with all their pages need, but the calendar."""
    public = Project.objects.public().with_place().defer("search", "story")
    agreements = Agreement.objects.select_related("organisation").prefetch_related("documents")
    return all_hubs().prefetch_related(
        Prefetch("agreements", queryset=agreements),
        Prefetch("projects", queryset=public),
        Prefetch("spaces__hours", queryset=OpeningHours.objects.order_by("weekday", "opens")),
        "building__outlays",
    )


def agreement_on(hub: Hub, day: dt.date) -> Agreement | None:
    """Return the agreement of a hub (with its agreements read) that holds on a civil day."""
    return next((one for one in hub.agreements.all() if one.starts_on <= day <= one.ends_on), None)
