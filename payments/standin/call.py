"""One request under way, or one step the stand-in takes by itself: what an object's code may use."""

from dataclasses import dataclass, field
from typing import Any

from payments.standin import shapes
from payments.standin.clock import Clock
from payments.standin.errors import PRIVATE, Body, missing
from payments.standin.events import record
from payments.standin.store import Store, new_id


@dataclass
class Call:
    """The books, the time, the checked parameters, and who asked.

    `account` is the connected account named by the `Stripe-Account` header, empty for the platform.
    """

    store: Store
    clock: Clock
    base_url: str
    params: Body = field(default_factory=dict)
    account: str = ""
    request_id: str | None = None
    idempotency_key: str | None = None

    @property
    def now(self) -> int:
        """The moved time, seconds since the epoch."""
        return self.clock.now()

    def new(self, kind: str, prefix: str, **fields: Any) -> Body:
        """An object with every field its kind has; not yet written."""
        created = {"created": self.now} if "created" in shapes.CLASSES[kind].__annotations__ else {}
        return {**shapes.blank(kind), "id": new_id(prefix), **created, **fields}

    def fetch(self, kind: str, object_id: str, *, param: str = "id", status: int = 404) -> Body:
        """An object that must exist. Raises `resource_missing`."""
        body = self.store.get(object_id)
        if body is None or body["object"] != kind:
            raise missing(kind, object_id, param=param, status=status)
        return body

    def named(self, kind: str, param: str) -> Body:
        """The object a parameter names. Raises `resource_missing` with status 400."""
        return self.fetch(kind, self.params[param], param=param, status=400)

    def save(self, body: Body) -> Body:
        """Write an object."""
        return self.store.put(body)

    def emit(self, event_type: str, body: Body, *, previous: Body | None = None, account: str = "") -> None:
        """Record an event about an object as it is now, and its deliveries."""
        record(self, event_type, render(self, body), previous=previous, account=account)

    def later(self, seconds: int, action: str, object_id: str) -> None:
        """Have something done by the stand-in itself once the moved clock has passed."""
        self.store.execute(
            "INSERT INTO schedule (due, action, object) VALUES (?, ?, ?)",
            self.now + seconds,
            action,
            object_id,
        )


def private(body: Body) -> Body:
    """The stand-in's own facts about an object."""
    facts: Body = body.setdefault(PRIVATE, {})
    return facts


def render(call: Call, body: Body) -> Body:
    """The object as the API shows it: no private facts, links at the address of the moment."""
    shown = {name: value for name, value in body.items() if name != PRIVATE}
    path = body.get(PRIVATE, {}).get("path")
    if path:
        shown["url"] = call.base_url + path
    return shown


def merge_metadata(old: dict[str, str] | None, new: dict[str, str] | str) -> dict[str, str]:
    """New metadata over old: an empty value unsets a key, an empty string all (Docs: API reference, Metadata)."""
    if isinstance(new, str):
        return {}
    merged = {**(old or {}), **new}
    return {name: value for name, value in merged.items() if value}
