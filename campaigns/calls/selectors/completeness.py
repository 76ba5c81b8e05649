"""What an application still lacks: found all at once, for the page that says it and for the service that refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.enums import OrganisationKind
from campaigns.calls.formula import threshold_cents
from campaigns.calls.selectors.reads import application_prospect
from campaigns.calls.selectors.words import euros
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.calls.models import Application, Call


def missing_in(application: Application) -> list[Refused]:
    """Return all that keeps an application from being submitted, each with its field; empty when it is complete."""
    project = application.project
    organisation = project.organisation
    found = [
        *amount_problems(application.call, application.cost_cents, application.goal_cents),
        *_texts(application),
    ]
    if not project.summary.strip() or not project.story.strip():
        found.append(Refused("story_missing", _("The project's page has no story yet."), field="project"))
    if organisation.kind != OrganisationKind.INFORMAL and not organisation.tax_code:
        found.append(
            Refused("tax_code_missing", _("The organisation's tax code is missing."), field="organisation")
        )
    return found or [*_cover(application)]


def amount_problems(call: Call, cost_cents: int, goal_cents: int | None) -> Iterator[Refused]:
    """Yield what the call's terms find wrong with a cost and a goal, in whole cents."""
    least, most = call.cost_min_cents, call.cost_max_cents
    if cost_cents < 1:
        yield Refused("cost_missing", _("Write what the whole project costs."), field="cost_cents")
    elif least is not None and cost_cents < least:
        yield Refused(
            "cost_too_low",
            _("This call is for projects that cost at least %(amount)s."),
            field="cost_cents",
            amount=euros(least),
        )
    elif most is not None and cost_cents > most:
        yield Refused(
            "cost_too_high",
            _("This call is for projects that cost at most %(amount)s."),
            field="cost_cents",
            amount=euros(most),
        )
    elif goal_cents is not None:
        yield from _goal(call, cost_cents, goal_cents)


def _goal(call: Call, cost_cents: int, goal_cents: int) -> Iterator[Refused]:
    threshold = threshold_cents(call.rule.as_data, cost_cents) or 1
    if goal_cents < threshold:
        yield Refused(
            "goal_below_threshold",
            _("The goal can't be below what the rule asks of residents: %(amount)s."),
            field="goal_cents",
            amount=euros(threshold),
        )
    elif goal_cents > cost_cents:
        yield Refused("goal_above_cost", _("The goal can't be above the cost."), field="goal_cents")


def _texts(application: Application) -> Iterator[Refused]:
    if not application.motivation.strip():
        yield Refused("motivation_missing", _("Say why this project, and for whom."), field="motivation")
    if not application.plan.strip():
        yield Refused(
            "plan_missing",
            _("Say how the project will stand on its own feet afterwards."),
            field="plan",
        )


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
