"""A visitor of the hosted payment page: submits its forms over HTTP, as a browser would."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

VISA = "4242424242424242"
ALWAYS_ASKS = "4000002760003184"  # 3-D Secure at each charge
ATTACHES_THEN_DECLINES = "4000000000000341"


class _StayHere(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Follow nothing: where the page leads is the answer."""


def _send(url: str, body: bytes, kind: str) -> tuple[int, str, bytes]:
    request = Request(url, data=body, headers={"Content-Type": kind})  # noqa: S310 - loopback, ours
    try:
        with build_opener(_StayHere).open(request, timeout=20) as answer:
            return answer.status, "", answer.read()
    except HTTPError as answer:
        with answer:
            return answer.code, str(answer.headers.get("Location") or ""), answer.read()


def use_card(page: str, card: str = VISA) -> str:
    """Type a test card into a hosted page, pass 3-D Secure if asked, and return where the page leads at last."""
    status, leads_to, _ = _send(page, urlencode({"card": card}).encode(), "application/x-www-form-urlencoded")
    if status == HTTPStatus.SEE_OTHER and "/authenticate/" in leads_to:
        if leads_to.startswith("/"):
            leads_to = "/".join(page.split("/")[:3]) + leads_to
        status, leads_to, _ = _send(leads_to, b"answer=complete", "application/x-www-form-urlencoded")
    if status != HTTPStatus.SEE_OTHER:
        raise RuntimeError(f"the hosted page answered {status}")
    return leads_to


def finish_onboarding(page: str) -> None:
    """Give the hosted onboarding page what it asks for."""
    status, *_ = _send(page, b"", "application/x-www-form-urlencoded")
    if status != HTTPStatus.SEE_OTHER:
        raise RuntimeError(f"the onboarding page answered {status}")


def tell_standin(base: str, switch: str, **body: Any) -> Any:
    """Turn one of the stand-in's own switches and return its answer; Stripe itself has none of them."""
    status, _, answer = _send(f"{base}/_standin/{switch}", json.dumps(body).encode(), "application/json")
    if status != HTTPStatus.OK:
        raise RuntimeError(f"the stand-in's switch {switch} answered {status}")
    return json.loads(answer)
