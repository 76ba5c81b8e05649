"""Who logs tutoring, who reads it, and who registers enterprises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import can_edit_for, can_see_officer_desk, has_role, is_person, team_role

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from campaigns.accompaniment.models import Enterprise, TutoringSession
    from campaigns.models import Project


def can_log_tutoring(user: Visitor | None, project: Project) -> bool:
    """Tutors log the hours they give, never to a team of their own."""
    return has_role(user, Role.TUTOR) and team_role(user, project.organisation_id) is None


def can_strike_tutoring(user: Visitor | None, session: TutoringSession) -> bool:
    """Whoever wrote a session strikes it out, or an officer."""
    return (is_person(user) and user.pk == session.tutor_id and has_role(user, Role.TUTOR)) or has_role(
        user, Role.OFFICER
    )


def can_finish_step(user: Visitor | None, session: TutoringSession) -> bool:
    """Say whether the person may tick a next step off: who writes for the team, or the tutor who agreed it."""
    return can_edit_for(user, session.project.organisation_id) or can_strike_tutoring(user, session)


def can_see_tutoring(user: Visitor | None, project: Project) -> bool:
    """The team, tutors and the municipality's desk read what was said; everybody sees the hours."""
    return (
        team_role(user, project.organisation_id) is not None
        or has_role(user, Role.TUTOR)
        or can_see_officer_desk(user)
    )


def can_register_enterprise(user: Visitor | None, project: Project) -> bool:
    """Officers and tutors register an enterprise, and who writes for the team it was born of."""
    return has_role(user, Role.OFFICER, Role.TUTOR) or can_edit_for(user, project.organisation_id)


def can_observe(user: Visitor | None, enterprise: Enterprise) -> bool:
    """Officers and tutors write down what they saw of an enterprise; it does not speak for itself."""
    return (
        has_role(user, Role.OFFICER, Role.TUTOR)
        and team_role(user, enterprise.project.organisation_id) is None
    )
