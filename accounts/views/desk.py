from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import can_see_officer_desk, require
from crowdfund.kit import clock, desk

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_safe
def officer_desk(request: HttpRequest) -> HttpResponse:
    """Show what needs this officer today, in order of deadline, one action each."""
    require(can_see_officer_desk(request.user))
    now = clock.now()
    return render(
        request, "accounts/officer_desk.html", {"tasks": desk.officer_tasks(request.user, now), "now": now}
    )
