"""A table of addresses, filled by each resource's module."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from payments.standin.call import Call
from payments.standin.errors import ApiError, Body

Handler = Callable[..., Body]


@dataclass(frozen=True)
class Route:
    """One request of the API: address with `{}` for ids, the SDK's type for its parameters, those modelled."""

    method: str
    address: str
    type_name: str
    modelled: frozenset[str]
    handler: Handler
    pattern: re.Pattern[str] = field(repr=False)


def route(method: str, address: str, type_name: str, modelled: str, handler: Handler) -> Route:
    """A route; `modelled` is the parameters with an effect here, separated by spaces."""
    pattern = re.compile(re.escape(address).replace(r"\{\}", "([A-Za-z0-9_]+)") + "/?")
    return Route(method, address, type_name, frozenset(modelled.split()), handler, pattern)


class Table:
    """All routes, found by method and address."""

    def __init__(self, routes: list[Route]) -> None:
        self._exact = {(r.method, r.address): r for r in routes if "{}" not in r.address}
        self._others = [r for r in routes if "{}" in r.address]

    def match(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        """The route of a request and the ids in its address. Raises a 404."""
        exact = self._exact.get((method, path))
        if exact:
            return exact, ()
        for candidate in self._others:
            found = candidate.pattern.fullmatch(path) if candidate.method == method else None
            if found:
                return candidate, found.groups()
        raise ApiError(f"Unrecognized request URL ({method}: {path}).", status=404)


def run(found: Route, call: Call, ids: tuple[str, ...]) -> Body:
    """Carry a request out."""
    return found.handler(call, *ids)
