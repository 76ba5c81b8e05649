"""An application with all that a call can ask: budget, plan by month, logframe, declaration."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from campaigns.calls.enums import Annex
from campaigns.calls.services.applications import (
    declare,
    edit_application,
    set_cost_lines,
    submit_application,
)
from campaigns.calls.services.windows import Window
from campaigns.services.budget import Line
from campaigns.services.logframe import Measure, Rung, set_logframe
from campaigns.services.plan import set_plan_month
from tests.campaigns import calling
from tests.world import NOW

if TYPE_CHECKING:
    from accounts.models import User
    from campaigns.calls.models import Application, Call

DAY = dt.timedelta(days=1)
MONTH = {"earned": 120_000, "donations": 30_000, "staff": 100_000, "rent": 40_000}
LINES = [Line("goods", "Terra e semi", 970_000), Line("fees", "Commissioni", 30_000)]


def window(start: float, end: float, pot_cents: int | None = None) -> Window:
    """A session from `start` to `end` days from now."""
    return Window(opens_at=NOW + start * DAY, closes_at=NOW + end * DAY, pot_cents=pot_cents)


def measure(**fields: Any) -> Measure:
    given: dict[str, Any] = {
        "name": "Persone che lavorano",
        "unit": "persone",
        "target": Decimal(12),
        "due_on": dt.date(2027, 12, 31),
    }
    return Measure(**(given | fields))


def rungs(**fields: Any) -> list[Rung]:
    return [
        Rung(level="goal", text="Un quartiere dove si sta insieme"),
        Rung(level="purpose", text="Chi cerca lavoro impara un mestiere", indicators=[measure(**fields)]),
        Rung(level="output", text="Un orto aperto", assumptions="Il Comune dà l'acqua"),
        Rung(level="activity", text="Corsi il sabato"),
    ]


def call(**fields: Any) -> Call:
    """A published call that asks for everything."""
    return calling.call(**({"asks": Annex.values, "declaration": "Dichiaro che è vero."} | fields))


def complete(owner: User, *, submitted: bool = False, **fields: Any) -> Application:
    """An application that lacks nothing."""
    fields["call"] = fields.get("call") or call()
    made = calling.application(owner, submitted=False, **fields)
    given: dict[str, Any] = {"by": owner, "now": NOW}
    edit_application(application=made, project_months=6, **given)
    set_cost_lines(application=made, lines=LINES, **given)
    set_plan_month(project=made.project, month=1, amounts=MONTH, until=12, **given)
    set_logframe(project=made.project, rungs=rungs(), **given)
    if made.call.declaration:
        declare(application=made, **given)
    made.refresh_from_db()
    return submit_application(application=made, **given) if submitted else made
