"""Idempotency keys (Docs: API reference, Idempotent requests).

A result is stored once execution has begun, whether it succeeded, was declined or broke, and replayed for 24
hours; requests that fail checking, authentication or the rate limit store nothing.
"""

import hashlib
import json
import threading
from dataclasses import dataclass
from typing import Any

from payments.standin.errors import IDEMPOTENCY_ERROR, ApiError, Body
from payments.standin.store import Store

KEPT_FOR = 24 * 3600
LONGEST_KEY = 255


@dataclass(frozen=True)
class Stored:
    """A result to replay."""

    status: int
    body: str


def fingerprint(method: str, path: str, params: Body) -> str:
    """What must be the same for a key to mean the same request."""
    text = json.dumps([method, path, params], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Keys:
    """The stored results and the keys under way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._under_way: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def begin(self, account: str, key: str, mark: str, now: int) -> Stored | None:
        """Claim a key. A stored result is returned and nothing claimed; otherwise `finish` must follow.

        Raises a 400 when the key was used with other parameters, a 409 while the first request is under way.
        """
        if len(key) > LONGEST_KEY:
            raise ApiError(f"Idempotency keys may have at most {LONGEST_KEY} characters.")
        with self._lock:
            if (account, key) in self._under_way:
                raise ApiError(
                    f"There is currently another in-progress request using this idempotency key ({key}).",
                    status=409,
                    kind=IDEMPOTENCY_ERROR,
                    code="idempotency_key_in_use",
                )
            stored = self._stored(account, key, mark, now)
            if stored is None:
                self._under_way.add((account, key))
            return stored

    def _stored(self, account: str, key: str, mark: str, now: int) -> Stored | None:
        with self._store.reading():
            row = self._store.execute(
                "SELECT fingerprint, status, body FROM idempotency WHERE account = ? AND key = ? AND created > ?",
                account,
                key,
                now - KEPT_FOR,
            ).fetchone()
        if row is None:
            return None
        if row[0] != mark:
            raise ApiError(
                f"The idempotency key '{key}' was first used with other parameters; a key means one request.",
                kind=IDEMPOTENCY_ERROR,
            )
        return Stored(row[1], row[2])

    def save(self, account: str, key: str, mark: str, now: int, result: Stored) -> None:
        """Remember a result, inside the transaction of its effects."""
        values: tuple[Any, ...] = (account, key, mark, result.status, result.body, now)
        self._store.execute("INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?)", *values)

    def finish(self, account: str, key: str) -> None:
        """Let the key go; from here it is replayed."""
        with self._lock:
            self._under_way.discard((account, key))
