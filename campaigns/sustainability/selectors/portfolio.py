"""The portfolio: all projects that keep books, filtered, sorted and cut into pages by the database."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import connection

from campaigns.models import Project
from campaigns.sustainability.formula import AMOUNTS
from campaigns.sustainability.selectors.glances import LATEST_YEAR, Row, glance_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# Names in these statements are constants of the formula; what a person typed is always a parameter.
_RUNNING = "staff + rent + goods + services + other"
_OPERATING = f"{_RUNNING} + finance + depreciation"
STAGE_IN_SQL = f"""CASE
    WHEN earned <= 0 THEN 'full_philanthropic'
    WHEN earned < {_RUNNING} THEN 'partial'
    WHEN earned < {_RUNNING} + in_kind THEN 'cash_flow'
    WHEN earned < {_OPERATING} + in_kind THEN 'operating'
    ELSE 'financial' END"""
"""The stages of `formula.stage`, over sums named as the kinds; a test holds the two together."""

KEPT = """
    FROM sustainability_books b
    JOIN campaigns_project p ON p.id = b.project_id
    JOIN places_neighbourhood h ON h.id = p.neighbourhood_id
    WHERE (%(neighbourhood)s = '' OR h.slug = %(neighbourhood)s)
      AND (%(call)s = '' OR EXISTS (
          SELECT 1 FROM calls_application a JOIN calls_call c ON c.id = a.call_id
          WHERE a.project_id = p.id AND c.slug = %(call)s))
"""
_STANDINGS = f"""
    WITH kept AS (SELECT b.id AS books_id, p.id AS project_id, p.title, h.name AS place {KEPT}),
    {LATEST_YEAR},
    standing AS (
        SELECT year.*, CASE WHEN whole THEN {STAGE_IN_SQL} END AS stage,
            CASE WHEN whole THEN earned::numeric / nullif({_OPERATING}, 0) END AS ratio
        FROM (SELECT year.*, months >= least(12, 1 + extract(year FROM age(last, first)) * 12
            + extract(month FROM age(last, first))) AS whole FROM year) AS year
    )
    SELECT kept.project_id, first, last, months, {", ".join(AMOUNTS)}, count(*) OVER ()
    FROM kept LEFT JOIN standing USING (books_id)
    WHERE %(stage)s = '' OR coalesce(stage, 'none') = %(stage)s
"""  # noqa: S608
SORTS = {
    "strongest": "ratio DESC NULLS LAST, title, project_id",
    "weakest": "ratio ASC NULLS LAST, title, project_id",
    "latest": "last DESC NULLS LAST, title, project_id",
    "title": "title, project_id",
    "place": "place, title, project_id",
}


@dataclasses.dataclass(frozen=True)
class Filters:
    """What is asked of the portfolio: slugs of a neighbourhood and a call, a `Stage` or `none`, one of `SORTS`."""

    neighbourhood: str = ""
    call: str = ""
    stage: str = ""
    sort: str = "strongest"

    def parameters(self) -> dict[str, Any]:
        """Give them to a statement."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Part:
    """Some rows of the portfolio, and how many there are in all."""

    rows: list[Row]
    total: int


def portfolio(filters: Filters, *, first: int = 0, most: int | None = None) -> Part:
    """Return the projects that keep books from place `first` on, at most `most`; two queries.

    Those without a ratio (no closed month, a gap, no costs) come last. Past the end there are no rows and no total.
    """
    asked = filters.parameters() | {"first": first, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(f"{_STANDINGS} ORDER BY {SORTS[filters.sort]} OFFSET %(first)s LIMIT %(most)s", asked)
        found = cursor.fetchall()
    projects = (
        Project.objects.select_related("neighbourhood", "organisation")
        .defer("search", "story", "neighbourhood__boundary")
        .in_bulk([row[0] for row in found])
    )
    rows = [
        Row(projects[row[0]], None if row[1] is None else glance_of(row[1], row[2], row[3], row[4:-1]))
        for row in found
    ]
    return Part(rows, found[0][-1] if found else 0)


def all_standings(filters: Filters) -> Iterator[Row]:
    """Yield every row, for the exports, a part at a time."""
    first, size = 0, 500
    while rows := portfolio(filters, first=first, most=size).rows:
        yield from rows
        first += size
