"""Writes statements of account as a bank does, version .02 or .08, from movements told in Python."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from xml.sax.saxutils import escape

OURS = "IT40S0542811101000000123456"
ADA = "IT60X0542811101000000123456"
BO = "DE89370400440532013000"
DAY = dt.date(2026, 11, 23)


@dataclasses.dataclass(frozen=True)
class Move:
    """One entry: cents above zero came in, below zero went out. `batch` holds the transactions of a batch."""

    cents: int
    on: dt.date = DAY
    ref: str = ""  # the bank's own
    rf: str = ""  # structured
    text: str = ""
    name: str = "Ada Lovelace"
    iban: str = ADA
    e2e: str = "NOTPROVIDED"
    batch_id: str = ""
    status: str = "BOOK"
    back: str = ""  # reason of a return
    reversal: bool = False
    moment: str = ""  # a booking date with an hour
    batch: tuple[Move, ...] = ()
    amounts: bool = True  # the transactions of a batch say their amounts
    currency: str = "EUR"


def money(cents: int) -> str:
    return f"{abs(cents) // 100}.{abs(cents) % 100:02d}"


def side(cents: int) -> str:
    return "CRDT" if cents >= 0 else "DBIT"


def tag(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else ""


def says(name: str, text: str) -> str:
    return tag(name, escape(text))


def details(move: Move, version: str, *, part: bool) -> str:
    who = "Dbtr" if move.cents >= 0 else "Cdtr"
    person = says("Nm", move.name)
    if version == "08":
        person = tag("Pty", person)
    refs = (
        says("AcctSvcrRef", move.ref if part else "")
        + says("PmtInfId", move.batch_id)
        + says("EndToEndId", move.e2e)
    )
    amount = f'<Amt Ccy="{move.currency}">{money(move.cents)}</Amt>' if move.amounts else ""
    if version == "08":
        sums = amount + (tag("CdtDbtInd", side(move.cents)) if amount else "")
    else:
        sums = tag("AmtDtls", tag("TxAmt", amount))
    account = tag(f"{who}Acct", tag("Id", says("IBAN", move.iban)))
    said = says("Ustrd", move.text) + tag("Strd", tag("CdtrRefInf", says("Ref", move.rf)))
    back = tag("RtrInf", tag("Rsn", says("Cd", move.back)))
    return tag(
        "TxDtls",
        tag("Refs", refs)
        + (sums if part else "")
        + tag("RltdPties", tag(who, person) + account)
        + tag("RmtInf", said)
        + back,
    )


def entry(move: Move, version: str) -> str:
    day = tag("DtTm", move.moment) if move.moment else tag("Dt", move.on.isoformat())
    parts = move.batch or (move,)
    inner = "".join(details(one, version, part=bool(move.batch)) for one in parts)
    batch = tag("Btch", says("PmtInfId", move.batch_id)) if move.batch_id else ""
    status = tag("Cd", move.status) if version == "08" else move.status
    return tag(
        "Ntry",
        f'<Amt Ccy="{move.currency}">{money(move.cents)}</Amt>'
        + tag("CdtDbtInd", side(move.cents))
        + ("<RvslInd>true</RvslInd>" if move.reversal else "")
        + tag("Sts", status)
        + tag("BookgDt", day)
        + tag("ValDt", tag("Dt", move.on.isoformat()))
        + says("AcctSvcrRef", move.ref)
        + tag("BkTxCd", tag("Prtry", tag("Cd", "NTRF")))
        + tag("NtryDtls", batch + inner),
    )


def balance(kind: str, cents: int, on: dt.date) -> str:
    amount = f'<Amt Ccy="EUR">{money(cents)}</Amt>' + tag("CdtDbtInd", side(cents))
    return tag(
        "Bal", tag("Tp", tag("CdOrPrtry", tag("Cd", kind))) + amount + tag("Dt", tag("Dt", on.isoformat()))
    )


def booked(moves: Sequence[Move]) -> int:
    return sum(move.cents for move in moves if move.status == "BOOK")


def one_statement(
    moves: Sequence[Move],
    *,
    version: str = "02",
    opening: int = 0,
    closing: int | None = None,
    iban: str = OURS,
    from_on: dt.date = DAY,
    to_on: dt.date | None = None,
    name: str = "",
    kinds: tuple[str, str] = ("OPBD", "CLBD"),
) -> str:
    to_on = to_on or max([from_on, *(move.on for move in moves)])
    closing = opening + booked(moves) if closing is None else closing
    return tag(
        "Stmt",
        says("Id", name or f"S-{from_on}-{to_on}-{opening}")
        + tag("CreDtTm", f"{to_on}T22:00:00")
        + tag("FrToDt", tag("FrDtTm", f"{from_on}T00:00:00") + tag("ToDtTm", f"{to_on}T23:59:59"))
        + tag("Acct", tag("Id", says("IBAN", iban)) + tag("Ccy", "EUR"))
        + balance(kinds[0], opening, from_on)
        + balance(kinds[1], closing, to_on)
        + "".join(entry(move, version) for move in moves),
    )


def document(*statements: str, version: str = "02") -> bytes:
    head = tag("GrpHdr", tag("MsgId", "M1") + tag("CreDtTm", "2026-11-23T22:00:00"))
    body = tag("BkToCstmrStmt", head + "".join(statements))
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    return f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{space}">{body}</Document>'.encode()


def statement(moves: Sequence[Move], **more: object) -> bytes:
    """A file of one statement."""
    version = str(more.get("version", "02"))
    return document(one_statement(moves, **more), version=version)
