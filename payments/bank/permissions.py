"""Who may do what at the bank: officers import and propose, approvers decide, auditors read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import can_decide_on, can_propose_for, has_role, is_person
from payments.bank.enums import ItemStatus
from payments.permissions import can_see_all_money

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from payments.bank.models import CreditList, LineMatch, OpeningBalance
    from payments.models import Pledge

NOBODY: tuple[None] = (None,)
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


def _backer(pledge: Pledge | None) -> int | None:
    """Name the person who backs with a pledge, if we know one."""
    return pledge.backer.person_id if pledge is not None and pledge.backer is not None else None


def _organisation(pledge: Pledge | None) -> int | None:
    return pledge.campaign.project.organisation_id if pledge is not None else None


def can_propose_match(user: Visitor | None, pledge: Pledge | None) -> bool:
    """A known officer proposes, unless the pledge is their own or for a team of theirs."""
    mine = is_person(user) and _backer(pledge) == user.person_id
    return can_propose_for(user, _organisation(pledge)) and not mine


def can_decide_match(user: Visitor | None, match: LineMatch) -> bool:
    """An approver decides: another person than who proposed; neither of them gains by it."""
    gains = {_backer(match.pledge)}
    return (
        is_person(user)
        and can_decide_on(user, match, _organisation(match.pledge))
        and not gains & {user.person_id, match.proposed_person_id}
    )


def _paid(transfers: CreditList) -> tuple[set[int], set[int]]:
    """Name whom a list pays: organisations (payouts to their teams) and persons (refunds of their pledges)."""
    rows = transfers.items.exclude(status=ItemStatus.DROPPED).select_related(
        "refund__pledge__backer", "payout__disbursement__campaign__project"
    )
    organisations = {
        row.payout.disbursement.campaign.project.organisation_id for row in rows if row.payout is not None
    }
    backers = {_backer(row.refund.pledge) for row in rows if row.refund is not None}
    return organisations, {person for person in backers if person is not None}


def can_propose_opening(user: Visitor | None) -> bool:
    """A known officer says what lay on the account before the first statement."""
    return can_propose_for(user, None)


def can_decide_opening(user: Visitor | None, opening: OpeningBalance) -> bool:
    """An approver confirms it: another person than who said so."""
    return can_decide_on(user, opening, None)


def can_draft_list(user: Visitor | None) -> bool:
    """A known officer puts a list together, and may throw a draft away."""
    return can_propose_for(user, None)


def can_propose_list(user: Visitor | None, transfers: CreditList) -> bool:
    """A known officer proposes a list, unless it pays them or a team of theirs."""
    organisations, persons = _paid(transfers)
    return (
        is_person(user)
        and all(can_propose_for(user, pk) for pk in organisations or NOBODY)
        and user.person_id not in persons
    )


def can_decide_list(user: Visitor | None, transfers: CreditList) -> bool:
    """An approver decides: another person than who proposed; the list pays neither of them."""
    organisations, persons = _paid(transfers)
    return (
        is_person(user)
        and all(can_decide_on(user, transfers, pk) for pk in organisations or NOBODY)
        and not persons & {user.person_id, transfers.proposed_person_id}
    )


def can_export_list(user: Visitor | None) -> bool:
    """An officer carries an approved list to the bank."""
    return has_role(user, Role.OFFICER)
