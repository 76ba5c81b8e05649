"""A project's logframe: goal, purpose, outputs, activities, and the indicators that say whether it works."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import IndicatorField, IndicatorKind, LogframeLevel
from campaigns.models import Indicator, LogframeEntry
from campaigns.permissions import can_edit_project
from campaigns.services.cleaning import clean
from crowdfund.kit.errors import Invalid, Refused, Several, raise_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from accounts.permissions import Visitor
    from campaigns.models import Project

MOST_RUNGS = 20
MOST_INDICATORS = 20
ONLY_ONE = frozenset({LogframeLevel.GOAL, LogframeLevel.PURPOSE})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measure:
    """How a rung is measured: `baseline` and `target` are plain numbers in `unit`, due on a day."""

    name: str
    unit: str
    target: Decimal
    due_on: dt.date
    baseline: Decimal | None = None
    kind: str = IndicatorKind.OUTPUT
    direct: bool = True
    field: str = IndicatorField.SOCIAL
    source_of_verification: str = ""


MEASURED = [field.name for field in dataclasses.fields(Measure)]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rung:
    """One entry of a logframe, with its indicators."""

    level: str
    text: str
    assumptions: str = ""
    indicators: Sequence[Measure] = ()


def write_rung(
    *,
    project: Project,
    level: str,
    text: str,
    assumptions: str = "",
    entry: LogframeEntry | None = None,
    by: Visitor,
    now: dt.datetime,
) -> LogframeEntry:
    """Write an entry of the logframe: a new one at the end of its level, or `entry` anew (its level stays).

    Raises `NotAllowed` unless `by` is owner or editor; `Invalid` (no text, an unknown level); `Refused`
    (`one_is_enough`: there is one goal and one purpose; `logframe_too_long`; `stale_entry` when somebody else of the
    team came first).
    """
    require(can_edit_project(by, project))
    row = entry or LogframeEntry(project=project, level=level)
    row.text, row.assumptions = text, assumptions
    clean(row, ["level", "text", "assumptions"])
    if entry:
        row.save(update_fields=["text", "assumptions"])
        return row
    there = list(project.logframe.filter(level=level).values_list("position", flat=True))
    if there and level in ONLY_ONE:
        raise Refused("one_is_enough", _("A logframe has one goal and one purpose."), field="level")
    if len(there) >= MOST_RUNGS:
        raise _too_long(MOST_RUNGS)
    row.position = max(there, default=0) + 1
    _insert(row)
    return row


def remove_rung(*, entry: LogframeEntry, by: Visitor, now: dt.datetime) -> None:
    """Take an entry out, and its indicators with it. Raises `NotAllowed` unless `by` is owner or editor."""
    require(can_edit_project(by, entry.project))
    with _measured_stays():
        entry.delete()


def write_indicator(
    *,
    entry: LogframeEntry,
    measure: Measure,
    indicator: Indicator | None = None,
    by: Visitor,
    now: dt.datetime,
) -> Indicator:
    """Write an indicator of an entry: a new one, or `indicator` anew.

    Raises `NotAllowed` unless `by` is owner or editor; `Invalid`, or `Several`, for a target without a unit, text in
    numbers and the like; `Refused` (`stale_entry`) when the entry has another of this name.
    """
    require(can_edit_project(by, entry.project))
    row = indicator or Indicator(entry=entry, project=entry.project)
    for name in MEASURED:
        setattr(row, name, getattr(measure, name))
    raise_all(_indicator_problems(row))
    if indicator is None and entry.indicators.count() >= MOST_INDICATORS:
        raise _too_long(MOST_INDICATORS)
    _insert(row)
    return row


def remove_indicator(*, indicator: Indicator, by: Visitor, now: dt.datetime) -> None:
    """Take an indicator out. Raises `NotAllowed` unless `by` is owner or editor."""
    require(can_edit_project(by, indicator.project))
    with _measured_stays():
        indicator.delete()


def set_logframe(*, project: Project, rungs: Sequence[Rung], by: Visitor, now: dt.datetime) -> None:
    """Write the whole logframe; entries that keep their level and place, and indicators their name, stay the same rows.

    Raises as `write_rung` and `write_indicator`; `Several` with everything that is wrong, the place in the list in
    `field` (`rungs.2.text`, `rungs.2.indicators.0.unit`).
    """
    require(can_edit_project(by, project))
    if len(rungs) > MOST_RUNGS * len(LogframeLevel):
        raise _too_long(MOST_RUNGS * len(LogframeLevel))
    raise_all(_rung_problems(project, rungs))
    places: dict[str, int] = {}
    with _measured_stays(), transaction.atomic():
        kept = []
        for rung in rungs:
            places[rung.level] = places.get(rung.level, 0) + 1
            kept.append(_store(project, rung, places[rung.level]))
        project.logframe.exclude(pk__in=kept).delete()


def _store(project: Project, rung: Rung, position: int) -> int:
    entry, _made = LogframeEntry.objects.update_or_create(
        project=project,
        level=rung.level,
        position=position,
        defaults={"text": rung.text.strip(), "assumptions": rung.assumptions.strip()},
    )
    for measure in rung.indicators:
        given = {name: getattr(measure, name) for name in MEASURED if name != "name"}
        Indicator.objects.update_or_create(
            entry=entry, name=measure.name.strip(), defaults={**given, "project": project}
        )
    entry.indicators.exclude(name__in=[measure.name.strip() for measure in rung.indicators]).delete()
    return entry.pk


def _rung_problems(project: Project, rungs: Sequence[Rung]) -> list[Refused]:
    levels = [rung.level for rung in rungs]
    found: list[Refused] = [
        Refused("one_is_enough", _("A logframe has one goal and one purpose."), field="rungs")
        for level in ONLY_ONE
        if levels.count(level) > 1
    ]
    for place, rung in enumerate(rungs):
        row = LogframeEntry(project=project, level=rung.level, text=rung.text, assumptions=rung.assumptions)
        found += _moved(_clean_problems(row, ["level", "text", "assumptions"]), f"rungs.{place}")
        names = [measure.name.strip() for measure in rung.indicators]
        for spot, measure in enumerate(rung.indicators):
            given = {name: getattr(measure, name) for name in MEASURED}
            inside = f"rungs.{place}.indicators.{spot}"
            found += _moved(_indicator_problems(Indicator(entry=row, project=project, **given)), inside)
            if names.index(names[spot]) != spot:
                twice = _("There are two indicators of this name.")
                found.append(Invalid("indicator_twice", twice, field=f"{inside}.name"))
    return found


def _moved(problems: Sequence[Refused], inside: str) -> list[Refused]:
    return [Invalid(one.code, str(one), field=f"{inside}.{one.field}") for one in problems]


def _indicator_problems(row: Indicator) -> list[Refused]:
    return [problem for name in MEASURED for problem in _clean_problems(row, [name])]


def _clean_problems(row: LogframeEntry | Indicator, names: Sequence[str]) -> list[Refused]:
    try:
        clean(row, names)
    except Several as several:
        return list(several.problems)
    except Invalid as invalid:
        return [invalid]
    return []


@contextlib.contextmanager
def _measured_stays() -> Iterator[None]:
    """Refuse to take an indicator out that was measured: what was found stays on file."""
    try:
        yield
    except ProtectedError as error:
        raise Refused(
            "measured", _("This was measured already: it stays. You can change its words.")
        ) from error


def _insert(row: LogframeEntry | Indicator) -> None:
    try:
        with transaction.atomic():
            row.save()
    except (
        IntegrityError
    ) as error:  # somebody else of the team wrote at the same moment, or the name is taken
        raise Refused(
            "stale_entry", _("There is one like it already: reload the page and look."), field="name"
        ) from error


def _too_long(most: int) -> Refused:
    return Refused("logframe_too_long", _("That is too much: %(most)s at most."), most=most)
