"""What pages and the API read of grids, sheets and lists."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from campaigns.calls.enums import ApplicationStatus
from campaigns.commission.enums import ListStatus, Outcome, SheetStatus
from campaigns.commission.models import Grid, ListEntry, Offer, RankedList, Sheet

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.calls.models import Application, Call
    from campaigns.commission.models import Commission


def grid_of(call: Call) -> Grid | None:
    """Return a call's grid with its criteria, None for a call without a commission."""
    return Grid.objects.filter(call=call.pk).prefetch_related("criteria").first()


def rule_data(grid: Grid) -> dict[str, Any]:
    """Return a grid as a list carries it and as `formula.read_grid` reads it. Points in tenths."""
    names = ("number", "label", "asks", "max_tenths", "weight", "min_tenths")
    return {
        "criteria": [{name: getattr(one, name) for name in names} for one in grid.criteria.all()],
        "minimum_hundredths": grid.minimum_hundredths,
        "tie_breakers": list(grid.tie_breakers),
        "lots_source": grid.lots_source,
        "skip_when_short": grid.skip_when_short,
    }


def closed_sheets(commission: Commission, application: Application | None = None) -> QuerySet[Sheet]:
    """Return the sheets that count, with their points."""
    counted = Sheet.objects.filter(evaluator__commission=commission, status=SheetStatus.CLOSED)
    if application is not None:
        counted = counted.filter(application=application)
    return counted.prefetch_related("scores__criterion").order_by("application_id", "evaluator_id")


def public_lists(call: Call) -> QuerySet[RankedList]:
    """Return the versions of a call's list that were published, the newest first."""
    return RankedList.objects.public().filter(commission__call=call.pk)


def standing_lists(call: Call) -> QuerySet[RankedList]:
    """Return the lists of a call that hold now."""
    return RankedList.objects.filter(commission__call=call.pk, status=ListStatus.PUBLISHED)


def standing_list(commission: Commission) -> RankedList | None:
    """Return the version that holds now."""
    return commission.lists.filter(status=ListStatus.PUBLISHED).first()


def standing_entry(application: Application) -> ListEntry | None:
    """Return what the list that holds now says of an application."""
    return (
        ListEntry.objects.filter(application=application.pk, ranked_list__status=ListStatus.PUBLISHED)
        .select_related("ranked_list__commission__call__grid")
        .first()
    )


def appeal_until(ranked_list: RankedList) -> dt.datetime | None:
    """Return until when a team may appeal: the call's days after the list was published."""
    published = ranked_list.published_at
    days = ranked_list.commission.call.grid.appeal_days
    return published + dt.timedelta(days=days) if published else None


def entries_of(ranked_list: RankedList) -> QuerySet[ListEntry]:
    """Return a list's entries in its order, with project, appeal and offer."""
    return ranked_list.entries.select_related(
        "application__project", "application__campaign", "application__appeal", "application__offer"
    ).order_by("row")


def in_line(ranked_list: RankedList) -> QuerySet[ListEntry]:
    """Return who waits for released money: eligible, not funded, and never offered any, by rank."""
    offered = Offer.objects.values("application")
    return (
        ranked_list.entries.filter(
            outcome=Outcome.NOT_FUNDED, application__status=ApplicationStatus.ELIGIBLE_NOT_FUNDED
        )
        .exclude(application__in=offered)
        .select_related("application__project__organisation", "application__call__rule")
        .order_by("rank")
    )
