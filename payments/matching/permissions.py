from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import has_role, is_person, team_role

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from payments.matching.models import CommitmentAct, Reservation


def can_open_ladder(user: Visitor | None) -> bool:
    """Officers enter a programme's opening figures."""
    return has_role(user, Role.OFFICER)


def can_see_fund(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see who has what from a pot."""
    return has_role(user, Role.OFFICER, Role.APPROVER, Role.AUDITOR)


def _belongs(user: Visitor | None, reservation: Reservation) -> bool:
    return team_role(user, reservation.campaign.project.organisation_id) is not None


def can_record_act(user: Visitor | None, reservation: Reservation) -> bool:
    """An officer who is no member of the beneficiary records the act."""
    return has_role(user, Role.OFFICER) and not _belongs(user, reservation)


def can_confirm_act(user: Visitor | None, act: CommitmentAct) -> bool:
    """An approver confirms: somebody else than who recorded, and no member of the beneficiary."""
    return (
        is_person(user)
        and has_role(user, Role.APPROVER)
        and user.pk != act.recorded_by_id
        and not _belongs(user, act.reservation)
    )
