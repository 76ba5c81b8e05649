"""Who may do what at the bank: officers import and propose, approvers decide, auditors read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import belongs_to, can_decide_on, has_role, is_person
from payments.permissions import can_see_all_money

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from payments.bank.models import CreditList, LineMatch
    from payments.models import Pledge

EXCESS = "excess"
"""Purpose of the signed link by which a backer says what becomes of money that does not count by itself."""


def can_see_bank(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see statements, lines and lists."""
    return can_see_all_money(user)


def can_import_statement(user: Visitor | None) -> bool:
    """An officer imports statements."""
    return has_role(user, Role.OFFICER)


def can_work_on_lines(user: Visitor | None) -> bool:
    """An officer says what a line is, or that it goes back; another person decides."""
    return has_role(user, Role.OFFICER)


def _gains(user: Visitor | None, pledge: Pledge) -> bool:
    """Whether this person gains by the pledge: backs with it, or is in the team that gets it."""
    mine = is_person(user) and pledge.backer is not None and pledge.backer.person_id == user.person_id
    return mine or belongs_to(user, pledge.campaign.project.organisation_id)


def can_propose_match(user: Visitor | None, pledge: Pledge | None) -> bool:
    """An officer proposes, unless the pledge is their own or for a team of theirs."""
    return can_work_on_lines(user) and not (pledge is not None and _gains(user, pledge))


def can_decide_match(user: Visitor | None, match: LineMatch) -> bool:
    """An approver decides: another person than who proposed, who does not gain by it."""
    pledge = match.pledge
    return can_decide_on(user, match, None) and not (pledge is not None and _gains(user, pledge))


def _is_paid(user: Visitor | None, transfers: CreditList) -> bool:
    """Whether this person gets money by the list: a refund of theirs, or a payout to a team of theirs."""
    items = transfers.items.select_related(
        "refund__pledge__backer", "payout__disbursement__campaign__project"
    )
    for item in items:
        if item.refund and item.refund.pledge.backer and is_person(user):
            if item.refund.pledge.backer.person_id == user.person_id:
                return True
        elif item.payout and belongs_to(user, item.payout.disbursement.campaign.project.organisation_id):
            return True
    return False


def can_propose_list(user: Visitor | None, transfers: CreditList | None = None) -> bool:
    """An officer puts a list together and proposes it, unless it pays them."""
    return has_role(user, Role.OFFICER) and not (transfers is not None and _is_paid(user, transfers))


def can_decide_list(user: Visitor | None, transfers: CreditList) -> bool:
    """An approver decides: another person than who proposed, whom the list does not pay."""
    return can_decide_on(user, transfers, None) and not _is_paid(user, transfers)


def can_export_list(user: Visitor | None) -> bool:
    """An officer carries an approved list to the bank."""
    return has_role(user, Role.OFFICER)
