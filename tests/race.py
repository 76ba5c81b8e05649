"""Races on the real database: the same work in several threads, each with a connection of its own, let go at once."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connections

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 30


def _connect() -> None:
    """Open this thread's connection; where the server has none left, those of the race before are just going."""
    until = time.monotonic() + SECONDS / 2
    while True:
        try:
            connections["default"].ensure_connection()
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def race(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(n)` for n below `count` at the same time; return what each gave back, or its exception."""
    gate = threading.Barrier(count)
    ends: list[Any] = [TimeoutError("never ended")] * count

    def run(n: int) -> None:
        try:
            _connect()  # so that all start from the same line
            gate.wait(SECONDS)
            ends[n] = work(n)
        except Exception as error:  # noqa: BLE001 - the test looks at each end
            ends[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    return ends
