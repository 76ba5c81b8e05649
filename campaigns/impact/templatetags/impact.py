"""What other pages show of what a project changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.templatetags.ui import day
from campaigns.impact.enums import MeasurementStatus, TerritoryKind, Timing
from campaigns.impact.permissions import can_see_measurements
from campaigns.impact.selectors.measurements import standings
from campaigns.impact.selectors.series import lines_of, name_of, values_of
from crowdfund.kit import clock

if TYPE_CHECKING:
    from decimal import Decimal

    from django.template.context import RequestContext
    from django.utils.functional import _StrOrPromise

    from campaigns.impact.models import MeasurementEvent
    from campaigns.impact.selectors.measurements import Standing
    from campaigns.models import Project

register = template.Library()
_KINDS = {
    MeasurementStatus.WAITING: "wait",
    MeasurementStatus.VERIFIED: "ok",
    MeasurementStatus.SENT_BACK: "attention",
    MeasurementStatus.REPLACED: "draft",
    Timing.OPEN: "draft",
    Timing.SOON: "info",
    Timing.LATE: "attention",
    Timing.MEASURED: "ok",
}


@register.filter
def plain(value: Decimal | None) -> str:
    """A value without idle zeros, as the language writes it: `12,5`; a dash for none."""
    if value is None:
        return "–"
    whole = value == value.to_integral_value()
    return number_format(value.quantize(type(value)(1)) if whole else value.normalize())


@register.filter
def state_kind(state: str) -> str:
    """The badge of a measurement's status, or of an indicator's timing."""
    return _KINDS.get(state, "info")  # type: ignore[call-overload, no-any-return]


@register.filter
def status_label(event: MeasurementEvent) -> _StrOrPromise:
    """What became of a measurement, in words; the first event is its birth."""
    return MeasurementStatus(event.to_status).label if event.from_status else _("Written down")


@register.inclusion_tag("campaigns/impact/_benchmark.html")
def benchmark(one: Standing) -> dict[str, Any]:
    """The series beside an indicator: its project's neighbourhood and the compared cities; one query."""
    link = getattr(one.indicator, "benchmark", None)
    if link is None:
        return {}
    here = one.indicator.project.neighbourhood.name
    rows = values_of(link.series)
    wanted = [here, *(name_of(row) for row in rows if row.kind == TerritoryKind.CITY)]
    return {"series": link.series, "chart": lines_of(rows, wanted)}


def _chart(one: Standing) -> dict[str, Any]:
    """Lay an indicator out for the chart: its baseline, then what was verified; the target is the dashed line."""
    first = [(_("Start"), one.indicator.baseline)] if one.indicator.baseline is not None else []
    points = [*first, *((day(row.measured_on), row.value) for row in one.verified)]
    return {
        "labels": [label for label, _value in points],
        "lines": [{"label": one.indicator.unit, "values": [value for _label, value in points]}],
    }


@register.inclusion_tag("campaigns/impact/_panel.html", takes_context=True)
def impact_panel(context: RequestContext, project: Project) -> dict[str, Any]:
    """Every indicator of a project with what was verified, as a chart and a table; two queries."""
    user = getattr(context.get("request"), "user", None)
    return {
        "project": project,
        "rows": [(one, _chart(one)) for one in standings(project, clock.today())],
        "can_see": can_see_measurements(user, project),
    }
