"""The public export: every sealed transfer in chain order, and the check that anyone can do on it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import TYPE_CHECKING

from payments.ledger import formula
from payments.ledger.enums import Book
from payments.ledger.models import LedgerSeal

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = (
    "book", "seq", "transfer", "debit", "credit", "amount_cents", "code", "reference", "reverses", "posted_at",
    "digest", "previous_hash", "hash",
)  # fmt: skip


def _line(values: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def export_rows() -> Iterator[str]:
    """Yield CSV lines, the header first, book by book in the order of the seals."""
    yield _line(COLUMNS)
    for book in Book.values:
        seals = LedgerSeal.objects.filter(book=book).select_related("transfer").order_by("seq")
        for seal in seals.iterator(chunk_size=5_000):
            row = seal.transfer
            yield _line(
                (
                    book, seal.seq, row.pk, row.debit_id, row.credit_id, row.amount_cents, row.code, row.reference,
                    row.reverses_id or "", row.posted_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                    bytes(row.digest).hex(), bytes(seal.previous_hash).hex(), bytes(seal.hash).hex(),
                )
            )  # fmt: skip


def _recomputed(row: dict[str, str]) -> bytes:
    return formula.transfer_digest(
        formula.canonical_text(
            transfer_id=int(row["transfer"]),
            book=row["book"],
            debit=row["debit"],
            credit=row["credit"],
            amount_cents=int(row["amount_cents"]),
            code=row["code"],
            reference=row["reference"],
            reverses_id=int(row["reverses"]) if row["reverses"] else None,
            posted_at=dt.datetime.fromisoformat(row["posted_at"]),
        )
    )


def faults_in_file(path: str) -> Iterator[str]:
    """Check an export with nothing but itself: fields against digests, digests against the chain of each book."""
    chains: dict[str, list[formula.Seal]] = {}
    with Path(path).open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                link = formula.Seal(
                    int(row["seq"]),
                    bytes.fromhex(row["digest"]),
                    bytes.fromhex(row["previous_hash"]),
                    bytes.fromhex(row["hash"]),
                )
                fits = _recomputed(row) == link.digest
            except (KeyError, TypeError, ValueError):
                yield f"line {number} is not a transfer"
                continue
            if not fits:
                yield f"line {number}: the digest does not fit the fields"
            chains.setdefault(row["book"], []).append(link)
    for book, links in chains.items():
        broken = formula.first_broken_seal(book=book, seals=links)
        if broken is not None:
            yield f"book {book}: the chain of seals breaks at {broken}"
