"""What pages and the API read of programmes, calls and applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.db.models import Count, Q

from accounts.enums import TeamRole
from accounts.permissions import can_see_officer_desk, is_person
from campaigns.calls.enums import PUBLIC_CALLS, ApplicationStatus, CallStatus
from campaigns.calls.formula import Prospect, check_rule, prospect
from campaigns.calls.models import Application, Call, MatchRule, Programme
from campaigns.calls.selectors.terms import rule_data_for
from campaigns.models import Project

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from accounts.models import User
    from accounts.permissions import Visitor
    from campaigns.calls.models import ApplicationQuerySet, CallEvent, CallQuerySet

RANKED = (ApplicationStatus.ADMITTED, ApplicationStatus.ELIGIBLE_NOT_FUNDED)


def picture_url(path: str) -> str:
    """Return the address of one of the site's pictures, empty when there is none by that name."""
    try:
        return staticfiles_storage.url(path) if path else ""
    except ValueError:  # the manifest of a collected site knows no such file
        return ""


def programme_list() -> QuerySet[Programme]:
    """Return programmes, the newest first, each with how many of its calls are public."""
    public = Count("calls", filter=Q(calls__status__in=PUBLIC_CALLS))
    return Programme.objects.annotate(public_calls=public).order_by("-starts_on", "id")


def calls_seen_by(user: Visitor | None) -> CallQuerySet:
    """Return the calls a person may see, with what a card shows."""
    seen = Call.objects.all() if can_see_officer_desk(user) else Call.objects.public()
    return seen.select_related("programme", "rule")


def call_with_terms(slug: str) -> QuerySet[Call]:
    """Return the call of this address with all that its page tells."""
    return (
        Call.objects.filter(slug=slug)
        .select_related("programme", "rule", "account_holder")
        .prefetch_related("excluded_neighbourhoods", "included_neighbourhoods", "sessions")
    )


def call_rule(call: Call) -> dict[str, Any]:
    """Return the rule as it holds in this call, in the simulator's format: the rule's data under the call's terms.

    Amounts in whole cents. What the call says (cost range, days, excluded places, pot) stands over what the rule's data
    proposes.
    """
    return {
        **call.rule.as_data,
        "name": str(call.rule),
        "cost_min_cents": call.cost_min_cents,
        "cost_max_cents": call.cost_max_cents,
        "campaign_days": call.campaign_days,
        "project_months_max": call.project_months_max,
        "excluded_zones": [place.name for place in call.excluded_neighbourhoods.all()],
        "pot_cents": call.pot_cents,
        "on_shortfall": call.rule.shortfall,
        "recovery_days": call.rule.recovery_days,
    }


def extensions(call: Call) -> QuerySet[CallEvent]:
    """Return the times a published call was given more time, each with its reason."""
    return call.events.filter(from_status=CallStatus.PUBLISHED, to_status=CallStatus.PUBLISHED)


def ranking(call: Call) -> ApplicationQuerySet:
    """Return what was decided for good or for want of money, admitted first, with the project and its campaign."""
    return (
        call.applications.filter(status__in=RANKED)
        .select_related("project__organisation", "project__neighbourhood", "campaign")
        .order_by("status", "decided_at", "id")
    )


def application_prospect(application: Application) -> Prospect:
    """Return what the application's cost and goal bring under the call's rule, once what it claims is confirmed."""
    return prospect(
        rule_data_for(application, claimed=True),
        cost_cents=application.cost_cents,
        goal_cents=application.goal_cents,
    )


def match_preview(call: Call, *, cost_cents: int, goal_cents: int | None) -> Prospect | None:
    """Return what a project would get, None while the rule of a draft call is not sound."""
    data = call.rule.as_data
    if check_rule(data) or cost_cents < 1:
        return None
    return prospect(data, cost_cents=cost_cents, goal_cents=goal_cents)


