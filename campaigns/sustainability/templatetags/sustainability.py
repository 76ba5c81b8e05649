"""Does the project stand on its own feet? What other pages show of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import gettext as _

from accounts.templatetags.ui import month
from campaigns.sustainability.enums import Stage
from campaigns.sustainability.formula import Forecast, first_day, forecast
from campaigns.sustainability.selectors import glances
from campaigns.sustainability.selectors.accounts import accounts_of, figures_of, trajectory
from campaigns.sustainability.selectors.explained import (
    FIGURE_LABELS,
    FORECAST_REASONS,
    RATIO_LABELS,
    REASONS,
    STAGE_KINDS,
    STAGE_RULES,
    ratio_numbers,
    thresholds,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import _StrOrPromise

    from campaigns.models import Project
    from campaigns.sustainability.formula import Point, Standing
    from campaigns.sustainability.models import MonthlyAccount
    from campaigns.sustainability.selectors.accounts import Trajectory

register = template.Library()
SHOWN_MONTHS = 12
SHOWN_BEFORE = 24  # months beside a forecast


@register.filter
def stage_label(stage: str | None) -> _StrOrPromise:
    """A stage in words."""
    return Stage(stage).label if stage else ""


@register.filter
def stage_kind(stage: str | None) -> str:
    """The badge of a stage."""
    return STAGE_KINDS.get(stage or "", "info")


@register.filter
def stage_rule(stage: str | None) -> _StrOrPromise:
    """What a stage asks."""
    return STAGE_RULES.get(stage or "", "")


@register.filter
def figure_label(name: str) -> _StrOrPromise:
    """A kind of income or cost in words."""
    return FIGURE_LABELS[name]


@register.inclusion_tag("campaigns/sustainability/_panel.html")
def sustainability_panel(project: Project, months: int = SHOWN_MONTHS) -> dict[str, Any]:
    """Stage, ratio now and over time, how they are computed, and the latest `months` as a table; one query."""
    path = trajectory(project)
    return {
        "project": project,
        "path": path,
        "now": path.now,
        "thresholds": thresholds(path.year) if path.year else [],
        "ratios": _ratios(path, path.now) if path.now else [],
        "reason": REASONS.get(path.now.reasons.get("self_sufficiency_ratio", "")) if path.now else None,
        "labels": [month(account.month) for account in path.months],
        "lines": [
            {
                "label": _("Self-sufficiency"),
                "values": [one.ratios["self_sufficiency_ratio"] for one in path.standings],
            }
        ],
        "latest": [(account, figures_of(account)) for account in path.months[::-1][:months]],
    }


def _ratios(path: Trajectory, now: Standing) -> list[dict[str, Any]]:
    numbers = ratio_numbers(path)
    return [
        {
            "label": RATIO_LABELS[name],
            "numbers": numbers.get(name, ""),
            "value": value,
            "plain": name in {"months_of_cash", "income_concentration"},
            "reason": REASONS.get(now.reasons.get(name, "")),
        }
        for name, value in now.ratios.items()
    ]


@register.inclusion_tag("campaigns/sustainability/_forecast.html")
def forecast_panel(months: list[MonthlyAccount]) -> dict[str, Any]:
    """What a project will earn and cost in the next twelve months, 8 times in 10, of its closed ones; or why not."""
    accounts = accounts_of(months)
    found = forecast(accounts) if accounts else "too_early"
    if not isinstance(found, Forecast):
        return {"reason": FORECAST_REASONS[found]}
    shown = months[-SHOWN_BEFORE:]
    coming = [first_day(point.month) for point in found.earned]
    return {
        "labels": [month(one) for one in [*(account.month for account in shown), *coming]],
        "charts": [
            _forecast_chart(_("What it earns"), [account.earned_cents for account in shown], found.earned),
            _forecast_chart(
                _("What it costs"), [figures_of(account).operating_costs for account in shown], found.costs
            ),
        ],
        "break_even": {
            end: month(first_day(number)) if number is not None else None
            for end, number in found.break_even._asdict().items()
        },
    }


def _forecast_chart(title: _StrOrPromise, past: list[int], coming: Sequence[Point]) -> dict[str, Any]:
    before: list[int | None] = [None] * len(past)
    return {
        "title": title,
        "lines": [
            {"label": _("So far"), "values": [*past, *[None] * len(coming)]},
            {"label": _("Expected"), "values": [*before, *(point.mid for point in coming)]},
            {"label": _("At least"), "values": [*before, *(point.low for point in coming)]},
            {"label": _("At most"), "values": [*before, *(point.high for point in coming)]},
        ],
    }


@register.simple_tag
def outcomes(limit: int = 3) -> list[dict[str, Any]]:
    """What became of funded projects, as `components/outcome_card.html` takes it: `{% outcomes as outcomes %}`."""
    return [_outcome(row) for row in glances.outcomes(limit)]


def _outcome(row: glances.Row) -> dict[str, Any]:
    glance = row.glance
    if glance is None:
        raise ValueError("an outcome has a glance")
    return dataclasses.asdict(glance) | {
        "url": row.project.get_absolute_url(),
        "title": row.project.title,
        "neighbourhood": row.project.neighbourhood.name,
        "picture_url": row.project.picture_url,
        "stage_label": stage_label(glance.stage),
        "stage_kind": stage_kind(glance.stage),
    }
