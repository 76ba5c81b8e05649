"""Races on the real database: the same work in several threads, each with a connection of its own, let go at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 30


def race(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(n)` for n below `count` at the same time; return what each gave back, or its exception."""
    gate = threading.Barrier(count)
    ends: list[Any] = [TimeoutError("never ended")] * count

    def run(n: int) -> None:
        try:
            connections["default"].ensure_connection()  # so that all start from the same line
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
