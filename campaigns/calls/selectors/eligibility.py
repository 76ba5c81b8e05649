"""Who may apply: what a call's terms find wrong with a project, with an amount, with a duration, each by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.enums import OrganisationKind
from campaigns.calls.formula import threshold_cents
from campaigns.calls.selectors.words import euros
from campaigns.enums import Theme
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.calls.models import Call
    from campaigns.models import Project


def project_problems(call: Call, project: Project) -> Iterator[Refused]:
    """Yield why a call is not for a project: its place, its organisation's kind, its theme."""
    place = project.neighbourhood
    included = {one.pk for one in call.included_neighbourhoods.all()}
    if included and place.pk not in included:
        yield Refused(
            "place_not_included",
            _("This call is only for projects in certain neighbourhoods, and %(place)s is not among them."),
            field="project",
            place=place.name,
        )
    if any(place.pk == one.pk for one in call.excluded_neighbourhoods.all()):
        yield Refused(
            "place_excluded",
            _("This call is not for projects in %(place)s."),
            field="project",
            place=place.name,
        )
    kind = OrganisationKind(project.organisation.kind)
    if call.organisation_kinds and kind not in call.organisation_kinds:
        sentence = _("This call does not admit organisations of this kind: %(kind)s.")
        yield Refused("kind_not_admitted", sentence, field="project", kind=kind.label)
    theme = Theme(project.theme)
    if call.themes and theme not in call.themes:
        sentence = _("This call is not for this theme: %(theme)s.")
        yield Refused("theme_not_admitted", sentence, field="project", theme=theme.label)


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


def duration_problems(call: Call, months: int | None) -> Iterator[Refused]:
    """Yield what is wrong with the months that carrying out the project takes; None is not said yet."""
    most = call.project_months_max
    if months is not None and most is not None and months > most:
        yield Refused(
            "too_long",
            ngettext(
                "The project is carried out within %(months)s month at most.",
                "The project is carried out within %(months)s months at most.",
                most,
            ),
            field="project_months",
            months=most,
        )
