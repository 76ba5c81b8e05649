"""Mandates, reductions and corrections of a contract, proposed by one person; another decides (`movements`)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused, raise_all
from crowdfund.kit.money import format_euro
from crowdfund.kit.states import record_birth
from payments.services.proposals import clean_reason
from payments.spending.enums import UNDOES, ContractStatus, MovementKind, MovementStatus
from payments.spending.models import Contract, ContractMovement
from payments.spending.permissions import can_propose_movement
from payments.spending.services.checks import amount_problems, field_problems

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User

TAKES = frozenset({MovementKind.MANDATE, MovementKind.ECONOMY})


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
            check_untouched(locked)
        return _save(row, by, now)


def _open_contract(contract: Contract) -> Contract:
    """Hold a contract while a movement of it is proposed. Raises `Refused` unless it is confirmed."""
    locked = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    if locked.status != ContractStatus.CONFIRMED:
        raise Refused("not_confirmed", _("Money moves only on a confirmed contract."))
    return locked


def check_untouched(contract: Contract) -> None:
    """Raise `Refused` when something of a contract was paid or given back, or waits to be."""
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
    problems += _day_problems(row, now)
    if row.kind == MovementKind.ECONOMY and not row.reason:
        problems.append(Invalid("missing", _("Say why."), field="reason"))
    return problems


def _day_problems(row: ContractMovement, now: dt.datetime) -> list[Refused]:
    if row.dated_on > now.astimezone(CIVIL).date():
        return [Invalid("future_date", _("The date is in the future."), field="dated_on")]
    if row.dated_on < row.contract.act_on:
        return [Invalid("before_act", _("The date is before the act of the contract."), field="dated_on")]
    return []


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
