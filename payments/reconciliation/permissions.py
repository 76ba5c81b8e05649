from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import can_decide_on, can_propose_for, has_role

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from payments.reconciliation.models import DifferenceAcceptance


def can_see_differences(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see where the books differ."""
    return has_role(user, Role.OFFICER, Role.APPROVER, Role.AUDITOR)


def can_reconcile(user: Visitor | None) -> bool:
    """Officers ask for a reconciliation and put differences right."""
    return has_role(user, Role.OFFICER)


def can_propose_acceptance(user: Visitor | None) -> bool:
    """A known officer says why a difference may stand."""
    return can_propose_for(user, None)


def can_decide_acceptance(user: Visitor | None, acceptance: DifferenceAcceptance) -> bool:
    """An approver agrees or not: another person than who said so."""
    return can_decide_on(user, acceptance, None)
