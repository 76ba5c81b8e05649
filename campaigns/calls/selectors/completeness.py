"""What an application still lacks: found all at once, for the page that says it and for the service that refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.enums import OrganisationKind
from campaigns.calls.enums import Annex
from campaigns.calls.selectors.eligibility import amount_problems, duration_problems, project_problems
from campaigns.calls.selectors.reads import application_prospect
from campaigns.calls.selectors.words import euros
from campaigns.enums import CostKind, IncomeKind, LogframeLevel
from campaigns.selectors.readiness import budget_problems
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.calls.models import Application

PLAN_MONTHS_LEAST = 12
"""The ratios that the accounts are read by look at twelve months, so the plan has as many at least."""


def missing_in(application: Application) -> list[Refused]:
    """Return all that keeps an application from being submitted, each with its field; empty when it is complete."""
    call, project = application.call, application.project
    found = [
        *project_problems(call, project),
        *amount_problems(call, application.cost_cents, application.goal_cents),
        *_duration(application),
        *_texts(application),
        *_about(application),
    ]
    if application.snapshot is None:
        found += _annexes(application)
    return found or [*_cover(application)]


def _annexes(application: Application) -> Iterator[Refused]:
    """Yield what is written until submission: what was submitted is judged, not what the project says since."""
    call = application.call
    if Annex.BUDGET in call.asks:
        yield from _budget(application)
    if Annex.PLAN in call.asks:
        yield from _plan(application)
    if Annex.LOGFRAME in call.asks:
        yield from _logframe(application)
    if call.declaration and application.declared_at is None:
        yield Refused("declaration_missing", _("Read and accept the declaration."), field="declared")


def plan_months(application: Application) -> int:
    """Return how many months the business plan has to cover: as long as the project is carried out, or a year."""
    return max(PLAN_MONTHS_LEAST, application.project_months or 0)


def _duration(application: Application) -> Iterator[Refused]:
    if application.call.project_months_max and application.project_months is None:
        sentence = _("Say how many months it takes to carry the project out.")
        yield Refused("months_missing", sentence, field="project_months")
    yield from duration_problems(application.call, application.project_months)


def _texts(application: Application) -> Iterator[Refused]:
    if not application.motivation.strip():
        yield Refused("motivation_missing", _("Say why this project, and for whom."), field="motivation")
    if not application.plan.strip():
        yield Refused(
            "plan_missing",
            _("Say how the project will stand on its own feet afterwards."),
            field="plan",
        )
    if application.all_abilities and not application.accessibility.strip():
        sentence = _("Say how the project is open to all abilities.")
        yield Refused("accessibility_missing", sentence, field="accessibility")


def _about(application: Application) -> Iterator[Refused]:
    project, organisation = application.project, application.project.organisation
    if not project.summary.strip() or not project.story.strip():
        yield Refused("story_missing", _("The project's page has no story yet."), field="project")
    if organisation.kind != OrganisationKind.INFORMAL and not organisation.tax_code:
        yield Refused("tax_code_missing", _("The organisation's tax code is missing."), field="organisation")


def _budget(application: Application) -> Iterator[Refused]:
    lines = [(line.kind, line.amount_cents) for line in application.cost_lines.all()]
    for problem in budget_problems(
        lines,
        cost_cents=application.cost_cents,
        fees_borne=application.call.rule.data.get("fee_bearer") != "call",
        goal_cents=application_prospect(application).goal_cents,
    ):
        yield Refused(problem.code, problem.sentence, field="lines")


def _plan(application: Application) -> Iterator[Refused]:
    lines = list(application.project.plan_lines.all())
    planned, kinds = {line.month for line in lines}, {line.kind for line in lines}
    lacking = [month for month in range(1, plan_months(application) + 1) if month not in planned]
    if lacking:
        yield Refused(
            "plan_months_missing",
            ngettext(
                "The business plan says nothing of month %(months)s.",
                "The business plan says nothing of months %(months)s.",
                len(lacking),
            ),
            field="plan_lines",
            months=_runs(lacking),
        )
    if not kinds & set(IncomeKind.values):
        yield Refused("plan_without_income", _("The business plan has no income."), field="plan_lines")
    if not kinds & set(CostKind.values):
        yield Refused("plan_without_costs", _("The business plan has no costs."), field="plan_lines")


def _runs(months: list[int]) -> str:
    """Shorten consecutive months: 1, 2, 3, 7 is “1-3, 7”."""
    runs: list[list[int]] = []
    for month in months:
        if runs and runs[-1][-1] == month - 1:
            runs[-1][1:] = [month]
        else:
            runs.append([month])
    return ", ".join("-".join(str(end) for end in run) for run in runs)


RUNGS = {
    LogframeLevel.GOAL: _("The logframe has no goal."),
    LogframeLevel.PURPOSE: _("The logframe has no purpose."),
    LogframeLevel.OUTPUT: _("The logframe has no output."),
    LogframeLevel.ACTIVITY: _("The logframe has no activity."),
}


def _logframe(application: Application) -> Iterator[Refused]:
    levels = {entry.level for entry in application.project.logframe.all()}
    for level, sentence in RUNGS.items():
        if level not in levels:
            yield Refused(f"{level}_missing", sentence, field="logframe")
    if not application.project.indicators.exists():
        sentence = _("The logframe has no indicator: say how you will know that it works.")
        yield Refused("indicator_missing", sentence, field="logframe")


def _cover(application: Application) -> Iterator[Refused]:
    lacking = application_prospect(application).uncovered_cents - application.other_source_cents
    if lacking > 0:
        yield Refused(
            "cost_not_covered",
            _(
                "Goal and match together leave %(amount)s of the cost unpaid: raise the goal or name another source."
            ),
            field="goal_cents",
            amount=euros(lacking),
        )
