from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import has_role

if TYPE_CHECKING:
    from accounts.permissions import Visitor


def can_see_differences(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see where the books differ."""
    return has_role(user, Role.OFFICER, Role.APPROVER, Role.AUDITOR)


def can_reconcile(user: Visitor | None) -> bool:
    """Officers ask for a reconciliation, put differences right and accept them with a reason."""
    return has_role(user, Role.OFFICER)
