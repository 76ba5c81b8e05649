"""What the public gets of the ledger: the export of every sealed transfer, the proof of one, and how to check them."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from pathlib import Path
from typing import TYPE_CHECKING

from payments.ledger import formula
from payments.ledger.enums import Book
from payments.ledger.models import DailyRoot, LedgerSeal
from payments.ledger.selectors import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.ledger.models import LedgerTransfer

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


@dataclasses.dataclass(frozen=True)
class Proof:
    """That a transfer is in the ledger: its text, its place, and the hashes that lead from it to its day's root."""

    book: str
    seq: int
    day: dt.date
    text: str
    digest: bytes
    seal: bytes
    index: int
    size: int
    path: tuple[bytes, ...]
    root: bytes

    @property
    def holds(self) -> bool:
        """Whether the text leads to the root; worked out anew each time."""
        return formula.proof_holds(
            text=self.text, index=self.index, size=self.size, path=self.path, root=self.root
        )

    @property
    def steps(self) -> list[str]:
        """The hashes on the way to the root in hexadecimal, lowest first."""
        return [sibling.hex() for sibling in self.path]

    def as_data(self) -> dict[str, str | int | list[str]]:
        """Give it as JSON takes it: hashes in hexadecimal."""
        return {
            "book": self.book,
            "seq": self.seq,
            "day": self.day.isoformat(),
            "text": self.text,
            "digest": self.digest.hex(),
            "seal": self.seal.hex(),
            "index": self.index,
            "size": self.size,
            "path": self.steps,
            "root": self.root.hex(),
        }


def proof_of(transfer: LedgerTransfer) -> Proof | None:
    """Prove that a transfer is in its day's tree. None until the day is over and its root is written.

    Reads the digests of that one day.
    """
    seal = LedgerSeal.objects.filter(transfer=transfer).first()
    day = DailyRoot.objects.filter(book=seal.book, day=seal.sealed_on).first() if seal else None
    if seal is None or day is None:
        return None
    digests = LedgerSeal.objects.filter(book=seal.book, seq__gte=day.first_seq, seq__lte=day.last_seq)
    entries = list(
        formula.day_entries(
            previous_root=bytes(day.previous_root),
            digests=map(bytes, digests.order_by("seq").values_list("transfer__digest", flat=True)),
        )
    )
    text = text_of(transfer)
    index = seal.seq - day.first_seq + 1  # entry 0 is the root of the day before
    return Proof(
        book=seal.book,
        seq=seal.seq,
        day=seal.sealed_on,
        text=text,
        digest=formula.transfer_digest(text),
        seal=bytes(seal.hash),
        index=index,
        size=len(entries),
        path=tuple(formula.inclusion_proof(entries, index)),
        root=bytes(day.root),
    )


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
