"""Commitments of a programme that are no match: recorded by one person with their act, confirmed by another."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from accounts.services.organisations import check_tax_code
from crowdfund.kit import files
from crowdfund.kit.clock import CIVIL
from crowdfund.kit.errors import Invalid, Refused, raise_all
from crowdfund.kit.states import advance, record_birth
from payments import postings
from payments.ledger.selectors import debit_balance
from payments.services.proposals import clean_reason
from payments.spending.enums import CONTRACT_TRANSITIONS, NEEDS_CIG, ContractKind, ContractStatus
from payments.spending.locks import lock_programme
from payments.spending.models import Contract, ContractDocument
from payments.spending.permissions import can_confirm_contract, can_open_contracts, can_record_contract
from payments.spending.services.checks import amount_problems, field_problems

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files.base import File

    from accounts.models import User
    from campaigns.calls.models import Programme


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContractSheet:
    """What is written down of a contract. `amount_cents` in whole cents; a CIG is needed for all but grants."""

    kind: str
    subject: str
    beneficiary: str
    tax_code: str
    office: str
    responsible: str
    act_number: str
    act_on: dt.date
    procedure: str
    legal_basis: str
    amount_cents: int
    cig: str = ""
    cup: str = ""


FIELDS = [field.name for field in dataclasses.fields(ContractSheet)]


def record_contract(*, programme: Programme, sheet: ContractSheet, by: User, now: dt.datetime) -> Contract:
    """Record a contract of a programme; another person confirms it. Nothing is bound yet.

    Raises `Invalid` (all problems at once) for what is wrong with the sheet, `NotAllowed` for a member of the
    beneficiary, `Refused` when the programme has less admitted money (`programme_short`) or another contract has the
    same CIG (`cig_taken`).
    """
    require(can_open_contracts(by))
    contract = _read(programme, sheet, by, now)
    require(can_record_contract(by, contract.tax_code))
    with transaction.atomic():
        hold_admitted(programme.pk, contract.amount_cents, field="amount_cents")
        try:
            with transaction.atomic():
                contract.save(force_insert=True)
        except IntegrityError as error:
            raise Refused("cig_taken", _("Another contract has this CIG."), field="cig") from error
        record_birth(contract, now=now, by=by)
    return contract


def _read(programme: Programme, sheet: ContractSheet, by: User, now: dt.datetime) -> Contract:
    contract = Contract(programme=programme, **Contract.proposal(by, now))
    for name in FIELDS:
        value = getattr(sheet, name)
        setattr(contract, name, " ".join(value.split()) if isinstance(value, str) else value)
    contract.cig, contract.cup = contract.cig.upper(), (contract.cup or programme.cup).upper()
    problems = [*amount_problems(contract.amount_cents), *field_problems(contract, FIELDS)]
    try:
        contract.tax_code = check_tax_code(contract.tax_code)
    except Invalid as problem:
        problems.append(problem)
    if contract.kind in NEEDS_CIG and not contract.cig:
        problems.append(
            Invalid("cig_missing", _("A contract needs its CIG; only a grant has none."), field="cig")
        )
    if contract.kind == ContractKind.GRANT and contract.cig:
        problems.append(Invalid("cig_of_grant", _("A grant has no CIG."), field="cig"))
    if contract.act_on > now.astimezone(CIVIL).date():
        problems.append(Invalid("future_date", _("The act's date is in the future."), field="act_on"))
    raise_all(problems)
    return contract


def hold_admitted(programme_id: int, cents: int, *, field: str | None = None) -> None:
    """Hold the programme's money until the transaction ends. Raises `Refused` when less than `cents` is admitted."""
    lock_programme(programme_id)
    if debit_balance(postings.admitted(programme_id)) < cents:
        raise Refused("programme_short", _("The programme has less admitted money than this."), field=field)


def confirm_contract(*, contract: Contract, by: User, now: dt.datetime) -> None:
    """Confirm what somebody else recorded: the amount moves from admitted to legally bound.

    Raises `Refused` when the programme no longer has the money, `IllegalTransition` when it was decided before.
    """
    require(can_confirm_contract(by, contract))
    with transaction.atomic():
        hold_admitted(contract.programme_id, contract.amount_cents)
        advance(
            contract,
            ContractStatus.CONFIRMED,
            table=CONTRACT_TRANSITIONS,
            now=now,
            by=by,
            bound_cents=contract.amount_cents,
            **Contract.decision(by, now),
        )
        postings.contract_committed(
            programme_id=contract.programme_id,
            contract_id=contract.pk,
            cents=contract.amount_cents,
            reference=f"contract:{contract.pk}",
            now=now,
        )


def reject_contract(*, contract: Contract, why: str, by: User, now: dt.datetime) -> None:
    """Turn down what somebody else recorded, with the reason; it is recorded anew if need be."""
    require(can_confirm_contract(by, contract))
    advance(
        contract,
        ContractStatus.REJECTED,
        table=CONTRACT_TRANSITIONS,
        now=now,
        by=by,
        why=clean_reason(why, field="why"),
        **Contract.decision(by, now),
    )


def attach_document(
    *, contract: Contract, file: File[bytes], title: str, by: User, now: dt.datetime
) -> ContractDocument:
    """Attach a file to a contract, for the municipality's desk: the act, the contract itself, a mandate.

    Raises `Invalid` for a file that is none of those we take, or without a title.
    """
    require(can_record_contract(by, contract.tax_code))
    document = ContractDocument(contract=contract, title=" ".join(title.split()), added_by=by, added_at=now)
    raise_all(field_problems(document, ["title"]))
    read = files.read_document(file)
    document.name, document.kind = read.name, read.kind
    document.size, document.sha256 = read.size, read.sha256
    document.stored = files.keep_private(read, "contracts")
    document.save(force_insert=True)
    return document
