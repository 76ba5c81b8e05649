"""Form-encoded parameters with nested names: `a[b][0]=c`."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from payments.standin.errors import ApiError

_PART = re.compile(r"\[([^\[\]]*)\]")
MAX_FIELDS = 1000


def decode(text: str) -> dict[str, Any]:
    """Nested dictionaries of strings; arrays stay dictionaries keyed by position, as the types will tell."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise ApiError("The request's parameters can't be read.") from error
    return nested(pairs)


def nested(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Names and values with each name's brackets taken apart."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        head, bracket, rest = name.partition("[")
        path = [head, *_PART.findall(bracket + rest)]
        _place(fields, path, value, name)
    return fields


def _place(fields: dict[str, Any], path: list[str], value: Any, name: str) -> None:
    """Put one value where its name says, making dictionaries on the way."""
    here = fields
    for part in path[:-1]:
        here = here.setdefault(part or str(len(here)), {})
        if not isinstance(here, dict):
            raise ApiError("Invalid object", param=name)
    last = path[-1] or str(len(here))
    here[last] = value
