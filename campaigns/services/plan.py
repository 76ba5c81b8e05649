"""A project's business plan, month by month: written as a whole, or one month at a time and copied forward."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.models import LAST_MONTH, PLAN_KINDS, PlanLine
from campaigns.permissions import can_edit_project
from campaigns.services.cleaning import LARGEST_CENTS
from crowdfund.kit.errors import Invalid, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from accounts.permissions import Visitor
    from campaigns.models import Project

KINDS = frozenset(kind for kind, _label in PLAN_KINDS)


@dataclasses.dataclass(frozen=True)
class Figure:
    """What comes in or goes out of one kind in one month (1 is the first), in whole cents. Nothing is no figure."""

    month: int
    kind: str
    amount_cents: int


def set_plan(*, project: Project, figures: Sequence[Figure], by: Visitor, now: dt.datetime) -> None:
    """Replace a project's whole plan.

    Raises `NotAllowed` unless `by` is owner or editor; `Invalid`, or `Several` with every figure that is wrong (its
    place in the list in `field`): no month from 1 to 60, a month and kind twice, an unknown kind, no whole cents.
    """
    require(can_edit_project(by, project))
    raise_all([*_problems(figures)])
    with transaction.atomic():
        kept = {(figure.month, figure.kind) for figure in figures}
        gone = [line.pk for line in project.plan_lines.all() if (line.month, line.kind) not in kept]
        project.plan_lines.filter(pk__in=gone).delete()
        _store(project, figures)


def set_plan_month(
    *,
    project: Project,
    month: int,
    amounts: Mapping[str, int],
    until: int | None = None,
    by: Visitor,
    now: dt.datetime,
) -> None:
    """Write one month of the plan, and copy it forward up to and including month `until`.

    `amounts` are whole cents by kind; a kind left out or at 0 is nothing. What the months copied to said before goes.

    Raises as `set_plan`, and `Invalid` (`copy_backwards`) when `until` is before `month`.
    """
    require(can_edit_project(by, project))
    last = month if until is None else until
    if type(last) is not int or last > LAST_MONTH:
        raise _out_of_range("until")
    if type(month) is int and last < month:
        raise Invalid("copy_backwards", _("A month is copied to those after it."), field="until")
    given = [Figure(month, kind, cents) for kind, cents in amounts.items() if cents != 0]
    problems = [Invalid(one.code, one.message, field=kind) for kind, one in _by_kind(given)]
    if not 1 <= month <= LAST_MONTH:
        problems = [_out_of_range("month")]
    raise_all(problems)
    with transaction.atomic():
        project.plan_lines.filter(month__gte=month, month__lte=last).delete()
        _store(
            project, [Figure(n, one.kind, one.amount_cents) for n in range(month, last + 1) for one in given]
        )


def _by_kind(figures: Sequence[Figure]) -> Iterator[tuple[str, Refused]]:
    for figure in figures:
        for problem in _figure_problems(figure, ""):
            yield figure.kind, problem


def _store(project: Project, figures: Sequence[Figure]) -> None:
    """Write figures over what is there, always in the same order, so that two writers never wait for each other."""
    rows = [
        PlanLine(project=project, month=one.month, kind=one.kind, amount_cents=one.amount_cents)
        for one in sorted(figures, key=lambda one: (one.month, one.kind))
    ]
    PlanLine.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["project", "month", "kind"],
        update_fields=["amount_cents"],
    )


def _problems(figures: Sequence[Figure]) -> Iterator[Refused]:
    seen = set()
    for place, figure in enumerate(figures):
        if (figure.month, figure.kind) in seen:
            yield Invalid(
                "plan_month_twice",
                _("Month %(month)s has this kind twice."),
                field=f"lines.{place}.month",
                month=figure.month,
            )
        seen.add((figure.month, figure.kind))
        yield from _figure_problems(figure, f"lines.{place}.")


def _figure_problems(figure: Figure, before: str) -> Iterator[Refused]:
    if type(figure.month) is not int or not 1 <= figure.month <= LAST_MONTH:
        yield _out_of_range(f"{before}month")
    if figure.kind not in KINDS:
        yield Invalid(
            "kind_unknown",
            _("“%(kind)s” is no kind of income or cost."),
            field=f"{before}kind",
            kind=figure.kind,
        )
    field = f"{before}amount_cents"
    if type(figure.amount_cents) is not int:  # a bool is an int to isinstance, and no amount
        yield Invalid("not_cents", _("The amount must be in whole cents."), field=field)
    elif figure.amount_cents <= 0:
        yield Invalid("amount_too_small", _("The amount must be more than zero."), field=field)
    elif figure.amount_cents > LARGEST_CENTS:
        yield Invalid("amount_too_large", _("The amount is too large."), field=field)


def _out_of_range(field: str) -> Invalid:
    sentence = _("A plan has months 1 to %(last)s.")
    return Invalid("month_out_of_range", sentence, field=field, last=LAST_MONTH)
