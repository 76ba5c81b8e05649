from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from campaigns.selectors.cards import campaigns_near_goal
from crowdfund.kit import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest) -> HttpResponse:
    """Show the first page: what this is, three campaigns near their goal, how to report a need."""
    now = clock.now()
    return render(request, "crowdfund/home.html", {"now": now, "campaigns": campaigns_near_goal(now)})


def how_it_works(request: HttpRequest) -> HttpResponse:
    """Explain the whole path in steps, from a need to a project that stands on its own feet."""
    return render(request, "campaigns/how_it_works.html")
