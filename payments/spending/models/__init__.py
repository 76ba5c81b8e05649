from payments.spending.models.contracts import Contract, ContractDocument, ContractEvent, ContractQuerySet
from payments.spending.models.movements import ContractMovement, ContractMovementEvent

__all__ = [
    "Contract",
    "ContractDocument",
    "ContractEvent",
    "ContractMovement",
    "ContractMovementEvent",
    "ContractQuerySet",
]
