"""The addresses of the hosted pages."""

import re
from collections.abc import Callable
from importlib.resources import files

from payments.standin.call import Call
from payments.standin.exchange import Answer, Request
from payments.standin.pages import authentication, checkout, mandates, onboarding
from payments.standin.pages.layout import not_found
from payments.standin.pages.words import spoken

Page = Callable[[Call, Request, str], Answer]

_PAGES: list[tuple[str, re.Pattern[str], Page]] = [
    ("GET", re.compile(r"/c/pay/(\w+)"), checkout.show),
    ("POST", re.compile(r"/c/pay/(\w+)"), checkout.submit),
    ("GET", re.compile(r"/authenticate/(\w+)"), authentication.show),
    ("POST", re.compile(r"/authenticate/(\w+)"), authentication.submit),
    ("GET", re.compile(r"/onboarding/(\w+)"), onboarding.show),
    ("POST", re.compile(r"/onboarding/(\w+)"), onboarding.submit),
    ("GET", re.compile(r"/receipts/(\w+)"), onboarding.receipt),
    ("GET", re.compile(r"/mandates/(\w+)"), mandates.show),
]


def answer(call: Call, request: Request) -> Answer:
    """The page at an address; in a transaction."""
    if request.path == "/assets/standin.css":
        return _styles()
    for method, pattern, page in _PAGES:
        found = pattern.fullmatch(request.path) if method == request.method else None
        if found:
            return page(call, request, found[1])
    return not_found(spoken(None, request.headers))


def _styles() -> Answer:
    text = (files("payments.standin.pages") / "standin.css").read_bytes()
    return Answer(200, text, "text/css; charset=utf-8", {"Cache-Control": "max-age=60"})
