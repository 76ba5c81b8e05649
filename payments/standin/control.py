"""The control API under `/_standin/`: what a test or a demonstration may do that no client of Stripe can."""

import json
from typing import TYPE_CHECKING, Any

from payments.standin.api import Desk
from payments.standin.errors import ApiError, Body
from payments.standin.exchange import Answer, Request, json_answer
from payments.standin.switches import SWITCHES
from payments.standin.webhooks import Courier

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "/_standin/"
_SHOWN_DELIVERIES = 200


class Control:
    """The switches of the whole, and the way to those that change the books."""

    def __init__(self, desk: Desk, courier: Courier) -> None:
        self._desk, self._courier = desk, courier
        self._actions: dict[tuple[str, str], Callable[[Body], Any]] = {
            ("GET", "clock"): lambda _: self._clock(),
            ("POST", "clock"): self._set_clock,
            ("GET", "faults"): lambda _: desk.faults.shown(),
            ("POST", "faults"): self._set_faults,
            ("GET", "deliveries"): lambda _: self._deliveries(),
            ("POST", "flush"): lambda _: courier.flush(),
        }

    def answer(self, request: Request) -> Answer:
        """Carry one switch out. A page in a browser can't: the body must be JSON, and says so."""
        name = request.path.removeprefix(PREFIX)
        action = self._actions.get((request.method, name))
        if action is None and not (request.method == "POST" and name in SWITCHES):
            return json_answer(404, ApiError("No such control", status=404).body())
        try:
            body = _body(request)
            return json_answer(200, action(body) if action else self._switch(name, body))
        except ApiError as error:
            return json_answer(error.status, error.body())

    def _switch(self, name: str, body: Body) -> Body:
        with self._desk.store.transaction():
            said = SWITCHES[name](self._desk.call(), body)
        self._courier.wake()
        return said

    def _clock(self) -> Body:
        return {"offset": self._desk.clock.offset, "now": self._desk.clock.now()}

    def _set_clock(self, body: Body) -> Body:
        """Set the offset in seconds, or move it by some; then do what has become due."""
        offset = body.get("offset", self._desk.clock.offset) + body.get("move", 0)
        if not isinstance(offset, int):
            raise ApiError("offset and move are whole seconds")
        with self._desk.store.transaction():
            self._desk.clock.offset = offset
            self._desk.store.remember("clock_offset", offset)
        self._desk.tick()
        return self._clock()

    def _set_faults(self, body: Body) -> Body:
        self._desk.faults.replace(body)
        self._courier.wake()
        return self._desk.faults.shown()

    def _deliveries(self) -> Body:
        with self._desk.store.transaction():
            rows = self._desk.store.execute(
                "SELECT d.event, json_extract(o.body, '$.type'), d.endpoint, d.state, d.attempts, d.last_status, "
                "d.last_error FROM deliveries d JOIN objects o ON o.id = d.event ORDER BY d.id DESC LIMIT ?",
                _SHOWN_DELIVERIES,
            ).fetchall()
        names = ("event", "type", "endpoint", "state", "attempts", "last_status", "last_error")
        return {
            "standing": self._courier.standing(),
            "data": [dict(zip(names, row, strict=True)) for row in rows],
        }


def _body(request: Request) -> Body:
    if request.method == "GET":
        return {}
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        raise ApiError("A control takes JSON", status=415)
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise ApiError("The body is not JSON") from error
    if not isinstance(body, dict):
        raise ApiError("The body is not an object")
    return body
