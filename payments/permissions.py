"""Who may do what with a pledge (its backer by login, or whoever holds a link signed for it) and with money."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core import signing

from accounts.enums import Role, TeamRole
from accounts.permissions import (
    belongs_to,
    can_decide_on,
    can_manage_organisation,
    can_propose_for,
    has_role,
    is_person,
    team_role,
)

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import Organisation
    from accounts.permissions import Visitor
    from campaigns.models import Campaign
    from payments.models import (
        Disbursement,
        Dispute,
        DisputeAcceptance,
        MatchReturn,
        OtherWay,
        OwnAdvance,
        PayeeChange,
        Payout,
        Pledge,
        Receivable,
        ReceivableClosing,
        Refund,
        RefundDecision,
        RefundRequest,
        TransferReversal,
        UnspentDecision,
    )

# Signed links: each opens one pledge for one purpose, and never logs anyone in

MANAGE = "manage"
THANKS = "thanks"
RECOVER = "recover"
DESK_RECEIPT = "desk_receipt"
LINK_LIVES_SECONDS = 400 * 24 * 3600  # a campaign of 180 days, its collection, and a margin


class _Link(signing.TimestampSigner):
    """Signs with the present time, or with one that is given."""

    def __init__(self, purpose: str, at: dt.datetime | None = None) -> None:
        super().__init__(salt=f"pledge.{purpose}")
        self.at = at

    def timestamp(self) -> str:
        """Write the time in base 62."""
        return signing.b62_encode(int(self.at.timestamp())) if self.at else super().timestamp()


def link_token(pledge: Pledge, purpose: str, *, at: dt.datetime | None = None) -> str:
    """Sign a link to this pledge for this purpose (a salt of its own).

    `at` signs as of a time, for what must come out the same when it is asked for again.
    """
    return _Link(purpose, at).sign(pledge.public_id.hex)


def pledge_of(token: str, purpose: str, *, lives: int = LINK_LIVES_SECONDS) -> uuid.UUID | None:
    """Return the public id a link was signed for; None when it is forged, too old or for another purpose.

    `lives` is in seconds.
    """
    try:
        return uuid.UUID(hex=_Link(purpose).unsign(token, max_age=lives))
    except (signing.BadSignature, ValueError):
        return None


# The backer's pledge


def can_manage_pledge(user: Visitor | None, pledge: Pledge, token: str = "") -> bool:
    """The backer, logged in, or the holder of the link signed to manage this very pledge."""
    if is_person(user) and pledge.backer_id == user.pk:
        return True
    return bool(token) and pledge_of(token, MANAGE) == pledge.public_id


# A campaign's money: who sees it, who lets it go


def _is_beneficiary(user: Visitor | None, campaign: Campaign) -> bool:
    return team_role(user, campaign.project.organisation_id) is not None


def can_see_money(user: Visitor | None, campaign: Campaign) -> bool:
    """The team sees its campaign's money, staff see everybody's."""
    return _is_beneficiary(user, campaign) or can_see_all_money(user)


def can_see_all_money(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see every campaign's money and its transfers."""
    return has_role(user, Role.OFFICER, Role.APPROVER, Role.AUDITOR)


def can_propose_disbursement(user: Visitor | None, campaign: Campaign) -> bool:
    """An officer proposes, unless a member of the beneficiary."""
    return can_propose_for(user, campaign.project.organisation_id)


def can_decide_disbursement(user: Visitor | None, disbursement: Disbursement) -> bool:
    """An approver decides: another person than who proposed, and no member of the beneficiary."""
    return can_decide_on(user, disbursement, disbursement.campaign.project.organisation_id)


def _works_on(user: Visitor | None, disbursement: Disbursement) -> bool:
    """An officer, unless a member of the beneficiary."""
    organisation_id = disbursement.campaign.project.organisation_id
    return has_role(user, Role.OFFICER) and not belongs_to(user, organisation_id)


def can_void_disbursement(user: Visitor | None, disbursement: Disbursement) -> bool:
    """An officer gives a disbursement up, unless a member of the beneficiary: the money stays, so one person does."""
    return _works_on(user, disbursement)


def can_retry_payout(user: Visitor | None, payout: Payout) -> bool:
    """An officer tries a failed payout again, unless a member of the beneficiary: two people have approved it."""
    return _works_on(user, payout.disbursement)


def can_record_mandate(user: Visitor | None, payout: Payout) -> bool:
    """An officer records the treasury's mandate and its receipt, unless a member of the beneficiary."""
    return _works_on(user, payout.disbursement)


def can_open_payout_account(user: Visitor | None, organisation: Organisation) -> bool:
    """The owner says where the organisation's money goes."""
    return can_manage_organisation(user, organisation) if is_person(user) else False


# A change of payee


def can_request_payee(user: Visitor | None, organisation: Organisation) -> bool:
    """The owner asks for another IBAN or account."""
    return is_person(user) and can_manage_organisation(user, organisation)


def can_see_payee_change(user: Visitor | None, change: PayeeChange) -> bool:
    """The owners of the organisation see it, and the municipality's desk."""
    return can_see_all_money(user) or team_role(user, change.organisation_id) == TeamRole.OWNER


def can_propose_payee_change(user: Visitor | None, change: PayeeChange) -> bool:
    """An officer proposes it after checking back: not who asked, and no member of the organisation."""
    return (
        is_person(user)
        and can_propose_for(user, change.organisation_id)
        and user.person_id != change.requested_person_id
    )


def can_decide_payee_change(user: Visitor | None, change: PayeeChange) -> bool:
    """An approver decides: neither who proposed nor who asked, and no member of the organisation."""
    return (
        is_person(user)
        and change.proposed_by_id is not None
        and user.person_id != change.requested_person_id
        and can_decide_on(user, change, change.organisation_id)
    )


