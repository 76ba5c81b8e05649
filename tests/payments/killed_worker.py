"""A worker that dies at a named step, as a process of its own: `python -m tests.payments.killed_worker`.

It reads orders from its standard input, a line of JSON each, forks a child for each, lets the child do the work and
says how the child ended. The child kills itself, and nobody else, with SIGKILL: no handler runs, nothing is rolled back
but what the database rolls back by itself.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

SENT = "unknown"  # the status of what was sent and is not known yet
STEPS = (
    "before-it-is-marked-sent",  # inside the transaction, before its commit
    "after-it-is-marked-sent",  # committed, and nothing called yet
    "before-the-call",  # about to write to the socket
    "after-the-call",  # the answer has come and nothing is done with it
    "before-the-answer-is-kept",  # all is written, before the commit
    "after-the-answer-is-kept",  # committed, and the worker says no more
)


def die() -> None:
    """Stop here, at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def watch_commits(
    connection: BaseDatabaseWrapper, order: dict[str, Any], *, before: bool, status: str
) -> None:
    """Die around the commit that brings the row into a status."""
    commit = connection.commit

    def has_reached() -> bool:
        with connection.connection.cursor() as cursor:
            cursor.execute(f'SELECT status FROM "{order["table"]}" WHERE id = %s', [order["row"]])
            return bool(cursor.fetchone()[0] == status)

    def watched() -> None:
        reached = has_reached()
        if reached and before:
            die()
        commit()
        if reached:
            die()

    connection.commit = watched  # type: ignore[method-assign]


def watch_calls(call: str, *, before: bool) -> None:
    """Die around the call that has the effect."""
    put, get = http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse
    under_way: set[int] = set()

    def watched_put(self: Any, method: str, url: str, *rest: Any, **named: Any) -> None:
        if f"{method} {url}" == call:
            if before:
                die()
            under_way.add(id(self))
        put(self, method, url, *rest, **named)

    def watched_get(self: Any, *rest: Any, **named: Any) -> Any:
        answer = get(self, *rest, **named)
        if id(self) in under_way:
            answer.read()
            die()
        return answer

    http.client.HTTPConnection.putrequest = watched_put  # type: ignore[method-assign]
    http.client.HTTPConnection.getresponse = watched_get  # type: ignore[method-assign]


def work(order: dict[str, Any]) -> None:
    """Run the drain, to the step or to its end."""
    import datetime as dt

    from django.conf import settings
    from django.db import connection

    from crowdfund.kit import clock, jobs

    settings.STRIPE_API_BASE = order["stripe"]
    clock.move(dt.timedelta(seconds=order["clock"]))
    connection.ensure_connection()
    when, _dash, what = order.get("step", "").partition("-")
    if what == "the-call":
        watch_calls(order["call"], before=when == "before")
    elif what:
        status = SENT if what == "it-is-marked-sent" else order["done"]
        watch_commits(connection, order, before=when == "before", status=status)
    jobs.run_until_quiet([order["drain"]], rounds=20)


def obey(order: dict[str, Any]) -> dict[str, int]:
    """Let a child do it; say how it ended."""
    child = os.fork()
    if child == 0:
        try:
            work(order)
            os._exit(0)
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status)}
    return {"exit": os.waitstatus_to_exitcode(status)}


def main() -> None:
    """Get ready once; then one child an order."""
    import django

    django.setup()

    import stripe  # noqa: F401 - a third of a second, spent once
    from django.db import connection

    from payments.gateway import client as gateway

    connection.settings_dict["NAME"] = os.environ["KILLED_WORKER_DATABASE"]
    gateway.bucket = gateway.TokenBucket(1000.0)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
