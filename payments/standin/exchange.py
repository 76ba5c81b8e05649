"""What comes in and what goes out, apart from sockets."""

import json
from dataclasses import dataclass, field
from email.message import Message
from typing import Any


@dataclass(frozen=True)
class Request:
    """One HTTP request. `headers` is looked up without regard to case."""

    method: str
    path: str
    query: str
    headers: Message
    body: bytes


@dataclass
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    """An answer in JSON; a string is taken as JSON already."""
    text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))
    return Answer(status, text.encode(), "application/json", headers or {})
