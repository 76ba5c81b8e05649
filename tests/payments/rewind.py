"""A whole world that can be set back: the stand-in's books beside a savepoint of the database, and digests of rows.

Tests that try many things on one state build it once. The stand-in runs in threads of this process, over the same HTTP,
with its books in memory: setting them back is a copy of some hundred kilobytes.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction

from crowdfund.kit import clock
from payments.standin.service import Service
from tests.payments.bank import Bank
from tests.payments.standin.machine import Control, sdk


class Rewinding:
    """The stand-in, and the ways to keep its books and to go back to them."""

    def __init__(self, key: str) -> None:
        self._service = Service(":memory:")
        self._service.start()
        self.bank = Bank(self._service.url, Control(self._service.url), sdk(self._service.url, key=key).v1)

    def stop(self) -> None:
        self._service.stop()

    def keep(self) -> sqlite3.Connection:
        """Copy the books as they are."""
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        with self._store.reading():
            self._store._db.backup(kept)
        return kept

    def go_back(self, kept: sqlite3.Connection) -> None:
        """Put the books as they were kept, with their clock, and take every fault away."""
        with self._store.reading():
            kept.backup(self._store._db)
            self._store._endpoints = None
            self._service.desk.clock.offset = self._store.setting("clock_offset", 0)
        self._service.desk.faults.replace({})

    @property
    def _store(self) -> Any:
        return self._service.desk.store

    def at(self, moment: dt.datetime) -> None:
        """Move both clocks, ours and the stand-in's, to a moment; what is due there by then happens."""
        offset = moment - clock.real_now()
        clock.move(offset)
        self.bank.control("clock", offset=int(offset.total_seconds()))


@contextmanager
def undone(rewinding: Rewinding | None = None, kept: sqlite3.Connection | None = None) -> Iterator[None]:
    """Undo whatever happens inside: by a savepoint, and by the books kept at the stand-in."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
            if rewinding and kept:
                rewinding.go_back(kept)


def digests(*tables: type[models.Model]) -> dict[str, str]:
    """Digest every row of some tables, by table, in one statement."""
    parts = [
        f"SELECT '{table.__name__}', md5(coalesce(string_agg(md5(t::text), '' ORDER BY t::text), '')) "
        f'FROM "{table._meta.db_table}" t'
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())
