"""Events by the API (Docs: API reference, Events): thirty days, newest first."""

from typing import Any

from payments.standin import events
from payments.standin.call import Call
from payments.standin.errors import ApiError, Body, missing
from payments.standin.listing import FILTERS, page
from payments.standin.routing import Route, route

MOST_TYPES = 20


def retrieve(call: Call, event_id: str) -> Body:
    """One event, unless it is too old."""
    event = call.fetch("event", event_id)
    if event["created"] < call.now - events.KEPT_FOR:
        raise missing("event", event_id)
    return counted(call, event)


def counted(call: Call, event: Body) -> Body:
    """The event with the number of endpoints that have not answered yet."""
    sql = "SELECT count(*) FROM deliveries WHERE event = ? AND state = 'waiting'"
    return {**event, "pending_webhooks": call.store.execute(sql, event["id"]).fetchone()[0]}


def list_all(call: Call) -> Body:
    """Events, newest first, of one type (`charge.*` too) or several."""
    conditions: tuple[tuple[str, Any], ...] = (("created >= ?", call.now - events.KEPT_FOR),)
    conditions += _by_type(call.params)
    found = page(call, "event", "/v1/events", conditions=conditions)
    found["data"] = [counted(call, event) for event in found["data"]]
    return found


def _by_type(params: Body) -> tuple[tuple[str, Any], ...]:
    if "type" in params and "types" in params:
        raise ApiError(
            "You may only specify one of these parameters: type, types.", code="parameters_exclusive"
        )
    if "types" in params:
        if len(params["types"]) > MOST_TYPES:
            raise ApiError(f"types may have at most {MOST_TYPES} values", param="types")
        marks = ", ".join("?" * len(params["types"]))
        return ((f"json_extract(body, '$.type') IN ({marks})", params["types"]),)
    if "type" not in params:
        return ()
    wanted: str = params["type"]
    if wanted.endswith("*"):
        return (("json_extract(body, '$.type') GLOB ?", wanted),)
    return (("json_extract(body, '$.type') = ?", wanted),)


ROUTES: list[Route] = [
    route("GET", "/v1/events", "event_list", f"type types {' '.join(FILTERS)}", list_all),
    route("GET", "/v1/events/{}", "event_retrieve", "", retrieve),
]
