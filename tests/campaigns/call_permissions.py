"""Rows of the table of permissions: who may write an application's parts, extend a call, judge accessibility."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from campaigns.calls.services import applications, decisions, windows
from campaigns.services import logframe, plan
from campaigns.services.budget import Line
from tests.campaigns import calling
from tests.campaigns.applying import call, measure, rungs
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from campaigns.calls.models import Application
    from campaigns.models import Indicator, LogframeEntry

    Stage = Any

TEAM = {"owner", "editor"}


def declaring(stage: Stage) -> Application:
    """A draft under a call that asks for a declaration."""
    return calling.application(
        stage.people["owner"], call=call(asks=[]), project=stage.project, submitted=False
    )


def claiming(stage: Stage) -> Application:
    """A submitted application that says it is open to all abilities."""
    made: Application = stage.application()
    by = stage.people["owner"]
    applications.edit_application(
        application=made, all_abilities=True, accessibility="Senza gradini.", by=by, now=NOW
    )
    return applications.submit_application(application=made, by=by, now=NOW)


def entry(stage: Stage) -> LogframeEntry:
    """An entry of the project's logframe."""
    return logframe.write_rung(
        project=stage.project, level="output", text="Un orto", by=stage.people["owner"], now=NOW
    )


def indicator(stage: Stage) -> Indicator:
    """An indicator of it."""
    return logframe.write_indicator(entry=entry(stage), measure=measure(), by=stage.people["owner"], now=NOW)


ROWS: dict[str, tuple[Callable[[Stage], Any], Callable[[Any, Any], Any], set[str]]] = {
    "edit_application": (
        lambda s: s.application(),
        lambda a, by: applications.edit_application(application=a, plan="p2", by=by, now=NOW),
        TEAM,
    ),
    "set_cost_lines": (
        lambda s: s.application(),
        lambda a, by: applications.set_cost_lines(
            application=a, lines=[Line("goods", "Terra", 5)], by=by, now=NOW
        ),
        TEAM,
    ),
    "declare": (
        declaring,
        lambda a, by: applications.declare(application=a, by=by, now=NOW),
        TEAM,
    ),
    "judge_accessibility": (
        claiming,
        lambda a, by: decisions.judge_accessibility(application=a, confirmed=True, by=by, now=NOW),
        {"officer"},
    ),
    "extend_window": (
        lambda s: s.call(),
        lambda c, by: windows.extend_window(
            call=c, closes_at=c.closes_at + dt.timedelta(days=1), reason="r", by=by, now=NOW
        ),
        {"officer"},
    ),
    "set_plan": (
        lambda s: s.project,
        lambda p, by: plan.set_plan(project=p, figures=[plan.Figure(1, "earned", 5)], by=by, now=NOW),
        TEAM,
    ),
    "set_plan_month": (
        lambda s: s.project,
        lambda p, by: plan.set_plan_month(project=p, month=1, amounts={"staff": 5}, by=by, now=NOW),
        TEAM,
    ),
    "set_logframe": (
        lambda s: s.project,
        lambda p, by: logframe.set_logframe(project=p, rungs=rungs(), by=by, now=NOW),
        TEAM,
    ),
    "write_rung": (
        lambda s: s.project,
        lambda p, by: logframe.write_rung(project=p, level="goal", text="g", by=by, now=NOW),
        TEAM,
    ),
    "remove_rung": (entry, lambda e, by: logframe.remove_rung(entry=e, by=by, now=NOW), TEAM),
    "write_indicator": (
        entry,
        lambda e, by: logframe.write_indicator(entry=e, measure=measure(), by=by, now=NOW),
        TEAM,
    ),
    "remove_indicator": (
        indicator,
        lambda i, by: logframe.remove_indicator(indicator=i, by=by, now=NOW),
        TEAM,
    ),
}
