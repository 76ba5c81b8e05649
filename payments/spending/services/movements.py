"""What happens to a contract's money once bound: mandates, reductions, corrections. Two people, every time."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused, raise_all
from crowdfund.kit.money import format_euro
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.ledger.models import LedgerTransfer
from payments.ledger.services import reverse
from payments.services.proposals import clean_reason
from payments.spending.enums import (
    CONTRACT_TRANSITIONS,
    MOVEMENT_TRANSITIONS,
    UNDOES,
    ContractStatus,
    MovementKind,
    MovementStatus,
)
from payments.spending.models import Contract, ContractMovement
from payments.spending.permissions import can_decide_movement, can_propose_movement
from payments.spending.services.checks import amount_problems, field_problems
from payments.spending.services.contracts import hold_admitted

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

TAKES = frozenset({MovementKind.MANDATE, MovementKind.ECONOMY})
CODES = {MovementKind.MANDATE_UNDONE: "contract_paid", MovementKind.ECONOMY_UNDONE: "contract_economy"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class MovementSheet:
    """What is written down of a movement: the mandate's or act's number and date, and whole cents."""

    number: str
    dated_on: dt.date
    amount_cents: int
    reason: str = ""


def propose_movement(
    *, contract: Contract, kind: str, sheet: MovementSheet, by: User, now: dt.datetime
) -> ContractMovement:
    """Propose to book a mandate that paid the beneficiary (`mandate`), or a reduction by an act (`economy`).

    Raises `Invalid` for what is wrong with the sheet or above what is bound and not spoken for (`above_bound`),
    `Refused` when the contract is not confirmed or the mandate stands there already (`mandate_known`).
    """
    require(can_propose_movement(by, contract))
    if kind not in TAKES:
        raise Invalid("unknown_kind", _("Choose what happened."), field="kind")
    row = ContractMovement(
        contract=contract,
        kind=kind,
        number=" ".join(sheet.number.split()),
        dated_on=sheet.dated_on,
        amount_cents=sheet.amount_cents,
        reason=" ".join(sheet.reason.split()),
        **ContractMovement.proposal(by, now),
    )
    raise_all(_problems(row, now))
    with transaction.atomic():
        locked = _open_contract(contract)
        left = locked.bound_cents - _spoken_for(locked)
        if row.amount_cents > left:
            raise Invalid(
                "above_bound",
                _("At most %(amount)s of this contract are bound and not spoken for."),
                field="amount_cents",
                amount=format_euro(left, get_language() or "it"),
            )
        return _save(row, by, now)


def propose_correction(
    *, movement: ContractMovement, why: str, by: User, now: dt.datetime
) -> ContractMovement:
    """Propose to undo a mandate or a reduction that was booked in error; the ledger will name what it reverses.

    Raises `Invalid` without a reason, `Refused` for one that is not booked, or that is undone already.
    """
    require(can_propose_movement(by, movement.contract))
    kind = UNDOES.get(MovementKind(movement.kind))
    if kind is None or movement.status != MovementStatus.APPROVED:
        raise Refused("not_booked", _("Only a mandate or a reduction that was confirmed can be corrected."))
    return _propose_undoing(movement.contract, kind, movement, why, by, now)


def propose_annulment(*, contract: Contract, why: str, by: User, now: dt.datetime) -> ContractMovement:
    """Propose to annul a contract that was booked in error: nothing of it was paid or given back.

    Raises `Invalid` without a reason, `Refused` when something was (`contract_moved`): correct that first.
    """
    require(can_propose_movement(by, contract))
    return _propose_undoing(contract, MovementKind.ANNULMENT, None, why, by, now)


def _propose_undoing(
    contract: Contract,
    kind: MovementKind,
    undoes: ContractMovement | None,
    why: str,
    by: User,
    now: dt.datetime,
) -> ContractMovement:
    row = ContractMovement(
        contract=contract,
        kind=kind,
        number=undoes.number if undoes else contract.act_number,
        dated_on=now.astimezone(CIVIL).date(),
        amount_cents=undoes.amount_cents if undoes else contract.amount_cents,
        reason=clean_reason(why, field="why"),
        undoes=undoes,
        **ContractMovement.proposal(by, now),
    )
    with transaction.atomic():
        locked = _open_contract(contract)
        if kind == MovementKind.ANNULMENT:
            _check_untouched(locked)
        return _save(row, by, now)


def _open_contract(contract: Contract) -> Contract:
    """Hold a contract while a movement of it is proposed. Raises `Refused` unless it is confirmed."""
    locked = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    if locked.status != ContractStatus.CONFIRMED:
        raise Refused("not_confirmed", _("Money moves only on a confirmed contract."))
    return locked


def _check_untouched(contract: Contract) -> None:
    waiting = contract.movements.filter(status=MovementStatus.PROPOSED).exclude(kind=MovementKind.ANNULMENT)
    if contract.bound_cents != contract.amount_cents or waiting.exists():
        raise Refused(
            "contract_moved",
            _("Something of this contract was paid, given back or waits to be: correct that first."),
        )


def _spoken_for(contract: Contract) -> int:
    waiting = contract.movements.filter(status=MovementStatus.PROPOSED, kind__in=TAKES)
    return int(waiting.aggregate(cents=Sum("amount_cents", default=0))["cents"])


def _problems(row: ContractMovement, now: dt.datetime) -> list[Refused]:
    problems = [*amount_problems(row.amount_cents), *field_problems(row, ["number", "dated_on", "reason"])]
    if row.dated_on and row.dated_on > now.astimezone(CIVIL).date():
        problems.append(Invalid("future_date", _("The date is in the future."), field="dated_on"))
    elif row.dated_on and row.dated_on < row.contract.act_on:
        problems.append(
            Invalid("before_act", _("The date is before the act of the contract."), field="dated_on")
        )
    if row.kind == MovementKind.ECONOMY and not row.reason:
        problems.append(Invalid("missing", _("Say why."), field="reason"))
    return problems


def _save(row: ContractMovement, by: User, now: dt.datetime) -> ContractMovement:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(
            "movement_known", _("This is recorded already: look at the movements of the contract.")
        ) from error
    record_birth(row, now=now, by=by)
    return row


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
    _check_untouched(contract)
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
