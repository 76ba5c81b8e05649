"""Beginnings for the tests of commissions: a call with criteria, evaluators who have signed, points, a list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.enums import Role
from accounts.models import User
from campaigns.calls.models import Application, Call, Session
from campaigns.commission.models import Commission, Evaluator, RankedList, Sheet
from campaigns.commission.services.commissions import appoint_evaluator, form_commission, sign_declaration
from campaigns.commission.services.grids import Asked, GridTerms, write_grid
from campaigns.commission.services.lists import propose_list, publish_list
from campaigns.commission.services.sheets import Mark, close_sheet, declare, save_sheet
from tests import world
from tests.campaigns import calling
from tests.world import NOW

THEN = NOW + dt.timedelta(days=31)
"""Applications have closed the day before."""
DUE = NOW + dt.timedelta(days=45)
UNTIL = NOW + dt.timedelta(days=200)


def terms(**fields: Any) -> GridTerms:
    return GridTerms(
        **{
            "criteria": [
                Asked(label="Bisogno", asks="Risponde a un bisogno?", max_tenths=200, weight=2),
                Asked(label="Piano", asks="Il piano regge?", max_tenths=100, min_tenths=60),
            ],
            "tie_breakers": ["criterion:1", "lower_cost", "lots"],
            "lots_source": "Il primo estratto sulla ruota di Milano dopo la chiusura.",
            "minimum_hundredths": 6_000,
            "offers_until": UNTIL,
        }
        | fields
    )


def call(
    *, grid: GridTerms | None = None, sessions: int = 0, share: int | None = None, **fields: Any
) -> Call:
    """A published call with a grid; its sessions follow one another, the first with a share of the pot if given."""
    by = calling.officer()
    made = calling.call(published=False, **fields)
    write_grid(call=made, terms=grid or terms(), by=by, now=NOW)
    step = (made.closes_at - made.opens_at) / max(sessions, 1)
    for number in range(1, sessions + 1):
        opens = made.opens_at + step * (number - 1)
        pot = share if number == 1 else None
        Session.objects.create(
            call=made, number=number, opens_at=opens, closes_at=opens + step, pot_cents=pot
        )
    return calling.publish(made, by)


def commission(of: Call | None = None, *, evaluators: int = 2, session: Session | None = None) -> Commission:
    """A commission whose evaluators, the first its chair, have signed."""
    by = calling.officer()
    made = form_commission(call=of or call(), session=session, sheets_due_at=DUE, by=by, now=NOW)
    for number in range(evaluators):
        user = world.person(f"Eva{number}")
        role = "member" if number else "chair"
        appoint_evaluator(commission=made, email=user.email, role=role, by=by, now=NOW)
        sign_declaration(commission=made, by=user, now=NOW)
    return made


def seats(of: Commission) -> list[Evaluator]:
    return list(of.evaluators.select_related("user").order_by("pk"))


def apply(to: Call, **fields: Any) -> Application:
    return calling.application(fields.pop("owner", None) or world.person("Owner"), call=to, **fields)


def score(who: User, application: Application, *points: int, close: bool = True) -> Sheet:
    """Declare no conflict, give points in tenths with a reason, close."""
    sheet = declare(application=application, has_conflict=False, by=who, now=THEN)
    marks = {number: Mark(tenths, "Perché sì.") for number, tenths in enumerate(points, start=1)}
    save_sheet(sheet=sheet, marks=marks, by=who, now=THEN)
    return close_sheet(sheet=sheet, by=who, now=THEN) if close else sheet


def scored(of: Commission, points: dict[Application, tuple[int, ...]]) -> None:
    """Let everybody give the same points."""
    for application, given in points.items():
        for seat in of.evaluators.sitting().select_related("user"):
            score(seat.user, application, *given)


def published(of: Commission, *, now: dt.datetime = THEN, **fields: Any) -> RankedList:
    """Propose a list and publish it by another person."""
    made = propose_list(commission=of, by=calling.officer(), now=now, **fields)
    return publish_list(ranked_list=made, by=world.staff(Role.APPROVER), now=now)
