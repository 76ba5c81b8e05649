"""Who may do what with cash: an operator at the desks they are assigned to, an officer with the desks themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.permissions import has_role, is_person
from payments.cash.models import DeskOperator
from payments.permissions import DESK_RECEIPT, pledge_of

if TYPE_CHECKING:
    from accounts.permissions import Visitor
    from payments.cash.models import CashDesk, DeskClosing
    from payments.models import Pledge


def can_manage_desks(user: Visitor | None) -> bool:
    """Officers open desks and say who works there."""
    return has_role(user, Role.OFFICER)


def can_see_desks(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see every desk."""
    return has_role(user, Role.OFFICER, Role.APPROVER, Role.AUDITOR)


def can_operate(user: Visitor | None, desk: CashDesk) -> bool:
    """A hub operator works at the desks an officer has assigned them to."""
    return (
        is_person(user)
        and has_role(user, Role.HUB_OPERATOR)
        and DeskOperator.objects.filter(desk=desk, user=user, ended_at__isnull=True).exists()
    )


def can_see_desk(user: Visitor | None, desk: CashDesk) -> bool:
    """Its operators see a desk, and staff."""
    return can_see_desks(user) or can_operate(user, desk)


def _is_another(user: Visitor | None, closing: DeskClosing) -> bool:
    return is_person(user) and user.person_id != closing.proposed_person_id


def can_countersign(user: Visitor | None, closing: DeskClosing) -> bool:
    """Another operator of the desk or an officer: never the person who counted."""
    works_there = can_operate(user, closing.desk) or has_role(user, Role.OFFICER)
    return works_there and _is_another(user, closing)


def can_send(user: Visitor | None, closing: DeskClosing) -> bool:
    """The desk's operators and officers take what was counted to the bank."""
    return can_operate(user, closing.desk) or has_role(user, Role.OFFICER)


def can_confirm_banked(user: Visitor | None, closing: DeskClosing) -> bool:
    """An officer who did not count it says that it has arrived."""
    return has_role(user, Role.OFFICER) and _is_another(user, closing)


def can_ask_for_transfer(user: Visitor | None, pledge: Pledge, token: str = "") -> bool:
    """Who holds the donor's link, an operator of any desk, or an officer may ask for cash to go back by transfer."""
    return can_withdraw_cash(user, pledge, token) or has_role(user, Role.OFFICER)


def can_withdraw_cash(user: Visitor | None, pledge: Pledge, token: str = "") -> bool:
    """Who holds the donor's link, or an operator of any desk, before whom the donor stands with the receipt."""
    if token and pledge_of(token, DESK_RECEIPT) == pledge.public_id:
        return True
    if not is_person(user) or not has_role(user, Role.HUB_OPERATOR):
        return False
    return DeskOperator.objects.filter(user=user, ended_at__isnull=True).exists()
