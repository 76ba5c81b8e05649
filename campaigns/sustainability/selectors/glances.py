"""How projects stand at a glance: the latest twelve closed months of each, summed by the database."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Max

from campaigns.models import Project
from campaigns.sustainability.formula import (
    AMOUNTS,
    Figures,
    month_of,
    rounded,
    self_sufficiency_ratio,
    stage,
)
from campaigns.sustainability.models import Books

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

YEAR = 12

# The names are constants of the formula; nothing a person typed gets in here.
_SUMS = ", ".join(f"sum(m.{name}_cents) AS {name}" for name in AMOUNTS)
LATEST_YEAR = f"""
    span AS (
        SELECT m.books_id, min(m.month) AS first, max(m.month) AS last
        FROM sustainability_monthlyaccount m JOIN kept USING (books_id)
        WHERE m.closed_at IS NOT NULL GROUP BY m.books_id
    ),
    year AS (
        SELECT span.books_id, span.first, span.last, count(*) AS months, {_SUMS}
        FROM span JOIN sustainability_monthlyaccount m ON m.books_id = span.books_id
            AND m.closed_at IS NOT NULL AND m.month > span.last - interval '12 months'
        GROUP BY span.books_id, span.first, span.last
    )
"""  # noqa: S608
"""Sums of the latest twelve closed months of each of the books `kept`, a table that the statement begins with."""

_GLANCES = f"""
    WITH kept AS (
        SELECT id AS books_id, project_id FROM sustainability_books
        WHERE %s::bigint[] IS NULL OR project_id = ANY(%s::bigint[])
    ), {LATEST_YEAR}
    SELECT kept.project_id, first, last, months, {", ".join(AMOUNTS)} FROM year JOIN kept USING (books_id)
"""  # noqa: S608


@dataclasses.dataclass(frozen=True)
class Glance:
    """How one project stands. `ratio` (share of one) and `stage` are None when a month of the window is missing."""

    as_of: dt.date
    window_months: int
    ratio: Decimal | None
    stage: str | None
    year: Figures


def glances(projects: Iterable[int] | None = None) -> dict[int, Glance]:
    """Return project id → how it stands at its latest closed month, in one query; all projects without `projects`."""
    keys = None if projects is None else list(projects)
    with connection.cursor() as cursor:
        cursor.execute(_GLANCES, [keys, keys])
        return {row[0]: glance_of(row[1], row[2], row[3], row[4:]) for row in cursor.fetchall()}


def glance_of(first: dt.date, last: dt.date, count: int, sums: Sequence[int]) -> Glance:
    """Return how a project stands, of the first and last closed month, and count and sums of the latest twelve."""
    amounts = {name: int(cents) for name, cents in zip(AMOUNTS, sums, strict=True)}
    year = Figures(month=month_of(last), **amounts)
    window = min(YEAR, month_of(last) - month_of(first) + 1)
    if count < window:
        return Glance(last, window, None, None, year)
    ratio = self_sufficiency_ratio(year)
    return Glance(last, window, rounded(ratio) if isinstance(ratio, Fraction) else None, stage(year), year)


@dataclasses.dataclass(frozen=True)
class Row:
    """A project and how it stands; `glance` is None before its first closed month."""

    project: Project
    glance: Glance | None


def outcomes(limit: int = 3) -> list[Row]:
    """Return the projects with the latest closed accounts that have a stage, for the home page; three queries."""
    closed = Books.objects.filter(months__closed_at__isnull=False)
    latest = closed.annotate(latest=Max("months__month")).order_by("-latest", "-pk")
    candidates = list(latest.values_list("project_id", flat=True)[: 3 * limit])  # some may have a gap
    known = glances(candidates)
    chosen = [key for key in candidates if known[key].stage][:limit]
    found = (
        Project.objects.select_related("neighbourhood")
        .defer("search", "story", "neighbourhood__boundary")
        .in_bulk(chosen)
    )
    return [Row(found[key], known[key]) for key in chosen]
