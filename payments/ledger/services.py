"""The two writes of the ledger: a transfer, and the seals over what has been committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from crowdfund.kit import clock
from payments.ledger import formula
from payments.ledger.enums import Book
from payments.ledger.models import DailyRoot, LedgerAccount, LedgerSeal, LedgerTransfer
from payments.ledger.signals import transfer_posted

if TYPE_CHECKING:
    import datetime as dt

SEAL_BATCH = 5_000
SEAL_LOCK = {Book.CASH: 7_301, Book.BUDGET: 7_302}


def _open(book: Book, *codes: str) -> None:
    """Make the accounts that don't exist yet."""
    LedgerAccount.objects.bulk_create(
        [LedgerAccount(code=code, book=book) for code in codes], ignore_conflicts=True
    )


def post(
    *,
    book: Book,
    debit: str,
    credit: str,
    amount_cents: int,
    code: str,
    reference: str,
    now: dt.datetime,
) -> LedgerTransfer:
    """Append one transfer of `amount_cents` (whole cents, positive) from `credit` to `debit`.

    `code` names the business event, `reference` the row it comes from; the pair is unique, so that no event is ever
    booked twice: raises `IntegrityError`. Call it inside the transaction of the deed.
    """
    _open(book, debit, credit)
    made = LedgerTransfer.objects.create(
        book=book,
        debit_id=debit,
        credit_id=credit,
        amount_cents=amount_cents,
        code=code,
        reference=reference,
        posted_at=now,
    )
    transfer_posted.send(sender=LedgerTransfer, transfer=made)
    return made


def reverse(*, transfer: LedgerTransfer, reference: str, now: dt.datetime) -> LedgerTransfer:
    """Append the same pair swapped, naming what it reverses. A transfer is reversed once: `IntegrityError`."""
    made = LedgerTransfer.objects.create(
        book=transfer.book,
        debit_id=transfer.credit_id,
        credit_id=transfer.debit_id,
        amount_cents=transfer.amount_cents,
        code=transfer.code,
        reference=reference,
        reverses=transfer,
        posted_at=now,
    )
    transfer_posted.send(sender=LedgerTransfer, transfer=made)
    return made


def seal(*, book: Book, now: dt.datetime, limit: int = SEAL_BATCH) -> int:
    """Append seals for committed transfers that have none; return how many.

    One sealer a book at a time, under an advisory lock; order is the order of sealing, not of ids, so a transfer that
    commits late is sealed later and never skipped.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK[book]])
            if not cursor.fetchone()[0]:
                return 0
        fresh = list(
            LedgerTransfer.objects.filter(book=book, seal__isnull=True)
            .order_by("id")
            .values_list("id", "digest")[:limit]
        )
        if not fresh:
            return 0
        last = LedgerSeal.objects.filter(book=book).order_by("-seq").first()
        chain = formula.seal_chain(
            digests=(bytes(digest) for _id, digest in fresh),
            first_seq=last.seq + 1 if last else 1,
            previous_hash=bytes(last.hash) if last else formula.genesis_hash(book),
        )
        # the civil day of sealing, never before the last one's: a day whose root is written gets no more seals
        day = max(now.date(), last.sealed_on) if last else now.date()
        root = DailyRoot.objects.filter(book=book).order_by("-day").first()
        if root and root.day >= day:
            day = root.day + root.day.resolution
        LedgerSeal.objects.bulk_create(
            LedgerSeal(
                transfer_id=pk,
                book=book,
                seq=link.seq,
                previous_hash=link.previous_hash,
                hash=link.hash,
                sealed_on=day,
            )
            for (pk, _digest), link in zip(fresh, chain, strict=True)
        )
    return len(fresh)


def close_days(*, book: Book, now: dt.datetime) -> int:
    """Write the Merkle root of every finished day that has seals and no root yet; return how many."""
    written = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK[book]])
        last = DailyRoot.objects.filter(book=book).order_by("-day").first()
        seals = LedgerSeal.objects.filter(book=book, sealed_on__lt=now.date())
        if last:
            seals = seals.filter(sealed_on__gt=last.day)
        for day in seals.order_by("sealed_on").values_list("sealed_on", flat=True).distinct():
            last = _close_day(book, day, last)
            written += 1
    return written


def _close_day(book: Book, day: dt.date, last: DailyRoot | None) -> DailyRoot:
    rows = list(
        LedgerSeal.objects.filter(book=book, sealed_on=day)
        .order_by("seq")
        .values_list("seq", "transfer__digest")
    )
    before = bytes(last.root) if last else formula.EMPTY_ROOT
    entries = formula.day_entries(previous_root=before, digests=(bytes(digest) for _seq, digest in rows))
    return DailyRoot.objects.create(
        book=book,
        day=day,
        first_seq=rows[0][0],
        last_seq=rows[-1][0],
        previous_root=before,
        root=formula.merkle_root(entries),
    )


def seal_all() -> int:
    """Seal what is committed in both books and close finished days; return how many transfers were sealed."""
    now = clock.now()
    sealed = sum(seal(book=book, now=now) for book in Book)
    for book in Book:
        close_days(book=book, now=now)
    return sealed
