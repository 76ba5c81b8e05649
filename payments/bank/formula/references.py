"""The creditor reference of ISO 11649: `RF`, two check digits, up to 21 letters and digits."""

from __future__ import annotations

import re

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

OUR_DIGITS = 12
"""Digits after the check digits of the references we give: four groups of four in all, easy to copy by hand."""
LONGEST = 25
SHORTEST = 5
_SEPARATOR = r"[\s.,/:\-]*"
_START = re.compile(rf"RF{_SEPARATOR}[0-9]", re.IGNORECASE)
_NOT_IN_ONE = re.compile(r"[\s.,/:\-]+")


def creditor_reference(body: str) -> str:
    """Return the reference of `body` (1 to 21 letters and digits), check digits by ISO 7064 mod 97-10.

    Raises `ValueError` for a body that is no part of a reference.
    """
    if not re.fullmatch(r"[A-Z0-9]{1,21}", body):
        raise ValueError("a reference is made of 1 to 21 capital letters and digits")
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


def clean_reference(text: str) -> str:
    """Return a reference without the spaces people write in it; empty when its check digits are wrong."""
    found = str(iso11649.compact(text))
    return found if found.isascii() and found.isalnum() and iso11649.is_valid(found) else ""


def in_groups(reference: str) -> str:
    """Write a reference (or an IBAN) in groups of four, as it is printed."""
    return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))


def find_references(text: str) -> tuple[str, ...]:
    """Return every valid reference that can be read in a text, longest first at each place.

    Banks and people write spaces, line ends and points inside a reference and text right after it, so where one ends
    is not known: each length whose check digits are right is returned. A wrong one is among them once in 97 tries;
    whoever asks keeps those that were really given out.
    """
    found: dict[str, None] = {}
    for start in _START.finditer(text):
        rest = _NOT_IN_ONE.sub("", text[start.start() : start.start() + 4 * LONGEST]).upper()
        run = re.match(r"[A-Z0-9]+", rest, re.ASCII)
        whole = run.group()[:LONGEST] if run else ""
        for length in range(len(whole), SHORTEST - 1, -1):
            if candidate := clean_reference(whole[:length]):
                found[candidate] = None
    return tuple(found)
