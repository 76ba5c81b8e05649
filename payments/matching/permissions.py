from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import belongs_to, can_decide_on, can_propose_for, has_role

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from campaigns.models import Campaign
    from payments.matching.models import CommitmentAct, Extension, FundChange, MatchCorrection, Reservation


def can_open_ladder(user: Visitor | None) -> bool:
    """Officers enter a programme's opening figures."""
    return has_role(user, Role.OFFICER)


def can_see_fund(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see who has what from a pot."""
    return has_role(user, Role.OFFICER, Role.APPROVER, Role.AUDITOR)


def can_propose_fund_change(user: Visitor | None, sponsor_id: int | None = None) -> bool:
    """An officer proposes to open, to top up or to close a pot; not one of the sponsor whose money it is."""
    return can_propose_for(user, sponsor_id)


def can_decide_fund_change(user: Visitor | None, change: FundChange) -> bool:
    """An approver decides: another person than who proposed, and neither is one of the sponsor's."""
    return can_decide_on(user, change, change.organisation_id)


def can_record_act(user: Visitor | None, reservation: Reservation) -> bool:
    """An officer records the act: no member of the beneficiary, nor of the sponsor."""
    return can_propose_for(user, reservation.campaign.project.organisation_id) and not belongs_to(
        user, reservation.fund.organisation_id
    )


def can_confirm_act(user: Visitor | None, act: CommitmentAct) -> bool:
    """An approver confirms: another person than who recorded, and no member of the beneficiary or the sponsor."""
    reservation = act.reservation
    return can_decide_on(user, act, reservation.campaign.project.organisation_id) and not belongs_to(
        user, reservation.fund.organisation_id
    )


def can_propose_for_campaign(user: Visitor | None, campaign: Campaign) -> bool:
    """An officer who is no member of the beneficiary proposes to extend a reservation or to correct a match."""
    return can_propose_for(user, campaign.project.organisation_id)


def can_decide_for_campaign(user: Visitor | None, decision: Extension | MatchCorrection) -> bool:
    """An approver decides on it: another person than who proposed, and no member of the beneficiary."""
    return can_decide_on(user, decision, decision.campaign.project.organisation_id)


def can_return_match(user: Visitor | None, campaign: Campaign) -> bool:
    """An officer or an approver, no member of the beneficiary, books what came back; two people decided on it."""
    return has_role(user, Role.OFFICER, Role.APPROVER) and not belongs_to(
        user, campaign.project.organisation_id
    )


def can_start_round(user: Visitor | None) -> bool:
    """An officer shares a quadratic pot out; each match is then committed by an act of two people."""
    return can_propose_for(user, None)
