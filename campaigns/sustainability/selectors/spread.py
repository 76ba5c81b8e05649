"""The whole portfolio over time and over the city: stages quarter by quarter, who answers, where the money went."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import connection

from campaigns.enums import CampaignStatus
from campaigns.sustainability.enums import Stage
from campaigns.sustainability.formula import first_day, month_of
from campaigns.sustainability.selectors.portfolio import KEPT, STAGE_IN_SQL, Filters

if TYPE_CHECKING:
    import datetime as dt

QUARTERS = 12
HORIZONS = (6, 12, 24)
"""Months after which a project's accounts are asked for: SUSTAINABILITY's duties."""

_STAGES = f"""
    WITH summed AS (
        SELECT m.month,
            count(*) OVER w AS months, min(m.month) OVER (PARTITION BY m.books_id) AS first,
            sum(m.earned_cents) OVER w AS earned, sum(m.staff_cents) OVER w AS staff,
            sum(m.rent_cents) OVER w AS rent, sum(m.goods_cents) OVER w AS goods,
            sum(m.services_cents) OVER w AS services, sum(m.other_cents) OVER w AS other,
            sum(m.in_kind_cents) OVER w AS in_kind, sum(m.finance_cents) OVER w AS finance,
            sum(m.depreciation_cents) OVER w AS depreciation
        FROM sustainability_monthlyaccount m
        JOIN (SELECT b.id AS books_id {KEPT}) AS kept USING (books_id)
        WHERE m.closed_at IS NOT NULL AND m.month > %(since)s::date - interval '11 months' AND m.month <= %(until)s
        WINDOW w AS (PARTITION BY m.books_id ORDER BY m.month
            RANGE BETWEEN interval '11 months' PRECEDING AND CURRENT ROW)
    )
    SELECT month, stage, count(*)
    FROM (
        SELECT month, {STAGE_IN_SQL} AS stage FROM summed
        WHERE month >= %(since)s AND extract(month FROM month) IN (3, 6, 9, 12)
          AND months >= least(12, 1 + extract(year FROM age(month, first)) * 12 + extract(month FROM age(month, first)))
    ) AS placed
    GROUP BY month, stage ORDER BY month
"""  # noqa: S608


@dataclasses.dataclass(frozen=True)
class Quarter:
    """How many projects stood on each stage at the end of a quarter (`month` is its last)."""

    month: dt.date
    stages: dict[str, int]


def stages_over_time(filters: Filters, *, today: dt.date) -> list[Quarter]:
    """Return the latest twelve quarters that have closed accounts, oldest first; one query."""
    asked = filters.parameters() | {"since": first_day(month_of(today) - 3 * QUARTERS), "until": today}
    with connection.cursor() as cursor:
        cursor.execute(_STAGES, asked)
        rows = cursor.fetchall()
    found: dict[dt.date, dict[str, int]] = {}
    for month, stage, count in rows:
        found.setdefault(month, dict.fromkeys(Stage.values, 0))[stage] = count
    return [Quarter(month, stages) for month, stages in found.items()]


@dataclasses.dataclass(frozen=True)
class Answering:
    """Of the projects whose accounts were due after so many months, how many have closed all of them."""

    months: int
    due: int
    answered: int

    @property
    def silent(self) -> int:
        """How many have not."""
        return self.due - self.answered

    @property
    def silent_percent(self) -> int:
        """The non-response rate, in whole percent rounded down."""
        return self.silent * 100 // self.due if self.due else 0


_ANSWERS = """
    SELECT horizon, count(*), count(*) FILTER (WHERE closed >= horizon)
    FROM (
        SELECT horizon, b.id, (
            SELECT count(*) FROM sustainability_monthlyaccount m
            WHERE m.books_id = b.id AND m.closed_at IS NOT NULL
              AND m.month < date_trunc('month', b.opened_on) + make_interval(months => horizon)
        ) AS closed
        FROM sustainability_books b CROSS JOIN unnest(%s::int[]) AS horizon
        WHERE date_trunc('month', b.opened_on) + make_interval(months => horizon + 1) <= %s
    ) AS due
    GROUP BY horizon ORDER BY horizon
"""


def answering(*, today: dt.date) -> list[Answering]:
    """Return who answers at 6, 12 and 24 months: all months until then closed, a month later; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, [list(HORIZONS), today])
        found = {row[0]: row for row in cursor.fetchall()}
    return [Answering(*found.get(months, (months, 0, 0))) for months in HORIZONS]


@dataclasses.dataclass(frozen=True)
class PlaceMoney:
    """What a neighbourhood's funded campaigns received: from the crowd and as match, in whole cents."""

    name: str
    slug: str
    residents: int | None
    projects: int
    crowd_cents: int
    match_cents: int

    @property
    def cents(self) -> int:
        """Both together."""
        return self.crowd_cents + self.match_cents

    @property
    def cents_per_resident(self) -> int | None:
        """Cents per resident, rounded down; None where nobody knows how many there are."""
        return self.cents // self.residents if self.residents else None


_PLACES = """
    SELECT h.name, h.slug, h.residents, count(DISTINCT p.id), coalesce(sum(c.collected_cents), 0),
        coalesce(sum(c.match_cents), 0)
    FROM campaigns_campaign c
    JOIN campaigns_project p ON p.id = c.project_id
    JOIN places_neighbourhood h ON h.id = p.neighbourhood_id
    WHERE c.status = %s
    GROUP BY h.id
"""


def money_by_place() -> list[PlaceMoney]:
    """Return the money of funded campaigns by neighbourhood, the largest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [CampaignStatus.FUNDED])
        found = [PlaceMoney(*row[:4], *map(int, row[4:])) for row in cursor.fetchall()]
    return sorted(found, key=lambda place: (-place.cents, place.name))
