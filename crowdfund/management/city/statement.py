"""The city's bank: statements of account (camt.053, version .08) of what the walk says has come and gone."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclasses.dataclass(frozen=True)
class Movement:
    """What came in (cents above zero) or went out on a day, with whom, and what the transfer says."""

    cents: int
    on: dt.date
    name: str
    iban: str
    text: str = ""
    reference: str = ""
    end_to_end: str = "NOTPROVIDED"


def _say(parent: Element, path: str, text: str = "") -> Element:
    """Add the elements of a path, one in the other, the last with a text."""
    for name in path.split("/"):
        parent = SubElement(parent, name)
    parent.text = text or None
    return parent


def _amount(parent: Element, cents: int) -> None:
    SubElement(parent, "Amt", Ccy="EUR").text = f"{abs(cents) // 100}.{abs(cents) % 100:02d}"
    _say(parent, "CdtDbtInd", "CRDT" if cents >= 0 else "DBIT")


def _balance(parent: Element, kind: str, cents: int, on: dt.date) -> None:
    balance = SubElement(parent, "Bal")
    _say(balance, "Tp/CdOrPrtry/Cd", kind)
    _amount(balance, cents)
    _say(balance, "Dt/Dt", on.isoformat())


def _entry(parent: Element, move: Movement, number: str) -> None:
    entry = SubElement(parent, "Ntry")
    _amount(entry, move.cents)
    _say(entry, "Sts/Cd", "BOOK")
    _say(entry, "BookgDt/Dt", move.on.isoformat())
    _say(entry, "ValDt/Dt", move.on.isoformat())
    _say(entry, "AcctSvcrRef", number)
    details = _say(entry, "NtryDtls/TxDtls")
    _say(details, "Refs/EndToEndId", move.end_to_end)
    other = "Dbtr" if move.cents >= 0 else "Cdtr"
    parties = SubElement(details, "RltdPties")
    _say(parties, f"{other}/Pty/Nm", move.name)
    _say(parties, f"{other}Acct/Id/IBAN", move.iban)
    remittance = SubElement(details, "RmtInf")
    if move.text:
        _say(remittance, "Ustrd", move.text)
    if move.reference:
        _say(remittance, "Strd/CdtrRefInf/Ref", move.reference)


def statement(moves: Sequence[Movement], *, opening_cents: int, since: dt.date, until: dt.date) -> bytes:
    """Write a statement of our account from `since` to `until`, both included."""
    document = Element("Document", xmlns=NAMESPACE)
    root = SubElement(document, "BkToCstmrStmt")
    _say(root, "GrpHdr/MsgId", f"CITY-{until:%Y%m%d}")
    body = SubElement(root, "Stmt")
    _say(body, "Id", f"CITY-{since:%Y%m%d}-{until:%Y%m%d}")
    _say(body, "CreDtTm", f"{until}T22:00:00")
    period = SubElement(body, "FrToDt")
    _say(period, "FrDtTm", f"{since}T00:00:00")
    _say(period, "ToDtTm", f"{until}T23:59:59")
    account = SubElement(body, "Acct")
    _say(account, "Id/IBAN", settings.BANK_ACCOUNT_IBAN)
    _say(account, "Ccy", "EUR")
    _balance(body, "OPBD", opening_cents, since)
    _balance(body, "CLBD", opening_cents + sum(move.cents for move in moves), until)
    for number, move in enumerate(moves, start=1):
        _entry(body, move, f"{until:%Y%m%d}-{number:03d}")
    return bytes(tostring(document, encoding="utf-8", xml_declaration=True))
