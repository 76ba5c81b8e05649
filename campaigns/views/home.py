from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from campaigns.selectors import campaigns_near_goal
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest) -> HttpResponse:
    """Show the first page: what this is, three campaigns near their goal, how to report a need."""
    now = clock.now()
    return render(request, "crowdfund/home.html", {"now": now, "campaigns": campaigns_near_goal(now)})
