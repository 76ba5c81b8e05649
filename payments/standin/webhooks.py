"""Delivery of events: signed with real time, retried, never while the books are locked (Docs: Webhooks)."""

import http.client
import json
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from stripe import WebhookSignature

from payments.standin.errors import PRIVATE
from payments.standin.faults import Faults, chance
from payments.standin.store import Store

SENDERS, BATCH = 4, 16
LEASE = 30.0  # seconds a sender has for its batch before another may take it
TIMEOUT = 10.0
STOP_SECONDS = 1.0
FIRST_RETRY, SLOWEST_RETRY = 0.5, 60.0
GIVE_UP_AFTER = 3 * 86400.0


@dataclass
class Delivery:
    """One event on its way to one endpoint."""

    id: int
    attempts: int
    first_due: float
    payload: str
    url: str
    secret: str
    status: int | None = None
    error: str | None = None

    @property
    def arrived(self) -> bool:
        """Whether the endpoint answered 2xx; a redirect is a failure."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - the 2xx range


class Courier:
    """A few senders that take due deliveries from the books."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store, self._faults = store, faults
        self._news = threading.Condition()
        self._stopped = False
        self._sending = 0
        self._senders: list[threading.Thread] = []

    def start(self) -> None:
        """Start the senders."""
        for number in range(SENDERS):
            sender = threading.Thread(target=self._run, name=f"sender-{number}", daemon=True)
            self._senders.append(sender)
            sender.start()

    def stop(self) -> bool:
        """Let the senders end after what they are sending; whether all have, within a second or so."""
        self._stopped = True
        self.wake()
        until = time.monotonic() + STOP_SECONDS
        for sender in self._senders:
            sender.join(max(0.0, until - time.monotonic()))
        return not any(sender.is_alive() for sender in self._senders)

    def wake(self) -> None:
        """There may be something to send."""
        with self._news:
            self._news.notify_all()

    def _run(self) -> None:
        connections: dict[str, http.client.HTTPConnection] = {}
        while not self._stopped:
            if self._faults.webhooks.get("hold") or not self._send_due(connections):
                with self._news:
                    self._news.wait(timeout=0.5)

    def _send_due(self, connections: dict[str, http.client.HTTPConnection]) -> int:
        """Send one batch; how many deliveries it had."""
        batch = self._claim()
        try:
            for delivery in batch:
                self._send(connections, delivery)
            if batch:
                self._record(batch)
        finally:
            with self._news:
                self._sending -= len(batch)
        return len(batch)

    def _claim(self) -> list[Delivery]:
        now = time.time()
        order = "random()" if self._faults.webhooks.get("shuffle") else "due"
        late = float(self._faults.webhooks.get("delay", 0))
        with self._store.transaction():
            rows = self._store.execute(
                "UPDATE deliveries SET leased_until = ? WHERE id IN (SELECT id FROM deliveries "
                f"WHERE state = 'waiting' AND due <= ? AND leased_until <= ? ORDER BY {order} LIMIT {BATCH}) "
                "RETURNING id, attempts, first_due, event, endpoint",
                now + LEASE,
                now - late,
                now,
            ).fetchall()
            batch = [delivery for row in rows if (delivery := self._delivery(*row))]
            with self._news:
                self._sending += len(batch)
        return batch

    def _delivery(
        self, row_id: int, attempts: int, first_due: float, event_id: str, endpoint_id: str
    ) -> Delivery | None:
        event, endpoint = self._store.get(event_id), self._store.get(endpoint_id)
        if event is None or endpoint is None:
            self._store.execute("UPDATE deliveries SET state = 'given_up' WHERE id = ?", row_id)
            return None
        payload = json.dumps(event, indent=2)
        return Delivery(row_id, attempts, first_due, payload, endpoint["url"], endpoint[PRIVATE]["secret"])

    def _send(self, connections: dict[str, http.client.HTTPConnection], delivery: Delivery) -> None:
        times = 2 if chance.random() < float(self._faults.webhooks.get("duplicate", 0)) else 1
        for _ in range(times):
            try:
                delivery.status, delivery.error = _post(connections, delivery), None
            except (OSError, http.client.HTTPException) as error:
                delivery.status, delivery.error = None, f"{type(error).__name__}: {error}"

    def _record(self, batch: list[Delivery]) -> None:
        now = time.time()
        with self._store.transaction():
            for delivery in batch:
                attempts = delivery.attempts + 1
                old = now - delivery.first_due > GIVE_UP_AFTER
                state = "delivered" if delivery.arrived else "given_up" if old else "waiting"
                self._store.execute(
                    "UPDATE deliveries SET state = ?, attempts = ?, due = ?, leased_until = 0, last_status = ?, "
                    "last_error = ? WHERE id = ? AND state = 'waiting'",
                    state,
                    attempts,
                    now + min(SLOWEST_RETRY, FIRST_RETRY * 2 ** (attempts - 1)),
                    delivery.status,
                    delivery.error,
                    delivery.id,
                )

    def flush(self, timeout: float = 30.0) -> dict[str, int]:
        """Try everything that waits once more, now; how many deliveries stand where afterwards."""
        with self._store.transaction():
            self._store.execute("UPDATE deliveries SET due = 0 WHERE state = 'waiting'")
        until = time.monotonic() + timeout
        connections: dict[str, http.client.HTTPConnection] = {}
        while time.monotonic() < until:
            if not self._send_due(connections):
                with self._news:
                    if self._sending == 0:
                        break
                time.sleep(0.01)
        return self.standing()

    def standing(self) -> dict[str, int]:
        """How many deliveries stand where."""
        with self._store.transaction():
            rows = self._store.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall()
        return {"waiting": 0, "delivered": 0, "given_up": 0, **dict(rows)}


def _post(connections: dict[str, http.client.HTTPConnection], delivery: Delivery) -> int:
    """Send one event, on a kept connection if there is one; the answer's status."""
    parts = urlsplit(delivery.url)
    header = WebhookSignature.generate_signature_header(delivery.payload, delivery.secret, int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": header,
        "User-Agent": "Stripe/1.0 (local stand-in)",
    }
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    for connection in (connections.pop(parts.netloc, None), None):
        fresh = connection is None
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        used = connection or kind(parts.netloc, timeout=TIMEOUT)
        try:
            used.request("POST", path, body=delivery.payload.encode(), headers=headers)
            answer = used.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            used.close()
            if fresh:
                raise
            continue
        if not answer.will_close:
            connections[parts.netloc] = used
        return answer.status
    raise http.client.HTTPException("unreachable")
