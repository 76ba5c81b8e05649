from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import has_role

if TYPE_CHECKING:
    from accounts.permissions import Visitor


def can_simulate(user: Visitor | None) -> bool:
    """Officers order simulations and delete them."""
    return has_role(user, Role.OFFICER)


def can_see_simulations(user: Visitor | None) -> bool:
    """Officers, approvers and auditors read what came out."""
    return has_role(user, Role.OFFICER, Role.APPROVER, Role.AUDITOR)