def can_reject_payee_change(user: Visitor | None, change: PayeeChange) -> bool:
    """Whoever may take the next step may say no."""
    if change.proposed_by_id is None:
        return can_propose_payee_change(user, change)
    return can_decide_payee_change(user, change)


OBJECT = "object"
"""Purpose of the signed link by which an organisation stops a change of its payee."""


def objection_token(change: PayeeChange) -> str:
    """Sign the link by which this change is stopped, for its owners and the organisation's address."""
    return signing.Signer(salt=f"payee.{OBJECT}").sign(str(change.pk))


def change_of(token: str) -> int | None:
    """Return the change that a link was signed for; None when it is forged."""
    try:
        return int(signing.Signer(salt=f"payee.{OBJECT}").unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def can_object(user: Visitor | None, change: PayeeChange, token: str = "") -> bool:
    """An owner, or whoever holds the link that the owners and the organisation were sent: it only stops."""
    if team_role(user, change.organisation_id) == TeamRole.OWNER:
        return True
    return bool(token) and change_of(token) == change.pk


# Money that goes back: refunds, disputes, what organisations owe, the platform's own


def _is_officer_apart(user: Visitor | None, organisation_id: int) -> bool:
    """Say whether this is an officer who is no member of the beneficiary."""
    return has_role(user, Role.OFFICER) and not belongs_to(user, organisation_id)


def can_propose_refund(user: Visitor | None, pledge: Pledge) -> bool:
    """An officer proposes to give a pledge back, unless a member of the beneficiary."""
    return can_propose_for(user, pledge.campaign.project.organisation_id)


def can_decide_refund(user: Visitor | None, decision: RefundDecision) -> bool:
    """An approver decides: somebody else than who proposed, and no member of the beneficiary."""
    return can_decide_on(user, decision, decision.pledge.campaign.project.organisation_id)


def can_answer_request(user: Visitor | None, request: RefundRequest) -> bool:
    """An officer answers a backer's request, unless a member of the beneficiary."""
    return _is_officer_apart(user, request.pledge.campaign.project.organisation_id)


def can_pay_another_way(user: Visitor | None, refund: Refund) -> bool:
    """An officer records that a refund was paid another way, unless a member of the beneficiary."""
    return can_propose_for(user, refund.pledge.campaign.project.organisation_id)


def can_decide_other_way(user: Visitor | None, other: OtherWay) -> bool:
    """An approver confirms: somebody else than who recorded it, and no member of the beneficiary."""
    return can_decide_on(user, other, other.refund.pledge.campaign.project.organisation_id)


def can_decide_reversal(user: Visitor | None, reversal: TransferReversal) -> bool:
    """An officer decides what becomes of a reversal that was refused, unless a member of the beneficiary."""
    return _is_officer_apart(user, reversal.payout.disbursement.campaign.project.organisation_id)


def can_see_dispute(user: Visitor | None, dispute: Dispute) -> bool:
    """The team sees the disputes of its campaign, staff see all."""
    return can_see_money(user, dispute.pledge.campaign)


def can_write_evidence(user: Visitor | None, dispute: Dispute) -> bool:
    """The team and officers write what the bank should know."""
    return _is_beneficiary(user, dispute.pledge.campaign) or has_role(user, Role.OFFICER)


def can_answer_dispute(user: Visitor | None, dispute: Dispute) -> bool:
    """An officer answers the bank, unless a member of the beneficiary."""
    return _is_officer_apart(user, dispute.pledge.campaign.project.organisation_id)


def can_propose_acceptance(user: Visitor | None, dispute: Dispute) -> bool:
    """An officer proposes to accept a dispute, unless a member of the beneficiary."""
    return can_propose_for(user, dispute.pledge.campaign.project.organisation_id)


def can_decide_acceptance(user: Visitor | None, acceptance: DisputeAcceptance) -> bool:
    """An approver decides: somebody else than who proposed, and no member of the beneficiary."""
    return can_decide_on(user, acceptance, acceptance.dispute.pledge.campaign.project.organisation_id)


def can_propose_closing(user: Visitor | None, receivable: Receivable) -> bool:
    """An officer proposes that a debt was paid back or is given up, unless a member of the debtor."""
    return can_propose_for(user, receivable.organisation_id)


def can_decide_closing(user: Visitor | None, closing: ReceivableClosing) -> bool:
    """An approver decides: somebody else than who proposed, and no member of the debtor."""
    return can_decide_on(user, closing, closing.receivable.organisation_id)


def can_propose_advance(user: Visitor | None) -> bool:
    """An officer says that the platform's own money was paid in."""
    return can_propose_for(user, None)


def can_decide_advance(user: Visitor | None, advance: OwnAdvance) -> bool:
    """An approver confirms it: somebody else than who said so."""
    return can_decide_on(user, advance, None)


def can_propose_unspent(user: Visitor | None, campaign: Campaign) -> bool:
    """An officer proposes what a project gives back, unless a member of the beneficiary."""
    return can_propose_for(user, campaign.project.organisation_id)


def can_decide_unspent(user: Visitor | None, decision: UnspentDecision) -> bool:
    """An approver decides: somebody else than who proposed, and no member of the beneficiary."""
    return can_decide_on(user, decision, decision.campaign.project.organisation_id)


def can_propose_match_return(user: Visitor | None, decision: UnspentDecision) -> bool:
    """An officer says that match came back, unless a member of who returned it."""
    return can_propose_for(user, decision.campaign.project.organisation_id)


def can_decide_match_return(user: Visitor | None, match_return: MatchReturn) -> bool:
    """An approver confirms: somebody else than who said so, and no member of who returned it."""
    return can_decide_on(user, match_return, match_return.unspent.campaign.project.organisation_id)
