"""Who may write programmes, rules and calls, who may apply, and who may decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import can_edit_for, can_see_officer_desk, has_role, team_role
from campaigns.calls.enums import PUBLIC_CALLS, ApplicationStatus

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from campaigns.calls.models import Application, Call
    from campaigns.models import Project


def can_write_calls(user: Visitor | None) -> bool:
    """Officers write programmes, rules and calls."""
    return has_role(user, Role.OFFICER)


def can_see_call(user: Visitor | None, call: Call) -> bool:
    """Everybody sees a call once published; the municipality's desk before, too."""
    return call.status in PUBLIC_CALLS or can_see_officer_desk(user)


def can_apply(user: Visitor | None, project: Project) -> bool:
    """Owners and editors of the project's organisation apply for it."""
    return can_edit_for(user, project.organisation_id)


def can_edit_application(user: Visitor | None, application: Application) -> bool:
    """Those who may apply write, submit and withdraw the application."""
    return can_apply(user, application.project)


def can_see_application(user: Visitor | None, application: Application) -> bool:
    """The whole team sees its applications; the municipality's desk sees them once submitted."""
    if team_role(user, application.project.organisation_id):
        return True
    return application.status != ApplicationStatus.DRAFT and can_see_officer_desk(user)


def can_decide_application(user: Visitor | None, application: Application) -> bool:
    """Officers decide, except on the applications of an organisation of their own."""
    return has_role(user, Role.OFFICER) and team_role(user, application.project.organisation_id) is None
