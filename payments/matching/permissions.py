from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import can_decide_on, can_propose_for, has_role

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from payments.matching.models import CommitmentAct, FundChange, Reservation


def can_open_ladder(user: Visitor | None) -> bool:
    """Officers enter a programme's opening figures."""
    return has_role(user, Role.OFFICER)


def can_see_fund(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see who has what from a pot."""
    return has_role(user, Role.OFFICER, Role.APPROVER, Role.AUDITOR)


def can_propose_fund_change(user: Visitor | None) -> bool:
    """An officer proposes to open or to top up a pot."""
    return can_propose_for(user, None)


def can_decide_fund_change(user: Visitor | None, change: FundChange) -> bool:
    """An approver decides: another person than who proposed."""
    return can_decide_on(user, change, None)


def can_record_act(user: Visitor | None, reservation: Reservation) -> bool:
    """An officer who is no member of the beneficiary records the act."""
    return can_propose_for(user, reservation.campaign.project.organisation_id)


def can_confirm_act(user: Visitor | None, act: CommitmentAct) -> bool:
    """An approver confirms: another person than who recorded, and no member of the beneficiary."""
    return can_decide_on(user, act, act.reservation.campaign.project.organisation_id)
