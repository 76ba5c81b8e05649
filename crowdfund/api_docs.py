"""A page to read the API at, made from the same OpenAPI document that machines read: nothing of it is typed twice."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

METHODS: Final = ("get", "post", "put", "patch", "delete")
SAMPLES: Final[dict[str, Any]] = {
    "date-time": "2026-11-22T12:00:00Z",
    "date": "2026-11-22",
    "uri": "https://example.org/",
    "uuid": "0b9f1c1e-3f1d-4c7e-9f0a-5a3c2b1d0e4f",
    "email": "ada@example.org",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "string": "…",
}
DEEPEST: Final = 12


@dataclasses.dataclass(frozen=True)
class Operation:
    """One thing the API does: method, path, what it is for, what goes in, what comes out (as example JSON)."""

    anchor: str
    method: str
    path: str
    text: str
    parameters: list[dict[str, Any]]
    needs_login: bool
    asks: str
    answers: list[tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class Group:
    """The operations on one kind of thing."""

    name: str
    operations: list[Operation]


def example(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0) -> Any:
    """Make a believable value of a schema; enumerations show their first value."""
    if depth > DEEPEST:
        return {}
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth + 1)
    several = next((name for name in ("allOf", "oneOf", "anyOf") if name in schema), None)
    if several:
        return example(schema[several][0], schemas, depth + 1)
    return schema["enum"][0] if "enum" in schema else _plain_example(schema, schemas, depth)


def _plain_example(schema: dict[str, Any], schemas: dict[str, Any], depth: int) -> Any:
    if schema.get("type") == "array":
        return [example(schema["items"], schemas, depth + 1)]
    if "properties" in schema:
        return {name: example(part, schemas, depth + 1) for name, part in schema["properties"].items()}
    return SAMPLES.get(schema.get("format", ""), SAMPLES.get(schema.get("type", ""), {}))


def _body(content: dict[str, Any], schemas: dict[str, Any]) -> str:
    schema = content.get("application/json", {}).get("schema")
    return json.dumps(example(schema, schemas), indent=2, ensure_ascii=False) if schema else ""


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter.get("schema", {})
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "kind": schema.get("type", ""),
        "values": schema.get("enum", []),
        "text": parameter.get("description", ""),
        "required": parameter.get("required", False),
    }


def _operation(path: str, method: str, found: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    return Operation(
        anchor=found["operationId"],
        method=method.upper(),
        path=path,
        text=found.get("description", ""),
        parameters=[_parameter(parameter) for parameter in found.get("parameters", [])],
        needs_login={} not in found.get("security", [{}]),
        asks=_body(found.get("requestBody", {}).get("content", {}), schemas),
        answers=[
            (code, _body(answer.get("content", {}), schemas))
            for code, answer in sorted(found.get("responses", {}).items())
        ],
    )


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    schemas = schema.get("components", {}).get("schemas", {})
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                tag = methods[method].get("tags", [""])[0]
                yield tag, _operation(path, method, methods[method], schemas)


@functools.lru_cache(maxsize=1)
def groups() -> list[Group]:
    """Read the OpenAPI document once a process and sort it by kind of thing."""
    with override("en"):
        make: Any = SchemaGenerator  # spectacular's own types stop short of here
        schema = make().get_schema(request=None, public=True)
    found = sorted(_operations(schema), key=lambda pair: (pair[0], pair[1].path))
    return [
        Group(tag, [operation for _tag, operation in pairs])
        for tag, pairs in itertools.groupby(found, key=lambda pair: pair[0])
    ]


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Show every operation with its parameters and an example of what goes in and comes out."""
    return render(request, "crowdfund/api_docs.html", {"groups": groups()})
