"""Plain HTTP, as it comes: for what the SDK would hide, and for hosted pages."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)


@dataclass
class Reply:
    """An HTTP answer as it came: redirects are not followed."""

    status: int
    headers: Any
    text: str

    @property
    def location(self) -> str:
        return str(self.headers["Location"])


def fetch(url: str, data: bytes | None = None, **headers: str) -> Reply:
    request = Request(
        url, data=data, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with _opener.open(request, timeout=10) as answer:
            return Reply(answer.status, answer.headers, answer.read().decode())
    except HTTPError as answer:
        with answer:
            return Reply(answer.code, answer.headers, answer.read().decode())


def submit(url: str, **fields: str) -> Reply:
    """Send a hosted page's form."""
    return fetch(url, urlencode(fields).encode())


def pay_at(page_url: str, card: str = "4242424242424242", **fields: str) -> str:
    """Use the hosted page with a test card (or other fields); where it leads."""
    reply = submit(page_url, **(fields or {"card": card}))
    assert reply.status == 303, re.sub(r"<[^>]+>", " ", reply.text)
    return reply.location
