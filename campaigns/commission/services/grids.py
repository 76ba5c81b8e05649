"""Write how a call's applications are scored and ranked, while the call is a draft."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.calls.enums import CallStatus
from campaigns.calls.models import Call
from campaigns.calls.services.checks import field_problems
from campaigns.commission.enums import TieBreaker
from campaigns.commission.models import Criterion, Grid
from campaigns.commission.permissions import can_write_grid
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from accounts.permissions import Visitor

MOST_TENTHS = 1_000
MOST_WEIGHT = 100
MOST_DAYS = 90
OUT_OF_100 = 10_000
HALF_POINT = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """One criterion: what it asks, most points and least mean in tenths, its weight."""

    label: str
    asks: str
    max_tenths: int
    weight: int = 1
    min_tenths: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class GridTerms:
    """How a call ranks. `minimum_hundredths` out of 100 points; `tie_breakers` in order, the lots last.

    A tie-breaker is `criterion:<number from 1>`, `lower_cost`, `earlier` or `lots`; `lots_source` says where the number
    for the lots will come from, so that nobody can choose it. Without `offers_until` no released money is offered.
    """

    criteria: Sequence[Asked]
    tie_breakers: Sequence[str]
    lots_source: str
    minimum_hundredths: int = 0
    skip_when_short: bool = False
    appeal_days: int = 10
    offer_days: int = 10
    offers_until: dt.datetime | None = None


COLUMNS = [field.name for field in dataclasses.fields(GridTerms) if field.name != "criteria"]


def write_grid(*, call: Call, terms: GridTerms, by: Visitor, now: dt.datetime) -> Grid:
    """Write a draft call's grid, or write it anew. From then on the call is decided by a commission's list.

    Raises `NotAllowed` unless `by` is an officer; `Refused` (`call_published`) once the call is no draft, which a
    database trigger holds as well; `Invalid`, or `Several` with every problem at its field.
    """
    require(can_write_grid(by))
    with transaction.atomic():
        draft = _locked_draft(call)
        Grid.objects.filter(call=draft).delete()
        grid = Grid(call=draft, **{name: getattr(terms, name) for name in COLUMNS})
        grid.tie_breakers = list(terms.tie_breakers)
        rows = [
            Criterion(number=number, **dataclasses.asdict(asked))
            for number, asked in enumerate(terms.criteria, start=1)
        ]
        raise_all([*_criteria_problems(rows), *grid_problems(grid, len(rows))])
        grid.save(force_insert=True)
        for row in rows:
            row.grid = grid
        Criterion.objects.bulk_create(rows)
    return grid


def remove_grid(*, call: Call, by: Visitor, now: dt.datetime) -> None:
    """Take the grid of a draft away: officers decide one application at a time. Raises as `write_grid`."""
    require(can_write_grid(by))
    with transaction.atomic():
        Grid.objects.filter(call=_locked_draft(call)).delete()


def grid_problems(grid: Grid, criteria: int) -> list[Refused]:
    """Return all that is wrong with a grid beside its criteria; asked again when the call is published."""
    return [*_number_problems(grid), *_tie_problems(grid, criteria), *_date_problems(grid)]


def _locked_draft(call: Call) -> Call:
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if locked.status != CallStatus.DRAFT:
        raise Refused(
            "call_published",
            _("Criteria are written with the draft: applicants rely on them once published."),
        )
    return locked


def _whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _criteria_problems(rows: list[Criterion]) -> Iterator[Refused]:
    if not rows:
        yield Invalid("no_criteria", _("A grid needs one criterion at least."), field="criteria")
    if len({row.label.strip().casefold() for row in rows}) < len(rows):
        yield Invalid("criterion_twice", _("Two criteria have the same name."), field="criteria")
    for row in rows:
        yield from _criterion_problems(row)


def _criterion_problems(row: Criterion) -> Iterator[Refused]:
    """Name what is wrong with one criterion, all at the field `criteria`."""
    number = row.number
    for problem in field_problems(row, ["label", "asks"]):
        sentence = _("Criterion %(number)s: %(problem)s")
        yield Invalid(problem.code, sentence, field="criteria", number=number, problem=str(problem))
    most = row.max_tenths
    if not _whole(most, 10, MOST_TENTHS) or most % HALF_POINT:
        sentence = _("Criterion %(number)s: the most points are from 1 to 100, whole or half.")
        yield Invalid("points_out_of_range", sentence, field="criteria", number=number)
    elif row.min_tenths is not None and (not _whole(row.min_tenths, 0, most) or row.min_tenths % HALF_POINT):
        sentence = _("Criterion %(number)s: the least is from 0 to its most points, whole or half.")
        yield Invalid("minimum_out_of_range", sentence, field="criteria", number=number)
    if not _whole(row.weight, 1, MOST_WEIGHT):
        sentence = _("Criterion %(number)s: a weight is a whole number from 1 to 100.")
        yield Invalid("weight_out_of_range", sentence, field="criteria", number=number)


def _number_problems(grid: Grid) -> Iterator[Refused]:
    if not _whole(grid.minimum_hundredths, 0, OUT_OF_100):
        yield Invalid(
            "minimum_out_of_range", _("The least score is from 0 to 100."), field="minimum_hundredths"
        )
    for name in ("appeal_days", "offer_days"):
        if not _whole(getattr(grid, name), 1, MOST_DAYS):
            yield Invalid("days_out_of_range", _("This is from 1 to 90 days."), field=name)


def _tie_problems(grid: Grid, criteria: int) -> Iterator[Refused]:
    known = {TieBreaker.LOWER_COST.value, TieBreaker.EARLIER.value, TieBreaker.LOTS.value}
    known |= {f"{TieBreaker.CRITERION}:{number}" for number in range(1, criteria + 1)}
    ties = grid.tie_breakers
    unknown = [name for name in ties if name not in known]
    if unknown:
        sentence = _("“%(name)s” decides nothing here.")
        yield Invalid("unknown_tie_breaker", sentence, field="tie_breakers", name=str(unknown[0])[:40])
    elif len(set(ties)) < len(ties):
        yield Invalid("tie_breaker_twice", _("The same thing decides twice."), field="tie_breakers")
    elif not ties or ties[-1] != TieBreaker.LOTS:
        sentence = _("The lots come last, so that something always decides.")
        yield Invalid("lots_not_last", sentence, field="tie_breakers")
    yield from field_problems(grid, ["lots_source"])


def _date_problems(grid: Grid) -> Iterator[Refused]:
    if grid.offers_until is not None and grid.offers_until <= grid.call.closes_at:
        sentence = _("Released money can't be offered before applications have closed.")
        yield Invalid("offers_too_early", sentence, field="offers_until")
