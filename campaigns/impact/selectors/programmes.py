"""Outputs and outcomes of a programme: its projects' indicators, jobs and enterprises. Sums only where units agree."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from campaigns.accompaniment.selectors.enterprises import Births, births, enterprises
from campaigns.calls.selectors.reads import programme_projects
from campaigns.impact.selectors.measurements import Standing, indicators, standing_of
from campaigns.models import Indicator
from crowdfund.kit.tables import write_row

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from campaigns.calls.models import Programme
    from campaigns.models import Project

COLUMNS: Final = (
    "project", "indicator", "kind", "direct", "field", "unit", "baseline", "target", "due_on", "latest_verified",
    "verified_measured_on", "progress", "timing",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Sum:
    """Indicators alike in kind, directness, field and unit, added up; `measured` of `count` have a verified value.

    `target` is of all of them, `measured_target` of those in `value`: only these two may be set side by side.
    """

    example: Indicator
    count: int
    measured: int
    target: Decimal
    measured_target: Decimal
    value: Decimal


@dataclasses.dataclass(frozen=True)
class Report:
    """A programme's projects with their indicators, the sums, and the enterprises that were born of them."""

    programme: Programme
    projects: list[tuple[Project, list[Standing]]]
    sums: list[Sum]
    births: Births


def _key(indicator: Indicator) -> tuple[Any, ...]:
    return indicator.kind, not indicator.direct, indicator.field, " ".join(indicator.unit.lower().split())


def sums_of(rows: Iterable[Standing]) -> list[Sum]:
    """Add up indicators of the same kind, directness, field and unit (whatever its capitals), never others.

    A share of a hundred is no quantity: percents are left out.
    """
    groups: dict[tuple[Any, ...], list[Standing]] = defaultdict(list)
    for one in rows:
        if "%" not in one.indicator.unit and not one.indicator.unit.lower().startswith("percent"):
            groups[_key(one.indicator)].append(one)
    return [_sum(groups[key]) for key in sorted(groups)]


def _sum(rows: list[Standing]) -> Sum:
    found = [(one.indicator.target, one.latest.value) for one in rows if one.latest]
    return Sum(
        example=rows[0].indicator,
        count=len(rows),
        measured=len(found),
        target=sum((one.indicator.target for one in rows), Decimal(0)),
        measured_target=sum((target for target, _value in found), Decimal(0)),
        value=sum((value for _target, value in found), Decimal(0)),
    )


def report_of(programme: Programme, today: dt.date) -> Report:
    """Make the report of a programme's admitted projects; a handful of queries, however many projects."""
    projects = {one.project_id: one.project for one in programme_projects(programme)}
    found: dict[int, list[Standing]] = defaultdict(list)
    for indicator in indicators(Indicator.objects.filter(project__in=list(projects))):
        found[indicator.project_id].append(standing_of(indicator, today))
    ordered = sorted(projects.values(), key=lambda project: project.title)
    return Report(
        programme=programme,
        projects=[(project, found[project.pk]) for project in ordered],
        sums=sums_of(one for rows in found.values() for one in rows),
        births=births([row for row in enterprises() if row.enterprise.project_id in projects]),
    )


def report_lines(report: Report) -> Iterator[str]:
    """Write the report's indicators as CSV, the header first; progress as an exact fraction."""
    yield write_row(COLUMNS)
    for project, rows in report.projects:
        for one in rows:
            it, share, latest = one.indicator, one.progress.share, one.latest
            yield write_row(
                (
                    project.slug, it.name, it.kind, "direct" if it.direct else "indirect", it.field, it.unit,
                    it.baseline, it.target, it.due_on.isoformat(), latest and latest.value,
                    latest and latest.measured_on.isoformat(),
                    None if share is None else f"{share.numerator}/{share.denominator}", one.timing,
                )
            )  # fmt: skip
