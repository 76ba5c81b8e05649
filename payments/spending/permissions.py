"""Who may see what a programme spends, record it, and confirm what somebody else recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.enums import Role
from accounts.models import Organisation
from accounts.permissions import can_decide_on, can_propose_for, has_role
from accounts.privacy import PERSONAL, tax_code_digest

if TYPE_CHECKING:
    from accounts.models import Person, TwoPeople
    from accounts.permissions import Visitor
    from payments.spending.models import Contract, ContractMovement


def can_see_spending(user: Visitor | None) -> bool:
    """Officers, approvers and auditors see contracts that are not booked yet, and their documents."""
    return has_role(user, Role.OFFICER, Role.APPROVER, Role.AUDITOR)


def can_open_contracts(user: Visitor | None) -> bool:
    """An officer we know records contracts; of which beneficiary is asked once it is written."""
    return can_propose_for(user, None)


def can_record_contract(user: Visitor | None, tax_code: str) -> bool:
    """An officer records a contract: a known person who is no member of the beneficiary, and not the beneficiary."""
    return (
        all(can_propose_for(user, pk) for pk in _organisations(tax_code))
        and user is not None
        and user.is_authenticated
        and not _is_beneficiary(user.person, tax_code)
    )


def can_confirm_contract(user: Visitor | None, contract: Contract) -> bool:
    """An approver confirms: another person than who recorded it, neither of them a member of the beneficiary."""
    return _can_decide(user, contract, contract.tax_code)


def can_propose_movement(user: Visitor | None, contract: Contract) -> bool:
    """Who may record a contract of this beneficiary proposes mandates, reductions and corrections of it."""
    return can_record_contract(user, contract.tax_code)


def can_decide_movement(user: Visitor | None, movement: ContractMovement) -> bool:
    """An approver decides: another person than who proposed, neither of them a member of the beneficiary."""
    return _can_decide(user, movement, movement.contract.tax_code)


def _can_decide(user: Visitor | None, decision: TwoPeople, tax_code: str) -> bool:
    return (
        all(can_decide_on(user, decision, pk) for pk in _organisations(tax_code))
        and user is not None
        and user.is_authenticated
        and not _is_beneficiary(user.person, tax_code)
        and not _is_beneficiary(decision.proposed_person, tax_code)
    )


def _organisations(tax_code: str) -> list[int | None]:
    """List the organisations known by this tax number; none known is asked about as None."""
    found: list[int | None] = list(
        Organisation.objects.filter(tax_code=tax_code).values_list("pk", flat=True) if tax_code else []
    )
    return found or [None]


def _is_beneficiary(person: Person, tax_code: str) -> bool:
    return len(tax_code) == PERSONAL and tax_code_digest(tax_code) == person.tax_code_digest
