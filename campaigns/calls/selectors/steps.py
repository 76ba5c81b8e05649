"""An application step by step: what each one lacks, and where it is written."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.urls import reverse

from campaigns.calls.enums import Annex, Step
from campaigns.calls.selectors.completeness import missing_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.calls.models import Application, Call
    from crowdfund.kit.errors import Refused

STEP_OF = {
    "project": Step.PROJECT,
    "organisation": Step.PROJECT,
    "motivation": Step.PROJECT,
    "project_months": Step.PROJECT,
    "cost_cents": Step.COST,
    "lines": Step.COST,
    "goal_cents": Step.MONEY,
    "other_source": Step.MONEY,
    "other_source_cents": Step.MONEY,
    "plan": Step.PLAN,
    "plan_lines": Step.PLAN,
    "logframe": Step.LOGFRAME,
    "accessibility": Step.ACCESSIBILITY,
    "declared": Step.DECLARATION,
}
"""Where what a field lacks is put right."""


@dataclasses.dataclass(frozen=True)
class StepSeen:
    """One step: where it is written, and what it still lacks."""

    step: Step
    url: str
    problems: Sequence[Refused]

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return str(self.step.label)


def steps_of(call: Call) -> list[Step]:
    """Return the steps that a call asks of an application."""
    left_out = set()
    if Annex.LOGFRAME not in call.asks:
        left_out.add(Step.LOGFRAME)
    if not call.declaration:
        left_out.add(Step.DECLARATION)
    return [step for step in Step if step not in left_out]


def steps_seen(application: Application) -> list[StepSeen]:
    """Return every step of an application, each with what it lacks."""
    missing = missing_in(application)
    return [
        StepSeen(
            step, step_url(application, step), [one for one in missing if STEP_OF[one.field or ""] == step]
        )
        for step in steps_of(application.call)
    ]


def step_url(application: Application, step: str) -> str:
    """Return where a step is written."""
    return reverse("application_step", args=[application.pk, step])


def step_after(application: Application, step: str) -> Step | None:
    """Return the step that follows, None after the last one."""
    steps = steps_of(application.call)
    place = steps.index(Step(step)) + 1
    return steps[place] if place < len(steps) else None
