"""A statement of account comes in: the whole file or nothing, each movement once, whatever is imported again."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from crowdfund.kit.errors import Invalid
from crowdfund.kit.money import format_euro
from payments.bank.enums import LineStatus
from payments.bank.formula import StatementError, in_groups, read_statements
from payments.bank.models import BankLine, BankLineEvent, BankStatement
from payments.bank.permissions import can_import_statement
from payments.bank.services.checks import check_channel_open
from payments.bank.services.placing import place_lines

if TYPE_CHECKING:
    import datetime as dt

    from django.utils.functional import _StrOrPromise

    from accounts.models import User
    from payments.bank.formula import Line, Statement

AT_ONCE = 100  # lines placed before the answer; the drain places the rest
WORDS: dict[str, _StrOrPromise] = {
    "too_large": _("The file is larger than %(most)s MB."),
    "unsafe_xml": _("The file has a document type or entities: no statement needs them, so it is not read."),
    "not_xml": _("The file is no complete XML: save it again as the bank gave it."),
    "namespace": _("This is no statement of account camt.053, version 02 or 08, but “%(found)s”."),
    "no_statement": _("The file holds no statement."),
    "no_iban": _("The statement does not say of which account it is."),
    "currency": _("The statement has amounts in %(found)s: only euro are read."),
    "amount": _("“%(found)s” is no amount."),
    "direction": _("“%(found)s” says neither that money came in nor that it left."),
    "day": _("“%(found)s” is no day."),
    "balance_missing": _("The opening or the closing balance is missing (found: %(found)s)."),
    "sums": _(
        "Opening balance and entries come to %(found)s, but the closing balance is %(expected)s: a difference of "
        "%(difference)s."
    ),
    "other_account": _("The statement is of account %(found)s, ours is %(ours)s."),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the statements of the file (new or known), how many lines were new and how many known."""

    statements: tuple[BankStatement, ...]
    new_lines: int
    known_lines: int

    @property
    def again(self) -> bool:
        """Whether everything in the file was known."""
        return not self.new_lines


def import_statement(*, content: bytes, file_name: str, by: User, now: dt.datetime) -> Imported:
    """Import a camt.053 file and place its lines. For officers; one that was imported before changes nothing.

    Raises `Invalid` with the reason of what can't be read, is not of our account or does not add up; nothing of the
    file is kept then.
    """
    require(can_import_statement(by))
    check_channel_open()
    found = _read(content)
    about = {
        "file_name": file_name[-120:],
        "file_digest": hashlib.sha256(content).hexdigest(),
        "imported_by": by,
        "imported_at": now,
    }
    try:
        with transaction.atomic():
            rows = [_keep(one, about) for one in found]
    except IntegrityError:  # another import of the same file was first
        rows = [_known(one) for one in found]
    fresh = BankLine.objects.filter(statement__in=[row.pk for row, made in rows if made])
    new = fresh.count()
    place_lines(fresh.filter(status=LineStatus.NEW).order_by("statement", "n")[:AT_ONCE], now=now)
    return Imported(
        statements=tuple(row for row, _made in rows),
        new_lines=new,
        known_lines=sum(len(one.lines) for one in found) - new,
    )


def _read(content: bytes) -> list[Statement]:
    try:
        found = read_statements(content)
        for statement in found:
            _check_account(statement)
    except StatementError as error:
        raise Invalid(error.code, WORDS[error.code], field="file", **_in_words(error)) from error
    return found


def _check_account(statement: Statement) -> None:
    if statement.iban != settings.BANK_ACCOUNT_IBAN:
        ours = in_groups(settings.BANK_ACCOUNT_IBAN)
        raise StatementError("other_account", found=in_groups(statement.iban)[:42], ours=ours)


def _in_words(error: StatementError) -> dict[str, str | int]:
    if error.code != "sums":
        return error.params
    language = get_language() or settings.LANGUAGE_CODE
    return {name: format_euro(int(cents), language) for name, cents in error.params.items()}


def _keep(statement: Statement, about: dict[str, object]) -> tuple[BankStatement, bool]:
    """Write a statement down with the movements that no other one told of; return it and whether it is new."""
    row, made = BankStatement.objects.get_or_create(
        account=statement.iban,
        digest=statement.digest(),
        defaults={
            "statement_id": statement.id,
            "from_on": min(statement.from_on, statement.to_on),
            "to_on": statement.to_on,
            "opening_cents": statement.opening_cents,
            "closing_cents": statement.closing_cents,
            "final": statement.final,
            **about,
        },
    )
    if made:
        named = zip(statement.lines, statement.keys(), strict=True)
        lines = [_line(row, n, line, key) for n, (line, key) in enumerate(named, start=1)]
        # in one order for all: two imports of the same days never wait for each other in a circle
        BankLine.objects.bulk_create(sorted(lines, key=lambda line: line.key), ignore_conflicts=True)
        BankLineEvent.objects.bulk_create(
            BankLineEvent(line_id=pk, at=row.imported_at, from_status="", to_status=LineStatus.NEW)
            for pk in row.lines.values_list("pk", flat=True)
        )
    return row, made


def _line(statement: BankStatement, n: int, line: Line, key: str) -> BankLine:
    return BankLine(
        statement=statement,
        n=n,
        account=statement.account,
        key=key,
        credit=line.credit,
        amount_cents=line.cents,
        booked_on=line.booked_on,
        value_on=line.value_on,
        servicer_reference=line.servicer_reference,
        end_to_end_id=line.end_to_end_id,
        batch_id=line.batch_id,
        found=list(line.references),
        text=line.text,
        party=line.party,
        party_iban=line.party_iban,
        is_return=line.returned,
        return_reason=line.return_reason,
        is_reversal=line.reversal,
        is_charge=line.charge,
    )


def _known(statement: Statement) -> tuple[BankStatement, bool]:
    return BankStatement.objects.get(account=statement.iban, digest=statement.digest()), False
