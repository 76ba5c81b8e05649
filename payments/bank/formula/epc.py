"""The text of the QR code that banking apps read: EPC069-12, version 002, SEPA credit transfer."""

from __future__ import annotations

from stdnum import iban as iban_number
from stdnum import iso11649

LARGEST_CENTS = 99_999_999_999
LONGEST_NAME = 70
MOST_BYTES = 331


def epc_text(*, name: str, iban: str, cents: int, reference: str, bic: str = "") -> str:
    """Return the lines of the code: `cents` whole cents of euro to `iban` with a creditor reference of ISO 11649.

    The beneficiary's BIC may be left out within the EEA (version 002). Raises `ValueError` beyond the limits of the
    guideline: a name of 1 to 70 characters, € 0.01 to 999,999,999.99, 331 bytes in all.
    """
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise ValueError("the name has 1 to 70 printable characters")
    if type(cents) is not int or not 1 <= cents <= LARGEST_CENTS:
        raise ValueError("the amount is 0.01 to 999999999.99")
    if not iban_number.is_valid(iban) or not iso11649.is_valid(reference):
        raise ValueError("the account and the reference carry check digits")
    lines = ["BCD", "002", "1", "SCT", bic, name, iban_number.compact(iban), amount(cents), ""]
    text = "\n".join([*lines, iso11649.compact(reference)])
    if len(text.encode()) > MOST_BYTES:
        raise ValueError("the code holds at most 331 bytes")
    return text


def amount(cents: int) -> str:
    """Write whole cents as the guideline does: `EUR12.5` may be written, `EUR12.50` always is."""
    return f"EUR{cents // 100}.{cents % 100:02d}"
