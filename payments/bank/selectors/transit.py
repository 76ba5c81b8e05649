"""Money that is on its way to our account, and money whose arrival was booked before the bank told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments import postings
from payments.ledger.models import LedgerTransfer

if TYPE_CHECKING:
    from collections.abc import Sequence

SENT = {"stripe_to_bank": ("stripe_to_bank", ":bank"), "cash_sent": ("cash_banked", "")}
"""Code of what left → code of its arrival, and what is added to its reference."""


def arrival_of(sent: LedgerTransfer) -> tuple[str, str]:
    """Name the transfer (code, reference) that books the arrival of what was sent."""
    code, added = SENT[sent.code]
    return code, sent.reference + added


def in_transit(cents: int | None = None) -> Sequence[LedgerTransfer]:
    """Return what is on its way (of exactly `cents`, if given), oldest first."""
    sent = LedgerTransfer.objects.filter(
        code__in=list(SENT), debit=postings.TRANSIT, reverses__isnull=True, reversal__isnull=True
    ).order_by("pk")
    if cents is not None:
        sent = sent.filter(amount_cents=cents)
    rows = list(sent)
    wanted = [arrival_of(row) for row in rows]
    there = set(
        LedgerTransfer.objects.filter(
            code__in={code for code, _reference in wanted},
            reference__in=[reference for _code, reference in wanted],
            credit=postings.TRANSIT,
            reverses__isnull=True,
        ).values_list("code", "reference")
    )
    return [row for row, arrival in zip(rows, wanted, strict=True) if arrival not in there]


BOOKED_ELSEWHERE = (
    "own_advance",
    "receivable_paid",
    "sponsor_received",
    "match_returned",
    "cash_banked",
    "stripe_to_bank",
)


def booked_before(cents: int) -> Sequence[LedgerTransfer]:
    """Return the arrivals of exactly `cents` that somebody has booked and no line stands for, oldest first."""
    return list(
        LedgerTransfer.objects.filter(
            code__in=BOOKED_ELSEWHERE,
            debit=postings.BANK,
            amount_cents=cents,
            reverses__isnull=True,
            reversal__isnull=True,
            bank_line__isnull=True,
        )
        .exclude(reference__startswith="bank_line:")
        .order_by("pk")
    )
