"""Lists: newest first, by cursor (Docs: API reference, Pagination)."""

from typing import Any

from payments.standin.call import Call, render
from payments.standin.errors import ApiError, Body, missing

DEFAULT_LIMIT, MOST = 10, 100
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
FILTERS = ("limit", "starting_after", "ending_before", "created")


def page(
    call: Call,
    kind: str,
    url: str,
    *,
    by: tuple[str, ...] = (),
    conditions: tuple[tuple[str, Any], ...] = (),
    where: dict[str, Any] | None = None,
) -> Body:
    """One page of a kind. `by` names the parameters that filter by a field of the same name."""
    params = call.params
    limit = _limit(params.get("limit", DEFAULT_LIMIT))
    wanted = {**(where or {}), **{name: params[name] for name in by if name in params}}
    conditions += _created(params.get("created"))
    backwards = "ending_before" in params
    if "starting_after" in params:
        conditions += (("seq < ?", _cursor(call, kind, "starting_after")),)
    if backwards:
        conditions += (("seq > ?", _cursor(call, kind, "ending_before")),)
    found = call.store.find(kind, wanted, conditions=conditions, limit=limit + 1, ascending=backwards)
    data = [render(call, body) for body in found[:limit]]
    if backwards:
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(found) > limit, "url": url}


def whole(call: Call, bodies: list[Body], url: str) -> Body:
    """A short list inside another object."""
    return {"object": "list", "data": [render(call, body) for body in bodies], "has_more": False, "url": url}


def _limit(limit: int) -> int:
    if not 1 <= limit <= MOST:
        raise ApiError(
            f"This value must be between 1 and {MOST} (it currently is '{limit}').",
            code="parameter_invalid_integer",
            param="limit",
        )
    return limit


def _cursor(call: Call, kind: str, param: str) -> int:
    body = call.store.get(call.params[param])
    position = call.store.position(call.params[param])
    if body is None or position is None or body["object"] != kind:
        raise missing(kind, call.params[param], param=param, status=400)
    return position


def _created(wanted: int | dict[str, int] | None) -> tuple[tuple[str, Any], ...]:
    if wanted is None:
        return ()
    if isinstance(wanted, int):
        return (("created = ?", wanted),)
    return tuple((f"created {_COMPARISONS[name]} ?", value) for name, value in wanted.items())
