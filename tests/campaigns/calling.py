"""Beginnings for the tests of calls: an officer, a rule of the 2020-21 edition, a published call, an application."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.enums import Role, TeamRole
from accounts.models import Membership, User
from campaigns.calls.models import Application, Call, MatchRule, Programme
from campaigns.calls.services.applications import apply_to_call, submit_application
from campaigns.calls.services.calls import Terms, draft_call, publish_call
from campaigns.calls.services.programmes import Sheet, create_programme
from campaigns.calls.services.rules import create_rule
from payments.matching.services import Ladder, approve_fund_change, open_programme_ladder
from tests import world
from tests.world import NOW

DATA = {"crowd_threshold_percent": 40, "match_share_percent": 60, "match_cap_cents": 6_000_000}
LATER = NOW + dt.timedelta(days=40)


def officer() -> User:
    return world.staff(Role.OFFICER)


def approver() -> User:
    return world.staff(Role.APPROVER)


def member(organisation: Any, role: TeamRole) -> User:
    user = world.person(role.value)
    Membership.objects.create(user=user, organisation=organisation, role=role, since=NOW)
    return user


def sheet(**fields: Any) -> Sheet:
    return Sheet(
        **{
            "title": "Quartieri che fanno",
            "code": "MI9.9.9.z",
            "city": "Milano",
            "implementing_body": "Comune di Milano",
            "starts_on": dt.date(2026, 1, 1),
            "ends_on": dt.date(2029, 12, 31),
        }
        | fields
    )


def programme(by: User | None = None) -> Programme:
    """A programme with € 10,000,000 admitted to funding, the same for all calls of a test."""
    there = Programme.objects.first()
    if there:
        return there
    by = by or officer()
    made = create_programme(sheet=sheet(), by=by, now=NOW)
    figures = Ladder(1_000_000_000, 1_000_000_000, 0, 0)
    open_programme_ladder(programme=made, figures=figures, by=by, now=NOW)
    return made


def rule(by: User | None = None, **fields: Any) -> MatchRule:
    given: dict[str, Any] = {
        "name": f"Regola {MatchRule.objects.count() + 1}",
        "kind": "threshold_share",
        "data": DATA,
        "shortfall": "proceed",
        "recovery_days": 7,
    }
    return create_rule(**(given | fields), by=by or officer(), now=NOW)


def terms(by: User | None = None, **fields: Any) -> Terms:
    by = by or officer()
    return Terms(
        **{
            "programme": fields.pop("programme", None) or programme(by),
            "rule": fields.pop("rule", None) or rule(by),
            "title": "Bando 2026",
            "summary": "Per progetti di quartiere.",
            "text": "Chi può partecipare, e come.",
            "pot_cents": 55_000_000,
            "opens_at": NOW - dt.timedelta(days=1),
            "closes_at": NOW + dt.timedelta(days=30),
        }
        | fields
    )


def call(*, published: bool = True, **fields: Any) -> Call:
    by = officer()
    made = draft_call(terms=terms(by, **fields), by=by, now=NOW)
    return publish(made, by) if published else made


def publish(made: Call, by: User) -> Call:
    """Publish a draft: an approver approves its pot."""
    publish_call(call=made, by=by, now=NOW)
    approve_fund_change(
        change=made.fund_changes.get(status="proposed"), by=world.staff(Role.APPROVER), now=NOW
    )
    made.refresh_from_db()
    return made


def application(owner: User, *, submitted: bool = True, **fields: Any) -> Application:
    given = {
        "call": fields.pop("call", None) or call(),
        "project": fields.pop("project", None) or world.project(owner),
        "cost_cents": 1_000_000,
        "motivation": "Manca un luogo dove stare insieme.",
        "plan": "Corsi a pagamento e quote dei soci.",
    }
    vars(owner).pop("team_roles", None)  # read once a request; a test is many
    made = apply_to_call(**(given | fields), by=owner, now=NOW)
    return submit_application(application=made, by=owner, now=NOW) if submitted else made


def statuses() -> tuple[list[str], list[str]]:
    """What a refused deed must leave as it was."""
    calls = [f"{one.slug}:{one.status}:{one.title}" for one in Call.objects.order_by("pk")]
    return calls, [f"{one.pk}:{one.status}:{one.cost_cents}" for one in Application.objects.order_by("pk")]
