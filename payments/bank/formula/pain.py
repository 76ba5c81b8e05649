"""A list of transfers for the bank: ISO 20022 pain.001.001.09 as SEPA uses it (EPC132-08), one account that pays.

Names and texts are written in the letters every bank of the area accepts (EPC217-08).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from stdnum import iban as iban_number

from payments.bank.formula.amounts import write_amount

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LONGEST_ID, LONGEST_NAME, LONGEST_TEXT = 35, 70, 140
LARGEST_CENTS = 99_999_999_999
_ID = re.compile(r"[A-Za-z0-9+?().,'-][A-Za-z0-9+?().,' -]{0,34}", re.ASCII)  # no slash: banks refuse some
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)
_NO_PLAIN_LETTER = str.maketrans(
    {"ß": "ss", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l"}
    | {"Đ": "D", "đ": "d", "Þ": "Th", "þ": "th", "Ħ": "H", "ħ": "h", "ı": "i", "’": "'", "–": "-", "—": "-"}
)
_NOT_SEPA = re.compile(r"[^A-Za-z0-9/?:().,'+ -]", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class Payment:
    """One transfer: whole cents to a name and an IBAN, with a text, found again by its end-to-end id."""

    end_to_end_id: str
    cents: int
    name: str
    iban: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentFile:
    """A list: who pays from which account, when it was made (aware) and when the bank is asked to carry it out."""

    id: str
    created_at: dt.datetime
    execute_on: dt.date
    debtor: str
    iban: str
    payments: Sequence[Payment]
    bic: str = ""

    @property
    def total_cents(self) -> int:
        """The control sum, in cents."""
        return sum(payment.cents for payment in self.payments)


def sepa_text(text: str, most: int) -> str:
    """Write a text in SEPA's letters: accents dropped, other signs a space, at most `most` letters; perhaps empty."""
    plain = unicodedata.normalize("NFKD", text.translate(_NO_PLAIN_LETTER)).encode("ascii", "ignore").decode()
    return " ".join(_NOT_SEPA.sub(" ", plain).split())[:most].strip()


def write_payments(file: PaymentFile) -> bytes:
    """Return the document in UTF-8, the same bytes for the same list.

    Raises `ValueError` for what the bank would refuse: an empty list, an amount out of range, an account with wrong
    check digits, a name that no letter is left of, an id that is not unique.
    """
    _check(file)
    root = Element("Document", {"xmlns": NAMESPACE})
    start = SubElement(root, "CstmrCdtTrfInitn")
    _header(SubElement(start, "GrpHdr"), file)
    _instruction(SubElement(start, "PmtInf"), file)
    indent(root)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def _check(file: PaymentFile) -> None:
    if not file.payments:
        raise ValueError("an empty list")
    ids = [payment.end_to_end_id for payment in file.payments]
    if len(set(ids)) != len(ids):
        raise ValueError("end-to-end ids repeat")
    if not _ID.fullmatch(file.id):
        raise ValueError(f"no id: {file.id!r}")
    _check_account(file.iban)
    if file.bic and not _BIC.fullmatch(file.bic):
        raise ValueError(f"no BIC: {file.bic!r}")
    for payment in file.payments:
        _check_payment(payment)


def _check_account(iban: str) -> None:
    if not iban_number.is_valid(iban):
        raise ValueError(f"no account: {iban!r}")


def _check_payment(payment: Payment) -> None:
    _check_account(payment.iban)
    if not _ID.fullmatch(payment.end_to_end_id):
        raise ValueError(f"no id: {payment.end_to_end_id!r}")
    if type(payment.cents) is not int or not 1 <= payment.cents <= LARGEST_CENTS:
        raise ValueError(f"no amount: {payment.cents!r}")
    if not sepa_text(payment.name, LONGEST_NAME):
        raise ValueError(f"no name: {payment.name!r}")


def _say(parent: Element, path: str, text: str, **attributes: str) -> None:
    """Write a text at the end of a path of new elements."""
    for name in path.split("/"):
        parent = SubElement(parent, name)
    parent.text = text
    parent.attrib.update(attributes)


def _header(header: Element, file: PaymentFile) -> None:
    _say(header, "MsgId", file.id)
    _say(header, "CreDtTm", file.created_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _say(header, "NbOfTxs", str(len(file.payments)))
    _say(header, "CtrlSum", write_amount(file.total_cents))
    _say(header, "InitgPty/Nm", sepa_text(file.debtor, LONGEST_NAME))


def _instruction(element: Element, file: PaymentFile) -> None:
    _say(element, "PmtInfId", file.id)
    _say(element, "PmtMtd", "TRF")
    _say(element, "BtchBookg", "false")  # one line each on the statement, so that each is found again
    _say(element, "NbOfTxs", str(len(file.payments)))
    _say(element, "CtrlSum", write_amount(file.total_cents))
    _say(element, "PmtTpInf/SvcLvl/Cd", "SEPA")
    _say(element, "ReqdExctnDt/Dt", file.execute_on.isoformat())
    _say(element, "Dbtr/Nm", sepa_text(file.debtor, LONGEST_NAME))
    _say(element, "DbtrAcct/Id/IBAN", iban_number.compact(file.iban))
    if file.bic:
        _say(element, "DbtrAgt/FinInstnId/BICFI", file.bic)
    else:
        _say(element, "DbtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED")
    _say(element, "ChrgBr", "SLEV")
    for payment in file.payments:
        _transfer(SubElement(element, "CdtTrfTxInf"), payment)


def _transfer(element: Element, payment: Payment) -> None:
    _say(element, "PmtId/EndToEndId", payment.end_to_end_id)
    _say(element, "Amt/InstdAmt", write_amount(payment.cents), Ccy="EUR")
    _say(element, "Cdtr/Nm", sepa_text(payment.name, LONGEST_NAME))
    _say(element, "CdtrAcct/Id/IBAN", iban_number.compact(payment.iban))
    if text := sepa_text(payment.text, LONGEST_TEXT):
        _say(element, "RmtInf/Ustrd", text)
