"""Money that is on its way to our account, and money that was booked, in or out, before the bank told of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from payments import postings
from payments.enums import ProposalStatus
from payments.ledger.models import LedgerTransfer
from payments.models import OtherWay, Refund

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from payments.bank.models import BankLine

SHORTEST = 4
"""Letters and digits of a reference below which finding it in a line says nothing."""

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


def booked_before(cents: int, *, credit: bool = True) -> Sequence[LedgerTransfer]:
    """Return what came in (or left) with exactly `cents`, booked by somebody and with no line yet, oldest first."""
    unshown = LedgerTransfer.objects.filter(
        amount_cents=cents, reverses__isnull=True, reversal__isnull=True, bank_line__isnull=True
    ).order_by("pk")
    if not credit:
        return list(
            unshown.filter(code="refund_paid", credit=postings.BANK, reference__in=_paid_another_way())
        )
    arrived = unshown.filter(code__in=BOOKED_ELSEWHERE, debit=postings.BANK)
    return list(arrived.exclude(reference__startswith="bank_line:"))


def _paid_another_way() -> QuerySet[Refund, str]:
    """Select the bookings of refunds that two people say were paid from our account, and no list of transfers paid."""
    paid = Refund.objects.filter(other_ways__status=ProposalStatus.APPROVED).exclude(paid_reference="")
    return paid.values_list("paid_reference", flat=True)


def paid_another_way(line: BankLine) -> LedgerTransfer | None:
    """Find the refund paid another way that a debit shows: its amount, and its reference somewhere in the line.

    None while no refund, or more than one, fits: then two people say it.
    """
    said = _plain(f"{line.text} {line.end_to_end_id} {line.servicer_reference}")
    booked = booked_before(line.amount_cents, credit=False)
    proofs = OtherWay.objects.filter(
        status=ProposalStatus.APPROVED, refund__paid_reference__in=[row.reference for row in booked]
    ).values_list("refund__paid_reference", "proof")
    named = {
        reference for reference, proof in proofs if len(_plain(proof)) >= SHORTEST and _plain(proof) in said
    }
    found = [row for row in booked if row.reference in named]
    return found[0] if len(found) == 1 else None


def _plain(text: str) -> str:
    """Write a text as banks do not agree to: capitals and digits only."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())
