"""Beginnings for the tests of the ladder: a programme with money, a contract, people who record and confirm it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.enums import Role
from accounts.models import User
from campaigns.calls.models import Programme
from payments.spending.models import Contract, ContractMovement
from payments.spending.services import (
    ContractSheet,
    MovementSheet,
    approve_movement,
    confirm_contract,
    propose_movement,
    record_contract,
)
from tests import world
from tests.payments.test_matching import programme
from tests.world import NOW

FIRM = "12345670017"  # a valid partita IVA of nobody
PERSON = "RSSMRA85T10A562S"


def sheet(**fields: Any) -> ContractSheet:
    return ContractSheet(
        **{
            "kind": "services",
            "subject": "Animazione territoriale a Barona",
            "beneficiary": "Cooperativa Ponti",
            "tax_code": FIRM,
            "cig": "A01B2C3D4E",
            "cup": "B49D16010990006",
            "office": "Area Economia Urbana",
            "responsible": "Olga Neri",
            "act_number": "123/2026",
            "act_on": dt.date(2026, 10, 1),
            "procedure": "direct",
            "legal_basis": "D.Lgs. 36/2023, art. 50",
            "amount_cents": 4_000_000,
        }
        | fields
    )


def money(**fields: Any) -> MovementSheet:
    return MovementSheet(
        **{"number": "77", "dated_on": dt.date(2026, 11, 1), "amount_cents": 1_500_000} | fields
    )


class People:
    """An officer and an approver, two persons."""

    def __init__(self) -> None:
        self.officer: User = world.staff(Role.OFFICER, name="Olga")
        self.approver: User = world.staff(Role.APPROVER, name="Ada")


def recorded(who: People, of: Programme | None = None, **fields: Any) -> Contract:
    return record_contract(programme=of or programme(), sheet=sheet(**fields), by=who.officer, now=NOW)


def confirmed(who: People, of: Programme | None = None, **fields: Any) -> Contract:
    made = recorded(who, of, **fields)
    confirm_contract(contract=made, by=who.approver, now=NOW)
    return made


def proposed(who: People, contract: Contract, kind: str = "mandate", **fields: Any) -> ContractMovement:
    return propose_movement(contract=contract, kind=kind, sheet=money(**fields), by=who.officer, now=NOW)


def booked(who: People, contract: Contract, kind: str = "mandate", **fields: Any) -> ContractMovement:
    made = proposed(who, contract, kind, **fields)
    approve_movement(movement=made, by=who.approver, now=NOW)
    contract.refresh_from_db()
    return made
