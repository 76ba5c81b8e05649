"""Balances: sums over transfers, always."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, Sum

from payments.ledger import formula
from payments.ledger.enums import Book
from payments.ledger.models import DailyRoot, LedgerSeal, LedgerTransfer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BALANCES = """
SELECT account, sum(cents)::bigint FROM (
  SELECT debit_id AS account, amount_cents AS cents FROM ledger_ledgertransfer
  UNION ALL
  SELECT credit_id, -amount_cents FROM ledger_ledgertransfer
) moves WHERE account LIKE ANY(%s) GROUP BY account
"""


def debit_balance(code: str) -> int:
    """Return debits minus credits of one account, in cents: positive for assets, costs and steps of the ladder."""
    sums = LedgerTransfer.objects.filter(Q(debit=code) | Q(credit=code)).aggregate(
        debits=Sum("amount_cents", filter=Q(debit=code), default=0),
        credits=Sum("amount_cents", filter=Q(credit=code), default=0),
    )
    return int(sums["debits"] - sums["credits"])


def credit_balance(code: str) -> int:
    """Return credits minus debits of one account, in cents: positive for what we owe or hold for others."""
    return -debit_balance(code)


def balances(*prefixes: str) -> dict[str, int]:
    """Return account code → debits minus credits, in cents, for every account whose code starts with a prefix."""
    patterns = [
        prefix.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%" for prefix in prefixes
    ]
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, [patterns or ["%"]])
        return {code: int(cents) for code, cents in cursor.fetchall()}


def text_of(transfer: LedgerTransfer) -> str:
    """Write a transfer as its canonical text."""
    return formula.canonical_text(
        transfer_id=transfer.pk,
        book=transfer.book,
        debit=transfer.debit_id,
        credit=transfer.credit_id,
        amount_cents=transfer.amount_cents,
        code=transfer.code,
        reference=transfer.reference,
        reverses_id=transfer.reverses_id,
        posted_at=transfer.posted_at,
    )


def transfers_of(codes: Iterable[str]) -> list[LedgerTransfer]:
    """Return every transfer that touches one of these accounts, oldest first."""
    wanted = list(codes)
    return list(LedgerTransfer.objects.filter(Q(debit__in=wanted) | Q(credit__in=wanted)).order_by("id"))


def newest_transfers(code: str, limit: int = 50) -> list[LedgerTransfer]:
    """Return the transfers that touch one account, newest first."""
    return list(LedgerTransfer.objects.filter(Q(debit=code) | Q(credit=code)).order_by("-id")[:limit])


def booked(code: str, reference: str) -> list[LedgerTransfer]:
    """Return what was booked for an event under a reference, or under one for each pot it was split over (`…:f3`)."""
    named = Q(reference=reference) | Q(reference__startswith=f"{reference}:f")
    return list(LedgerTransfer.objects.filter(named, code=code, reverses__isnull=True).order_by("id"))


def faults() -> Iterator[str]:
    """Walk the whole ledger and yield a sentence for each thing that does not hold; nothing when all is well.

    Checked: each transfer's digest against its own fields, the chain of seals of each book, the Merkle root of each
    closed day, and the balances of the budget book (all but control are ≥ 0).
    """
    for book in Book.values:
        yield from _broken_digests(book)
        yield from _broken_chain(book)
        yield from _broken_roots(book)
    for code, cents in sorted(balances().items()):
        if cents < 0 and _is_step(code):
            yield f"account {code} is negative: {cents}"


def _is_step(code: str) -> bool:
    return code.split(":", maxsplit=1)[0] in {
        "programmed",
        "admitted",
        "fund",
        "reserved",
        "bound",
        "disbursed",
    }


def _broken_digests(book: str) -> Iterator[str]:
    for row in LedgerTransfer.objects.filter(book=book).order_by("id").iterator(chunk_size=5_000):
        text = text_of(row)
        if bytes(row.digest) != formula.transfer_digest(text):
            yield f"transfer {row.pk}: its digest does not fit its fields"


def _broken_chain(book: str) -> Iterator[str]:
    seals = (
        LedgerSeal.objects.filter(book=book)
        .order_by("seq")
        .values_list("seq", "transfer__digest", "previous_hash", "hash")
        .iterator(chunk_size=5_000)
    )
    links = (
        formula.Seal(seq, bytes(digest), bytes(before), bytes(link)) for seq, digest, before, link in seals
    )
    broken = formula.first_broken_seal(book=book, seals=links)
    if broken is not None:
        yield f"book {book}: the chain of seals breaks at {broken}"


def _broken_roots(book: str) -> Iterator[str]:
    before = formula.EMPTY_ROOT
    for root in DailyRoot.objects.filter(book=book).order_by("day"):
        digests = (
            LedgerSeal.objects.filter(book=book, seq__gte=root.first_seq, seq__lte=root.last_seq)
            .order_by("seq")
            .values_list("transfer__digest", flat=True)
        )
        entries = formula.day_entries(previous_root=before, digests=(bytes(digest) for digest in digests))
        if bytes(root.previous_root) != before or bytes(root.root) != formula.merkle_root(entries):
            yield f"book {book}: the root of {root.day} does not fit its seals"
        before = bytes(root.root)
