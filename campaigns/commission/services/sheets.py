"""An evaluator's sheet on one application: declare, write, close; the chair reopens."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.commission.enums import EVALUATED, SHEET_TRANSITIONS, SheetStatus
from campaigns.commission.locks import lock_commission, lock_sheet
from campaigns.commission.models import Score, Sheet
from campaigns.commission.permissions import (
    can_declare,
    can_reopen_sheet,
    can_write_sheet,
    commission_for,
    is_own,
    seat_of,
)
from campaigns.commission.selectors.words import points
from campaigns.commission.services.commissions import check_no_list
from crowdfund.kit import states
from crowdfund.kit.errors import Invalid, NotAllowed, Refused, raise_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from accounts.permissions import Visitor
    from campaigns.calls.models import Application
    from campaigns.commission.models import Criterion, Evaluator


@dataclasses.dataclass(frozen=True)
class Mark:
    """The points on one criterion, in tenths (whole or half points), and why."""

    tenths: int
    reason: str = ""


def declare(
    *, application: Application, has_conflict: bool, why: str = "", by: Visitor, now: dt.datetime
) -> Sheet:
    """Say, before seeing an application, that there is no conflict of interest, or which one.

    Without a conflict the sheet is open to be written; with one it is out of the ranking for good. A conflict that is
    found later is declared the same way, while the sheet is open.

    Raises `NotAllowed` unless `by` sits in the commission and has signed, or when they say that there is no conflict on
    an application that is their own or their organisation's (`own_application`); `Invalid` without a reason; `Refused`
    while applications can still come in (`window_open`), when this one is not read (`not_read`), or was declared on
    before (`declared`).
    """
    require(can_declare(by, application))
    why = why.strip()
    if has_conflict and not why:
        raise Invalid("reason_missing", _("Say what the conflict is."), field="why")
    if not has_conflict:
        _check_not_own(by, application)
    commission = commission_for(application)
    seat = seat_of(by, commission) if commission else None
    if seat is None:  # left in between
        raise NotAllowed("not_allowed", _("You are not in this commission."))
    with transaction.atomic():
        check_no_list(lock_commission(seat.commission))
        _check_read(application, seat, now)
        there = Sheet.objects.select_for_update().filter(evaluator=seat, application=application).first()
        if there is None:
            return _new_sheet(seat, application, why if has_conflict else "", by=by, now=now)
        if not has_conflict or there.status != SheetStatus.OPEN:
            raise Refused("declared", _("You have declared on this application already."))
        states.advance(
            there, SheetStatus.CONFLICT, table=SHEET_TRANSITIONS, now=now, by=by, why=why[:200], conflict=why
        )
    return there


def _new_sheet(
    seat: Evaluator, application: Application, conflict: str, *, by: Visitor, now: dt.datetime
) -> Sheet:
    status = SheetStatus.CONFLICT if conflict else SheetStatus.OPEN
    made = Sheet(evaluator=seat, application=application, status=status, conflict=conflict, declared_at=now)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:  # the same person in another window
        raise Refused("declared", _("You have declared on this application already.")) from error
    states.record_birth(made, now=now, by=by, why=conflict[:200])
    return made


def _check_read(application: Application, seat: Evaluator, now: dt.datetime) -> None:
    if now < seat.commission.closes_at:
        raise Refused("window_open", _("Applications are read once the last can have come in."))
    application.refresh_from_db(fields=["status"])
    excluded = application.exclusions.filter(lifted_at__isnull=True).exists()
    if application.status not in EVALUATED or excluded:
        raise Refused("not_read", _("This application is not read: it was withdrawn or excluded."))


def _check_not_own(by: Visitor, application: Application) -> None:
    """Nobody scores their own: asked when declaring, and again whenever points are written."""
    if is_own(by, application):
        raise NotAllowed(
            "own_application",
            _("You wrote this application or belong to the organisation that applies: declare the conflict."),
        )


def save_sheet(*, sheet: Sheet, marks: Mapping[int, Mark], by: Visitor, now: dt.datetime) -> Sheet:
    """Save a draft: marks by criterion number; those left out are not written yet.

    Raises `NotAllowed` unless it is the evaluator's own sheet, and no application of theirs (`own_application`);
    `Refused` (`sheet_closed`) unless it is open; `Invalid` or `Several` for points out of range or no half points.
    """
    require(can_write_sheet(by, sheet))
    with transaction.atomic():
        held = _held_open(sheet, by)
        criteria = {one.number: one for one in held.evaluator.commission.call.grid.criteria.all()}
        raise_all([*_mark_problems(criteria, marks)])
        held.scores.all().delete()
        Score.objects.bulk_create(
            Score(sheet=held, criterion=criteria[number], tenths=mark.tenths, reason=mark.reason.strip())
            for number, mark in marks.items()
        )
    sheet.refresh_from_db()
    return sheet


def close_sheet(*, sheet: Sheet, by: Visitor, now: dt.datetime) -> Sheet:
    """Close a sheet that gives points with a reason on every criterion. Only the chair can reopen it.

    Raises as `save_sheet`; `Refused` or `Several` (`points_missing`, `reason_missing`) for what is not written yet.
    """
    require(can_write_sheet(by, sheet))
    with transaction.atomic():
        held = _held_open(sheet, by)
        raise_all([*_gaps(held)])
        states.advance(held, SheetStatus.CLOSED, table=SHEET_TRANSITIONS, now=now, by=by, closed_at=now)
    sheet.refresh_from_db()
    return sheet


def reopen_sheet(*, sheet: Sheet, why: str, by: Visitor, now: dt.datetime) -> Sheet:
    """Let an evaluator write a closed sheet again; until it is closed nobody else sees any points on the application.

    Raises `NotAllowed` unless `by` chairs the commission and the application is not their own; `Invalid` without a
    reason; `IllegalTransition` unless it is closed; `Refused` while a list waits (`list_there`) or the evaluator has
    left (`has_left`).
    """
    require(can_reopen_sheet(by, sheet))
    if not why.strip():
        raise Invalid("reason_missing", _("Say why."), field="why")
    with transaction.atomic():
        check_no_list(lock_commission(sheet.evaluator.commission))
        held = lock_sheet(sheet)
        if held.evaluator.left_at is not None:
            raise Refused("has_left", _("This person has left already."))
        states.advance(
            held, SheetStatus.OPEN, table=SHEET_TRANSITIONS, now=now, by=by, why=why.strip()[:200], closed_at=None
        )  # fmt: skip
    sheet.refresh_from_db()
    return sheet


def _held_open(sheet: Sheet, by: Visitor) -> Sheet:
    held = lock_sheet(sheet)
    _check_not_own(by, held.application)
    if held.status != SheetStatus.OPEN:
        raise Refused("sheet_closed", _("This sheet is closed: only the chair can reopen it."))
    return held


def _mark_problems(criteria: Mapping[int, Criterion], marks: Mapping[int, Mark]) -> Iterator[Refused]:
    for number, mark in marks.items():
        one = criteria.get(number)
        if one is None:
            yield Invalid(
                "unknown_criterion", _("This call has no such criterion."), field=f"points_{number}"
            )
        elif type(mark.tenths) is not int or not 0 <= mark.tenths <= one.max_tenths or mark.tenths % 5:
            sentence = _("“%(criterion)s” takes from 0 to %(most)s points, whole or half.")
            named = {"criterion": one.label, "most": points(one.max_tenths)}
            yield Invalid("points_out_of_range", sentence, field=f"points_{number}", **named)


def _gaps(sheet: Sheet) -> Iterator[Refused]:
    there = {score.criterion.number: score for score in sheet.scores.select_related("criterion")}
    for one in sheet.evaluator.commission.call.grid.criteria.all():
        score = there.get(one.number)
        if score is None:
            sentence = _("Give points on “%(criterion)s”.")
            yield Refused("points_missing", sentence, field=f"points_{one.number}", criterion=one.label)
        elif not score.reason:
            sentence = _("Say why you give these points on “%(criterion)s”.")
            yield Refused("reason_missing", sentence, field=f"reason_{one.number}", criterion=one.label)
