"""Which ladder an address means, and whether this person may know that it exists."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaigns.calls.models import Call, Programme
from campaigns.calls.permissions import can_see_call
from campaigns.models import Project
from campaigns.permissions import can_see_team_pages
from payments.matching.models import MatchFund
from payments.spending.selectors import ladders

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from payments.spending.formula import Scope


@dataclasses.dataclass(frozen=True)
class Ladder:
    """Whose ladder it is: its title, its own page, the page and the data of its ladder, and the scope to read."""

    kind: str
    title: str
    owner_url: str
    url: str
    data_url: str
    scope: Scope


def find_ladder(kind: str, key: str | int, user: Visitor) -> Ladder:
    """Return the ladder of a programme, call, fund or project; 404 for one that this person may not see."""
    return FINDERS[kind](key, user)


def _programme(key: str | int, _user: Visitor) -> Ladder:
    row = get_object_or_404(Programme, slug=key)
    return Ladder(
        "programme",
        row.title,
        row.get_absolute_url(),
        reverse("programme_ladder", args=[row.slug]),
        reverse("api_programme_ladder_history", args=[row.slug]),
        ladders.scope_of_programme(row),
    )


def _call(key: str | int, user: Visitor) -> Ladder:
    row = get_object_or_404(Call, slug=key)
    if not can_see_call(user, row):
        raise Http404
    return Ladder(
        "call",
        row.title,
        row.get_absolute_url(),
        reverse("call_ladder", args=[row.slug]),
        reverse("api_call_ladder_history", args=[row.slug]),
        ladders.scope_of_call(row),
    )


def _fund(key: str | int, user: Visitor) -> Ladder:
    row = get_object_or_404(MatchFund.objects.select_related("call"), pk=key)
    if not can_see_call(user, row.call):
        raise Http404
    return Ladder(
        "fund",
        row.name,
        row.call.get_absolute_url(),
        reverse("fund_ladder", args=[row.pk]),
        reverse("api_fund_ladder_history", args=[row.pk]),
        ladders.scope_of_fund(row),
    )


def _project(key: str | int, user: Visitor) -> Ladder:
    row = get_object_or_404(Project, slug=key)
    if not Project.objects.public().filter(pk=row.pk).exists() and not can_see_team_pages(user, row):
        raise Http404
    return Ladder(
        "project",
        row.title,
        reverse("project", args=[row.slug]),
        reverse("project_ladder", args=[row.slug]),
        reverse("api_project_ladder_history", args=[row.slug]),
        ladders.scope_of_project(row),
    )


FINDERS = {"programme": _programme, "call": _call, "fund": _fund, "project": _project}
