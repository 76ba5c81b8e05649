"""Events: a snapshot of an object at a moment, kept for 30 days, delivered to every endpoint that wants it."""

import time
from typing import TYPE_CHECKING, get_args

from stripe.params import WebhookEndpointCreateParams

from payments.standin import shapes
from payments.standin.errors import Body
from payments.standin.store import new_id

if TYPE_CHECKING:
    from payments.standin.call import Call

KEPT_FOR = 30 * 86400
#: The types the SDK publishes: the stand-in tells no others.
TYPES = frozenset(get_args(get_args(WebhookEndpointCreateParams.__annotations__["enabled_events"])[0]))


def record(call: "Call", event_type: str, shown: Body, *, previous: Body | None, account: str) -> None:
    """Write an event and one delivery for each endpoint; the sending happens elsewhere, after the commit."""
    if event_type not in TYPES:
        raise ValueError(event_type)
    data: Body = {"object": shown}
    if previous is not None:
        data["previous_attributes"] = previous
    endpoints = [
        endpoint["id"]
        for endpoint in call.store.endpoints()
        if endpoint["status"] == "enabled" and {"*", event_type} & set(endpoint["enabled_events"])
    ]
    event: Body = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": shapes.API_VERSION,
        "created": call.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": len(endpoints),
        "request": {"id": call.request_id, "idempotency_key": call.idempotency_key},
        "type": event_type,
    }
    if account:
        event["account"] = account
    call.store.put(event)
    now = time.time()
    for endpoint in endpoints:
        call.store.execute(
            "INSERT INTO deliveries (event, endpoint, state, due, first_due) VALUES (?, ?, 'waiting', ?, ?)",
            event["id"],
            endpoint,
            now,
            now,
        )
