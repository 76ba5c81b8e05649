"""Benchmark series laid out for charts and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.impact.enums import TerritoryKind
from campaigns.impact.models import SeriesValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.impact.models import Series

MOST_LINES = 5  # a chart shows no more apart


def values_of(series: Series, kind: str | None = None) -> list[SeriesValue]:
    """Return the values of a series by year, of one kind of territory if told; one query."""
    found = SeriesValue.objects.filter(series=series).select_related("neighbourhood")
    found = found.defer("neighbourhood__boundary")
    return list((found.filter(kind=kind) if kind else found).order_by("year", "id"))


def name_of(row: SeriesValue) -> str:
    """Name the territory of a value."""
    return row.neighbourhood.name if row.neighbourhood else row.city


def lines_of(rows: Sequence[SeriesValue], wanted: Sequence[str] = ()) -> dict[str, Any]:
    """Lay values out as lines over the years: these territories, else the first five by name; a gap stays a gap."""
    years = sorted({row.year for row in rows})
    known = {(name_of(row), row.year): row.value for row in rows}
    names = sorted({name for name, _year in known})
    shown = [name for name in names if name in wanted] or names
    lines = [
        {"label": name, "values": [known.get((name, year)) for year in years]} for name in shown[:MOST_LINES]
    ]
    return {"labels": [str(year) for year in years], "lines": lines, "names": names}


def latest_bars(rows: Sequence[SeriesValue]) -> dict[str, Any]:
    """Lay the latest year of a kind of territory out as bars, the highest first."""
    year = max((row.year for row in rows), default=None)
    bars = [{"label": name_of(row), "value": row.value} for row in rows if row.year == year]
    return {"year": year, "bars": sorted(bars, key=lambda bar: (-bar["value"], bar["label"]))}


def compared(series: Series) -> list[dict[str, Any]]:
    """Return a comparison for neighbourhoods and one for cities, where there are values."""
    rows = values_of(series)
    found = []
    for kind in TerritoryKind:
        alike = [row for row in rows if row.kind == kind]
        if alike:
            found.append({"kind": kind, **lines_of(alike), **latest_bars(alike)})
    return found


def series_data(series: Series) -> dict[str, Any]:
    """Return a series with its values as plain data; numbers as text."""
    return {
        "slug": series.slug,
        "title": series.title,
        "unit": series.unit,
        "source": series.source,
        "source_url": series.source_url,
        "licence": series.licence,
        "values": [
            {"kind": row.kind, "territory": name_of(row), "year": row.year, "value": str(row.value)}
            for row in values_of(series)
        ],
    }
