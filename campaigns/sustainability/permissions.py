"""Who keeps a project's accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import can_account_for, has_role

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from campaigns.models import Project


def can_keep_books(user: Visitor | None, project: Project) -> bool:
    """Owners and accountants of the project's organisation enter, close and correct its months."""
    return can_account_for(user, project.organisation_id)


def can_open_books(user: Visitor | None, project: Project) -> bool:
    """Say whether the person may open the books: who keeps them, or an officer."""
    return can_keep_books(user, project) or has_role(user, Role.OFFICER)
