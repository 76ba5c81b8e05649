"""What an application says: read live while it is a draft, as it was submitted from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from campaigns.calls.models import Application
    from campaigns.models import Indicator, LogframeEntry, PlanLine, Project


def contents_of(application: Application) -> dict[str, Any]:
    """Return what an application says: its snapshot once submitted, what stands now before. Amounts in whole cents.

    One that was submitted before snapshots were kept is read live.
    """
    return application.snapshot or live_contents(application)


def live_contents(application: Application) -> dict[str, Any]:
    """Return what an application, its project's plan and logframe say at this moment."""
    project = application.project
    return {
        "project": _project(project),
        "cost_cents": application.cost_cents,
        "goal_cents": application.goal_cents,
        "other_source": application.other_source,
        "other_source_cents": application.other_source_cents,
        "motivation": application.motivation,
        "plan": application.plan,
        "project_months": application.project_months,
        "all_abilities": application.all_abilities,
        "accessibility": application.accessibility,
        "cost_lines": list(application.cost_lines.values("kind", "label", "amount_cents")),
        "plan_lines": plan_rows(project.plan_lines.all()),
        "logframe": logframe_rows(project),
    }


def snapshot_of(application: Application, *, now: dt.datetime) -> dict[str, Any]:
    """Return what is kept of an application when it is submitted: all it says, under which rule, declared by whom."""
    call, declared = application.call, application.declared_at
    return {
        **live_contents(application),
        "rule": {"name": call.rule.name, "version": call.rule.version, "data": call.rule.as_data},
        "declaration": call.declaration,
        "declared_at": declared.isoformat() if declared else None,
        "declared_by": application.declared_by_id,
        "session": application.session.number if application.session else None,
        "taken_at": now.isoformat(),
    }


def _project(project: Project) -> dict[str, Any]:
    return {
        "title": project.title,
        "summary": project.summary,
        "story": project.story,
        "theme": project.theme,
        "neighbourhood": project.neighbourhood.name,
        "organisation": project.organisation.name,
        "organisation_kind": project.organisation.kind,
        "tax_code": project.organisation.tax_code,
    }


def plan_rows(lines: Iterable[PlanLine]) -> list[dict[str, Any]]:
    """Return a plan as rows of month, kind and whole cents."""
    return [
        {"month": line.month, "kind": line.kind, "amount_cents": line.amount_cents}
        for line in sorted(lines, key=lambda line: (line.month, line.kind))
    ]


def logframe_rows(project: Project, *, with_ids: bool = False) -> list[dict[str, Any]]:
    """Return a logframe as rows, each with its indicators; numbers as text, days as ISO dates.

    With `with_ids` each also carries its `id`, for the pages that change it.
    """
    order = {"goal": 0, "purpose": 1, "output": 2, "activity": 3}
    entries = sorted(
        project.logframe.prefetch_related("indicators"), key=lambda one: (order[one.level], one.position)
    )
    return [_entry(entry, with_ids=with_ids) for entry in entries]


def _entry(entry: LogframeEntry, *, with_ids: bool) -> dict[str, Any]:
    return {
        **({"id": entry.pk} if with_ids else {}),
        "level": entry.level,
        "text": entry.text,
        "assumptions": entry.assumptions,
        "indicators": [
            {**({"id": one.pk} if with_ids else {}), **_indicator(one)} for one in entry.indicators.all()
        ],
    }


def _indicator(one: Indicator) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "direct": one.direct,
        "field": one.field,
        "unit": one.unit,
        "baseline": None if one.baseline is None else str(one.baseline),
        "target": str(one.target),
        "due_on": one.due_on.isoformat(),
        "source_of_verification": one.source_of_verification,
    }
