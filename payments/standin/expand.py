"""`expand`: ids replaced by objects (Docs: API reference, Expanding responses)."""

from collections.abc import Callable, Mapping
from typing import Any

from payments.standin import shapes
from payments.standin.call import Call, render
from payments.standin.errors import ApiError, Body

DEEPEST = 4


Included = Mapping[tuple[str, str], Callable[[Call, Body], Body]]
Shown = Mapping[str, Callable[[Call, Body], Body]]


def expand(call: Call, body: Body, paths: list[str], included: Included, shown: Shown) -> Body:
    """The answer with the named fields expanded. Raises a 400 for a field that can't be.

    `included` makes the lists that an object shows only when asked, `shown` what kinds need more than their books
    say to be shown as they are now.
    """
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST + (parts[0] == "data"):
            raise ApiError(f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}")
        _expand(call, body, parts, included, shown)
    return body


def _expand(call: Call, body: Body, parts: list[str], included: Included, shown: Shown) -> None:
    head, rest = parts[0], parts[1:]
    if body.get("object") == "list" and head == "data":
        for item in body["data"]:
            _expand(call, item, rest, included, shown)
        return
    maker = included.get((body.get("object", ""), head))
    if maker:
        body[head] = maker(call, call.store.get(body["id"]) or body)
    elif head in body and _may_expand(body, head):
        body[head] = _resolved(call, body[head], shown)
    else:
        raise ApiError(f"This property cannot be expanded ({head}).", param="expand")
    if rest and isinstance(body[head], dict):
        _expand(call, body[head], rest, included, shown)


def _may_expand(body: Body, field: str) -> bool:
    return field in shapes.expandable(body.get("object", "")) or isinstance(body[field], dict)


def _resolved(call: Call, value: Any, shown: Shown) -> Any:
    """The object an id names; what is not an id stays as it is."""
    found = call.store.get(value) if isinstance(value, str) else None
    return value if found is None else shown.get(found["object"], render)(call, found)
