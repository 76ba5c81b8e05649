"""Who measures what a project changes, and who verifies it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import belongs_to, has_role
from campaigns.impact.enums import MeasurementStatus
from campaigns.permissions import can_edit_project, can_see_team_pages

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from campaigns.impact.models import Measurement
    from campaigns.models import Project


def can_measure(user: Visitor | None, project: Project) -> bool:
    """Owners and editors of the team write down what they measured."""
    return can_edit_project(user, project)


def can_verify(user: Visitor | None, project: Project) -> bool:
    """Officers and tutors verify, but never by any account of theirs what a team of their own measured."""
    return has_role(user, Role.OFFICER, Role.TUTOR) and not belongs_to(user, project.organisation_id)


def can_see_measurements(user: Visitor | None, project: Project) -> bool:
    """The team, the municipality's desk and tutors see what is not verified yet."""
    return can_see_team_pages(user, project) or has_role(user, Role.TUTOR)


def can_see_evidence(user: Visitor | None, measurement: Measurement, project: Project) -> bool:
    """Everybody sees evidence that is verified and that the team made public; the rest stays with team and city."""
    public = measurement.file_public and measurement.status == MeasurementStatus.VERIFIED
    return public or can_see_measurements(user, project)


def can_write_series(user: Visitor | None) -> bool:
    """Officers publish benchmark series and studies."""
    return has_role(user, Role.OFFICER)


def can_link_series(user: Visitor | None, project: Project) -> bool:
    """Who measures shows a series beside an indicator; an officer does too."""
    return can_measure(user, project) or has_role(user, Role.OFFICER)
