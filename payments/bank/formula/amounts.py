"""Amounts and days as ISO 20022 writes them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from payments.bank.formula.errors import StatementError
from payments.bank.formula.xml import text_at

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

CIVIL = ZoneInfo("Europe/Rome")
_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,2})0*)?", re.ASCII)


def read_cents(element: Element | None) -> int:
    """Return an amount in whole cents, exactly. Raises `StatementError`: `currency` (not EUR) or `amount`."""
    if element is None:
        raise StatementError("amount", found="")
    if (currency := element.get("Ccy", "")) != "EUR":
        raise StatementError("currency", found=currency[:3])
    text = (element.text or "").strip()
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise StatementError("amount", found=text[:30])
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def write_amount(cents: int) -> str:
    """Write whole cents with two decimals and a point."""
    return f"{cents // 100}.{cents % 100:02d}"


def signed(cents: int, direction: str) -> int:
    """Return cents as seen by the account's owner: credit adds. Raises `StatementError` for any other word."""
    if direction not in {"CRDT", "DBIT"}:
        raise StatementError("direction", found=direction[:10])
    return cents if direction == "CRDT" else -cents


def read_day(element: Element | None) -> dt.date | None:
    """Return the civil day of a date or a moment; None when there is none. Raises `StatementError` (`day`)."""
    day, moment = text_at(element, "Dt"), text_at(element, "DtTm")
    try:
        if day:
            return dt.date.fromisoformat(day[:10])
        return civil_day(moment) if moment else None
    except ValueError as error:
        raise StatementError("day", found=(day or moment)[:30]) from error


def civil_day(moment: str) -> dt.date:
    """Return the day in Rome of a moment; one without an offset is taken as local. Raises `ValueError`."""
    read = dt.datetime.fromisoformat(moment)
    return (read.astimezone(CIVIL) if read.tzinfo else read).date()
