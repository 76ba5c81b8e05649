"""The stand-in's books: one SQLite file, one connection, one lock.

Objects are kept as the API's own JSON. Every change happens inside `transaction()`; nothing that waits (a webhook,
an artificial delay) runs while it is held.
"""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from payments.standin.errors import Body

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT, key TEXT, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    created INTEGER NOT NULL, PRIMARY KEY (account, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS balance_entries (
    account TEXT NOT NULL, balance_transaction TEXT NOT NULL, currency TEXT NOT NULL, net INTEGER NOT NULL,
    available_on INTEGER NOT NULL, PRIMARY KEY (account, balance_transaction)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS schedule (
    id INTEGER PRIMARY KEY, due INTEGER NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS schedule_due ON schedule (due);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, event TEXT NOT NULL, endpoint TEXT NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL, first_due REAL NOT NULL,
    leased_until REAL NOT NULL DEFAULT 0, last_status INTEGER, last_error TEXT);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due);
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
"""

#: What lists are filtered by often enough to be worth an index, as paths in the object.
_INDEXED: dict[str, tuple[str, ...]] = {
    "charge": ("payment_intent",),
    "checkout.session": ("customer", "payment_intent", "setup_intent"),
    "payment_intent": ("customer",),
    "mandate": ("payment_method",),
    "payment_method": ("customer",),
    "refund": ("charge",),
    "transfer": ("transfer_group",),
    "transfer_reversal": ("transfer",),
    "balance_transaction": ("source", "type"),
    "bank_account": ("_standin.owner",),
    "event": ("type",),
    "dispute": ("charge",),
}

_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


def new_id(prefix: str, length: int = 24) -> str:
    """An id in the API's form, `prefix_` and letters and digits: the time first, then chance.

    As with the API's own, ids made after one another stand side by side, which keeps the index small to write.
    """
    moment = time.time_ns() // 1_000_000
    start = bytes(_ALPHABET[moment // 62**power % 62] for power in range(6, -1, -1))
    chance = secrets.token_bytes(length - len(start)).translate(_LETTERS)
    return f"{prefix}_{(start + chance).decode()}"


_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Store:
    """The SQLite file. Its methods must be called inside `transaction()`."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._endpoints: list[Body] | None = None
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        # A kill of the process loses nothing; only a crash of the machine could lose the last second.
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA cache_size=-65536")
        self._db.execute("PRAGMA wal_autocheckpoint=8000")
        self._db.executescript(_SCHEMA)
        for kind, fields in _INDEXED.items():
            for field in fields:
                self._db.execute(
                    f"CREATE INDEX IF NOT EXISTS objects_{kind.replace('.', '_')}_{field.replace('.', '_')} "
                    f"ON objects (json_extract(body, '$.{field}'), seq) WHERE kind = '{kind}'"
                )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written, or nothing."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._endpoints = None
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside a transaction: an exception undoes only what was done since."""
        self._db.execute("SAVEPOINT inner_step")
        try:
            yield
        except BaseException:
            self._endpoints = None
            self._db.execute("ROLLBACK TO inner_step")
            self._db.execute("RELEASE inner_step")
            raise
        self._db.execute("RELEASE inner_step")

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """One statement."""
        return self._db.execute(sql, values)

    def put(self, body: Body) -> Body:
        """Write an object, new or changed."""
        if body["object"] == "webhook_endpoint":
            self._endpoints = None
        self._db.execute(
            "INSERT INTO objects (id, kind, created, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (body["id"], body["object"], body.get("created") or 0, _encode(body)),
        )
        return body

    def get(self, object_id: str) -> Body | None:
        """One object by id, of any kind."""
        row = self._db.execute("SELECT body FROM objects WHERE id = ?", (object_id,)).fetchone()
        return None if row is None else json.loads(row[0])

    def remove(self, object_id: str) -> None:
        """Forget an object (only what the API itself deletes)."""
        self._endpoints = None
        self._db.execute("DELETE FROM objects WHERE id = ?", (object_id,))

    def endpoints(self) -> list[Body]:
        """The webhook endpoints, remembered because every event asks."""
        if self._endpoints is None:
            self._endpoints = self.find("webhook_endpoint")
        return self._endpoints

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Look only, at one moment."""
        with self._lock:
            yield

    def position(self, object_id: str) -> int | None:
        """Where an object stands in the order of creation."""
        row = self._db.execute("SELECT seq FROM objects WHERE id = ?", (object_id,)).fetchone()
        return None if row is None else int(row[0])

    def find(
        self,
        kind: str,
        where: Mapping[str, Any] | None = None,
        *,
        conditions: tuple[tuple[str, Any], ...] = (),
        limit: int | None = None,
        ascending: bool = False,
    ) -> list[Body]:
        """Objects of a kind, newest first, by equality of fields and further SQL conditions."""
        sql = f"SELECT body FROM objects WHERE kind = '{kind}'"
        values: list[Any] = []
        for field, value in (where or {}).items():
            sql += f" AND json_extract(body, '$.{field}') = ?"
            values.append(value)
        for condition, value in conditions:
            sql += f" AND {condition}"
            values.extend(value if isinstance(value, list) else [value])
        sql += f" ORDER BY seq {'ASC' if ascending else 'DESC'}"
        if limit is not None:
            sql += f" LIMIT {int(limit)}"
        return [json.loads(row[0]) for row in self._db.execute(sql, values)]

    def setting(self, name: str, default: Any = None) -> Any:
        """A remembered setting, as JSON."""
        row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def remember(self, name: str, value: Any) -> None:
        """Write a setting."""
        self._db.execute(
            "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, json.dumps(value)),
        )

    def close(self) -> None:
        """Stop; the file is complete."""
        with self._lock:
            self._db.close()
