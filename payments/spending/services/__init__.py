"""Contracts of a programme and what happens to their money: one person proposes, another confirms."""

from payments.spending.services.contracts import (
    ContractSheet,
    attach_document,
    confirm_contract,
    record_contract,
    reject_contract,
)
from payments.spending.services.movements import approve_movement, reject_movement
from payments.spending.services.proposing import (
    MovementSheet,
    propose_annulment,
    propose_correction,
    propose_movement,
)

__all__ = [
    "ContractSheet",
    "MovementSheet",
    "approve_movement",
    "attach_document",
    "confirm_contract",
    "propose_annulment",
    "propose_correction",
    "propose_movement",
    "record_contract",
    "reject_contract",
    "reject_movement",
]
