"""The bank's statement of account: ISO 20022 camt.053.001.02 and .08, read exactly and to the cent.

Only booked entries count. A batch becomes its single transactions when the bank tells them apart and they add up to
the entry; otherwise it stays one line. Opening balance and entries must add up to the closing balance.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

from stdnum import iban as iban_number

from payments.bank.formula.amounts import civil_day, read_cents, read_day, signed
from payments.bank.formula.errors import StatementError
from payments.bank.formula.lines import Line, lines_of
from payments.bank.formula.xml import namespace_of, read_xml, strip_namespace, text_at

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

__all__ = ["Line", "Statement", "StatementError", "read_statements"]

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
VERSIONS = ("02", "08")
OPENING = ("OPBD", "PRCD")
CLOSING = ("CLBD",)
INTERIM = "ITBD"  # between the pages of one statement


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """One statement: balances in whole cents (negative: overdrawn), the civil days it goes from and to, its lines.

    `final` is false for a page that ends with an interim balance.
    """

    id: str
    iban: str
    from_on: dt.date
    to_on: dt.date
    opening_cents: int
    closing_cents: int
    final: bool
    lines: tuple[Line, ...]

    def keys(self) -> list[str]:
        """Name each line so that it has the same name in every statement that tells of it.

        Movements that nothing tells apart are numbered in their order.
        """
        seen: dict[tuple[str, ...], int] = {}
        found = []
        for line in self.lines:
            what = line.identity()
            seen[what] = seen.get(what, -1) + 1
            text = "\x1f".join((self.iban, *what, str(seen[what])))
            found.append(hashlib.sha256(text.encode()).hexdigest())
        return found

    def digest(self) -> str:
        """Digest what the statement says: two files that say the same give the same."""
        facts = (self.id, self.iban, self.from_on, self.to_on, self.opening_cents, self.closing_cents)
        text = "\n".join([*map(str, facts), *self.keys()])
        return hashlib.sha256(text.encode()).hexdigest()


def read_statements(content: bytes) -> list[Statement]:
    """Read every statement of a file. Raises `StatementError` with a code; nothing is guessed.

    Codes: `too_large`, `unsafe_xml`, `not_xml`, `namespace`, `no_statement`, `no_iban`, `currency`, `amount`,
    `direction`, `day`, `balance_missing`, `sums`.
    """
    root = read_xml(content)
    namespace = namespace_of(root)
    if namespace.removeprefix(NAMESPACE) not in VERSIONS:
        raise StatementError("namespace", found=namespace[:80] or root.tag[:80])
    strip_namespace(root, namespace)
    found = [_statement(element) for element in root.iterfind("BkToCstmrStmt/Stmt")]
    if not found:
        raise StatementError("no_statement")
    return found


def _statement(element: Element) -> Statement:
    iban = iban_number.compact(text_at(element, "Acct/Id/IBAN"))
    if not iban:
        raise StatementError("no_iban")
    if (currency := text_at(element, "Acct/Ccy") or "EUR") != "EUR":
        raise StatementError("currency", found=currency[:3])
    opening, closing, final = _balances(element)
    lines = tuple(line for entry in element.iterfind("Ntry") for line in lines_of(entry))
    total = opening.cents + sum(line.signed_cents for line in lines)
    if total != closing.cents:
        raise StatementError("sums", expected=closing.cents, found=total, difference=closing.cents - total)
    return Statement(
        id=text_at(element, "Id")[:35],
        iban=iban,
        from_on=_begins(element) or opening.on,
        to_on=closing.on,
        opening_cents=opening.cents,
        closing_cents=closing.cents,
        final=final,
        lines=lines,
    )


def _begins(element: Element) -> dt.date | None:
    moment = text_at(element, "FrToDt/FrDtTm")
    try:
        return civil_day(moment) if moment else None
    except ValueError as error:
        raise StatementError("day", found=moment[:30]) from error


@dataclasses.dataclass(frozen=True, slots=True)
class _Balance:
    kind: str
    cents: int
    on: dt.date


def _balances(element: Element) -> tuple[_Balance, _Balance, bool]:
    """Find the balance before the first entry and after the last one; pages in between have interim balances."""
    found = list(_read_balances(element))
    interim = [balance for balance in found if balance.kind == INTERIM]
    opening = _first(found, OPENING) or (interim.pop(0) if interim else None)
    closing = _first(found, CLOSING)
    final = closing is not None
    closing = closing or (interim[-1] if interim else None)
    if opening is None or closing is None:
        raise StatementError("balance_missing", found=", ".join(sorted({balance.kind for balance in found})))
    return opening, closing, final


def _first(balances: Iterable[_Balance], kinds: tuple[str, ...]) -> _Balance | None:
    """Return the balance of the first kind that is there."""
    by_kind = {balance.kind: balance for balance in reversed(list(balances))}
    return next((by_kind[kind] for kind in kinds if kind in by_kind), None)


def _read_balances(element: Element) -> Iterator[_Balance]:
    for balance in element.iterfind("Bal"):
        kind = text_at(balance, "Tp/CdOrPrtry/Cd")
        if kind not in {*OPENING, *CLOSING, INTERIM}:
            continue  # available, forward and information balances
        on = read_day(balance.find("Dt"))
        if on is None:
            raise StatementError("day", found="")
        cents = signed(read_cents(balance.find("Amt")), text_at(balance, "CdtDbtInd"))
        yield _Balance(kind, cents, on)