def projects_to_apply_with(user: Visitor | None, call: Call) -> QuerySet[Project]:
    """Return the projects a person may apply with and that this call admits and does not have yet."""
    if not is_person(user):
        return Project.objects.none()
    mine = [pk for pk, role in user.team_roles.items() if role in {TeamRole.OWNER, TeamRole.EDITOR}]
    there = call.applications.exclude(status=ApplicationStatus.WITHDRAWN).values("project")
    excluded = call.excluded_neighbourhoods.values("pk")
    admitted = Q()
    if included := [place.pk for place in call.included_neighbourhoods.all()]:
        admitted &= Q(neighbourhood__in=included)
    if call.organisation_kinds:
        admitted &= Q(organisation__kind__in=call.organisation_kinds)
    if call.themes:
        admitted &= Q(theme__in=call.themes)
    return (
        Project.objects.filter(admitted, organisation__in=mine)
        .exclude(pk__in=there)
        .exclude(neighbourhood__in=excluded)
        .select_related("organisation")
    )


def applications_seen_by(user: Visitor | None) -> ApplicationQuerySet:
    """Return the applications a person may see: those of their teams, and for the desk all that were submitted."""
    every = Application.objects.with_project()
    if not is_person(user):
        return every.none()
    seen = Q(project__organisation__in=list(user.team_roles))
    if can_see_officer_desk(user):
        seen |= ~Q(status=ApplicationStatus.DRAFT)
    return every.filter(seen)


def my_applications(user: User, call: Call) -> ApplicationQuerySet:
    """Return what a person's teams have applied for under a call."""
    return call.applications.filter(project__organisation__in=list(user.team_roles)).select_related("project")


def rules_with_use() -> QuerySet[MatchRule]:
    """Return every version of every rule, each with how many published calls use it."""
    used = Count("calls", filter=~Q(calls__status=CallStatus.DRAFT))
    return MatchRule.objects.annotate(published_calls=used).order_by("name", "-version")


def is_in_use(rule: MatchRule) -> bool:
    """Say whether a call that is or was published uses this version."""
    return rule.calls.exclude(status=CallStatus.DRAFT).exists()


def office_calls() -> QuerySet[Call]:
    """Return every call with how many applications it has, and how many wait for a decision."""
    waiting = Count("applications", filter=Q(applications__status=ApplicationStatus.SUBMITTED))
    had = Count("applications", filter=~Q(applications__status=ApplicationStatus.DRAFT))
    counted = Call.objects.select_related("programme", "rule").annotate(received=had, waiting=waiting)
    return counted.order_by("-opens_at", "id")


def programme_calls(programme: Programme) -> CallQuerySet:
    """Return a programme's public calls."""
    return Call.objects.public().filter(programme=programme).select_related("programme", "rule")


def programme_projects(programme: Programme) -> ApplicationQuerySet:
    """Return what was admitted under a programme's public calls, with project, place, call and campaign."""
    return (
        Application.objects.filter(
            call__programme=programme, call__status__in=PUBLIC_CALLS, status=ApplicationStatus.ADMITTED
        )
        .select_related("call", "campaign", "project__organisation", "project__neighbourhood")
        .order_by("project__title", "id")
    )


def history(application: Application) -> list[dict[str, Any]]:
    """Return what happened to an application, oldest first: when, in words, and why."""
    return [
        {"at": event.at, "label": ApplicationStatus(event.to_status).label, "why": event.why}
        for event in application.events.all()
    ]


def submit_by(call: Call, now: dt.datetime) -> dt.datetime:
    """Return until when an application has to be submitted: the end of the session open now, or else of the next one.

    The end of the call where it has no sessions, or none to come.
    """
    coming = (session.closes_at for session in call.sessions.all() if session.closes_at > now)
    return next(coming, call.closes_at)


def closing_drafts(user: User, now: dt.datetime) -> ApplicationQuerySet:
    """Return a person's drafts under calls that still take applications."""
    mine = [pk for pk, role in user.team_roles.items() if role in {TeamRole.OWNER, TeamRole.EDITOR}]
    return (
        Application.objects.with_project()
        .filter(status=ApplicationStatus.DRAFT, project__organisation__in=mine)
        .filter(call__in=Call.objects.open(now))
        .prefetch_related("call__sessions")
    )
