"""What happens to a contract's money once bound, decided by a second person: the ledger moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.errors import Refused
from crowdfund.kit.states import advance
from payments import postings
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.services.proposals import clean_reason
from payments.spending.enums import (
    CONTRACT_TRANSITIONS,
    MOVEMENT_TRANSITIONS,
    ContractStatus,
    MovementKind,
    MovementStatus,
)
from payments.spending.models import Contract, ContractMovement
from payments.spending.permissions import can_decide_movement
from payments.spending.services.contracts import hold_admitted
from payments.spending.services.proposing import TAKES, check_untouched

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

CODES = {MovementKind.MANDATE_UNDONE: "contract_paid", MovementKind.ECONOMY_UNDONE: "contract_economy"}


def approve_movement(*, movement: ContractMovement, by: User, now: dt.datetime) -> None:
    """Confirm what somebody else proposed: the ledger moves.

    Raises `Refused` when less is bound than it takes (`above_bound`), less is disbursed than it undoes, or the
    programme lacks the money that a corrected reduction needs (`programme_short`).
    """
    require(can_decide_movement(by, movement))
    with transaction.atomic():
        if movement.kind == MovementKind.ECONOMY_UNDONE:
            hold_admitted(movement.contract.programme_id, movement.amount_cents)
        advance(
            movement,
            MovementStatus.APPROVED,
            table=MOVEMENT_TRANSITIONS,
            now=now,
            by=by,
            **ContractMovement.decision(by, now),
        )
        if movement.kind == MovementKind.ANNULMENT:
            _annul(movement, by, now)
        else:
            _move(movement)
            _book(movement, now)


def _move(movement: ContractMovement) -> None:
    """Move the contract's cents in one statement that refuses to go below nothing: mandates race on what is bound."""
    cents = movement.amount_cents
    bound = -cents if movement.kind in TAKES else cents
    disbursed = {MovementKind.MANDATE: cents, MovementKind.MANDATE_UNDONE: -cents}.get(
        MovementKind(movement.kind), 0
    )
    moved = Contract.objects.filter(
        pk=movement.contract_id,
        status=ContractStatus.CONFIRMED,
        bound_cents__gte=-bound,
        disbursed_cents__gte=-disbursed,
    ).update(bound_cents=F("bound_cents") + bound, disbursed_cents=F("disbursed_cents") + disbursed)
    if not moved:
        raise Refused("above_bound", _("The contract no longer has this much: look at its movements."))


def _book(movement: ContractMovement, now: dt.datetime) -> None:
    reference = f"contract_movement:{movement.pk}"
    if movement.undoes_id:
        booked = LedgerTransfer.objects.get(
            code=CODES[MovementKind(movement.kind)],
            reference=f"contract_movement:{movement.undoes_id}",
            reverses__isnull=True,
        )
        reverse(transfer=booked, reference=reference, now=now)
        return
    post = postings.contract_paid if movement.kind == MovementKind.MANDATE else postings.contract_economy
    post(
        programme_id=movement.contract.programme_id,
        contract_id=movement.contract_id,
        cents=movement.amount_cents,
        reference=reference,
        now=now,
    )


def _annul(movement: ContractMovement, by: User, now: dt.datetime) -> None:
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=movement.contract_id)
    check_untouched(contract)
    advance(
        contract,
        ContractStatus.ANNULLED,
        table=CONTRACT_TRANSITIONS,
        now=now,
        by=by,
        why=movement.reason,
        bound_cents=0,
    )
    booked = LedgerTransfer.objects.get(
        code="contract_committed", reference=f"contract:{contract.pk}", reverses__isnull=True
    )
    reverse(transfer=booked, reference=f"contract_movement:{movement.pk}", now=now)


def reject_movement(*, movement: ContractMovement, why: str, by: User, now: dt.datetime) -> None:
    """Turn down what somebody else proposed, with the reason."""
    require(can_decide_movement(by, movement))
    advance(
        movement,
        MovementStatus.REJECTED,
        table=MOVEMENT_TRANSITIONS,
        now=now,
        by=by,
        why=clean_reason(why, field="why"),
        **ContractMovement.decision(by, now),
    )
