"""How a transfer becomes a text, a digest, a seal and a leaf, so that anyone can verify the ledger.

Everything here can be done again with `sha256sum`: a digest is the sha256 of a line of text, a seal is the
sha256 of a line that holds the digest and the seal before, a day's root is an RFC 6962 Merkle tree.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, NamedTuple

SEPARATOR: Final = "|"

DIGEST_SQL: Final = """\
sha256(convert_to(
  {row}.id::text
  || '|' || {row}.book
  || '|' || {debit}
  || '|' || {credit}
  || '|' || {row}.amount_cents::text
  || '|' || {row}.code
  || '|' || {row}.reference
  || '|' || coalesce({row}.reverses_id::text, '')
  || '|' || to_char({row}.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  'UTF8'))"""
"""The digest in PostgreSQL, for the BEFORE INSERT trigger: `DIGEST_SQL.format(row="NEW", debit=…, credit=…)`,
where debit and credit are expressions that give the accounts' codes.

It joins with `||` and not with concat_ws, which would skip a NULL and shift the fields: here a NULL in a
field that must not be empty makes the whole digest NULL, and the column refuses it.
"""


def canonical_text(
    *,
    transfer_id: int,
    book: str,
    debit: str,
    credit: str,
    amount_cents: int,
    code: str,
    reference: str,
    reverses_id: int | None,
    posted_at: datetime,
) -> str:
    """Write a transfer as one line: its fields joined by `|`, in this order, and nothing else.

    Integers in decimal, the account codes as they are, nothing for a transfer that reverses none, the time
    in UTC to the microsecond (`2026-11-22T12:49:00.000000Z`). No field may hold a `|`: two transfers would
    share one text. The same text is made by DIGEST_SQL.

    Raises ValueError for a `|` in a field or a time without a zone.
    """
    if posted_at.tzinfo is None:
        raise ValueError("posted_at needs a time zone")
    names = (book, debit, credit, code, reference)
    if any(SEPARATOR in name for name in names):
        raise ValueError(f"a field of a transfer holds a {SEPARATOR!r}")
    moment = posted_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    reverses = "" if reverses_id is None else str(reverses_id)
    return SEPARATOR.join(
        (str(transfer_id), book, debit, credit, str(amount_cents), code, reference, reverses, moment)
    )


def transfer_digest(text: str) -> bytes:
    """Sha256 of a transfer's canonical text in UTF-8: what seals and leaves are built from."""
    return sha256(text.encode()).digest()


def genesis_hash(book: str) -> bytes:
    """What stands before a book's first seal: sha256 of the book's name, so that no chain fits two books."""
    return sha256(book.encode()).digest()


def seal_hash(*, seq: int, previous_hash: bytes, digest: bytes) -> bytes:
    """Sha256 of `seq|previous hash|digest`, both in lower-case hexadecimal. `seq` starts from 1 in a book."""
    return sha256(f"{seq}|{previous_hash.hex()}|{digest.hex()}".encode()).digest()


class Seal(NamedTuple):
    """One link of a book's chain."""

    seq: int
    digest: bytes
    previous_hash: bytes
    hash: bytes


def seal_chain(*, digests: Iterable[bytes], first_seq: int, previous_hash: bytes) -> Iterator[Seal]:
    """Chain digests in order, from the seal before them (or `genesis_hash` when first_seq is 1)."""
    for seq, digest in enumerate(digests, start=first_seq):
        sealed = seal_hash(seq=seq, previous_hash=previous_hash, digest=digest)
        yield Seal(seq, digest, previous_hash, sealed)
        previous_hash = sealed


def first_broken_seal(*, book: str, seals: Iterable[Seal]) -> int | None:
    """Follow a book's whole chain from its first seal; the place (from 1) of the first that doesn't hold.

    A link holds when its number follows on, it names the hash before it, and its own hash is right. None
    when the chain is whole.
    """
    previous_hash = genesis_hash(book)
    for place, seal in enumerate(seals, start=1):
        expected = seal_hash(seq=place, previous_hash=previous_hash, digest=seal.digest)
        if seal != Seal(place, seal.digest, previous_hash, expected):
            return place
        previous_hash = expected
    return None


EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree with no leaves (RFC 6962, 2.1), which stands before the first day."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash a leaf: sha256 of a zero byte and the entry (RFC 6962, 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one: sha256 of a one byte, the left and the right hash (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def day_entries(*, previous_root: bytes, digests: Iterable[bytes]) -> Iterator[bytes]:
    """List the entries of a day's tree: the root of the day before, then each sealed digest by seq."""
    yield previous_root
    yield from digests


def merkle_root(entries: Iterable[bytes]) -> bytes:
    """Root of the RFC 6962 tree over entries, in one pass and with memory for one hash a level."""
    peaks: list[tuple[int, bytes]] = []  # full subtrees from the left, each smaller than the one before
    for entry in entries:
        size, right = 1, leaf_hash(entry)
        while peaks and peaks[-1][0] == size:
            right = node_hash(peaks.pop()[1], right)
            size *= 2
        peaks.append((size, right))
    if not peaks:
        return EMPTY_ROOT
    root = peaks.pop()[1]
    while peaks:
        root = node_hash(peaks.pop()[1], root)
    return root


def inclusion_proof(entries: Sequence[bytes], index: int) -> list[bytes]:
    """List the hashes that lead from the leaf at `index` to the root, lowest first (RFC 6962, 2.1.1).

    Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < len(entries):
        raise IndexError(f"no leaf {index} in a tree of {len(entries)}")
    proof: list[bytes] = []
    start, end = 0, len(entries)
    while end - start > 1:
        middle = start + _left_size(end - start)
        if index < middle:
            proof.append(merkle_root(entries[middle:end]))
            end = middle
        else:
            proof.append(merkle_root(entries[start:middle]))
            start = middle
    return proof[::-1]


def _left_size(size: int) -> int:
    """Largest power of two smaller than size: how many leaves hang on the left (RFC 6962, 2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_holds(*, entry: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Verify that `entry` is leaf `index` of the tree of `size` leaves with that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, reached = index, size - 1, leaf_hash(entry)
    for sibling in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            reached = node_hash(sibling, reached)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            reached = node_hash(reached, sibling)
        place, last = place // 2, last // 2
    return last == 0 and reached == root


def proof_holds(*, text: str, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Verify, from a transfer's canonical text alone, that it is entry `index` of the day with that root.

    Entry 0 of a day is the root of the day before, so a transfer is at 1 or after. Whoever holds a root that was
    published knows from it that nothing of that day, or of any day before, was changed since.
    """
    return index > 0 and inclusion_holds(
        entry=transfer_digest(text), index=index, size=size, proof=path, root=root
    )
