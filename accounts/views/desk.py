from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import can_see_officer_desk, remembering_teams, require
from crowdfund.kit import clock, desk

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_safe
def officer_desk(request: HttpRequest) -> HttpResponse:
    """Show what needs this officer today, in order of deadline, one action each; `?kind=` keeps one room's."""
    require(can_see_officer_desk(request.user))
    now = clock.now()
    with remembering_teams():
        tasks = desk.officer_tasks(request.user, now)
        alerts = desk.alerts(request.user, now)
    kind = request.GET.get("kind", "")
    shown = [task for task in tasks if kind in {"", task.kind}]
    counts = {section.name: len(section.tasks) for section in desk.sections(tasks, now)}
    context = {
        "now": now,
        "tasks": tasks,
        "alerts": alerts,
        "sections": desk.sections(shown, now),
        "counts": counts,
        "kinds": desk.kinds(tasks),
        "kind": kind,
    }
    return render(request, "accounts/officer_desk.html", context)
