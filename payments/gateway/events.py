"""Stripe's events: verifying those that come, listing those that were."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from django.conf import settings

from payments.gateway.client import GatewayError, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stripe.params import EventListParams

TOLERANCE_SECONDS = 300
PAGE = 100
MOST_TYPES = 20


class ForgedEvent(GatewayError):  # noqa: N818
    """Not from Stripe, too old, or not an event: nothing to keep."""


@dataclasses.dataclass(frozen=True)
class Event:
    """An event: what happened to which object. `created` is in seconds since the epoch, by Stripe's clock."""

    id: str
    type: str
    object_id: str
    created: int
    livemode: bool
    payload: dict[str, Any]


def configured() -> bool:
    """Whether there is somebody to talk to: a key, and for the stand-in's key also the stand-in's address."""
    key: str = settings.STRIPE_SECRET_KEY
    return bool(key) and (key != getattr(settings, "STANDIN_KEY", None) or bool(settings.STRIPE_API_BASE))


def verified_event(body: bytes, header: str, secret: str) -> Event:
    """Check an event's signature (real time, 300 s) and read it. Raises `ForgedEvent`."""
    import stripe

    if not secret:
        raise ForgedEvent("no_secret")
    try:
        text = body.decode()
        stripe.WebhookSignature.verify_header(text, header, secret, TOLERANCE_SECONDS)
        return _read(json.loads(text))
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError) as error:
        raise ForgedEvent(str(error)) from error


def events_since(created: int, types: Sequence[str]) -> Iterator[Event]:
    """Yield events created at or after `created` (seconds), newest first, of the types if they are 20 or fewer.

    Raises `OutcomeUnknown` or `GatewayRefused`.
    """
    params: EventListParams = {"created": {"gte": created}, "limit": PAGE}
    if types and len(types) <= MOST_TYPES:
        params["types"] = list(types)
    while True:
        with speaking() as stripe:
            page = stripe.v1.events.list(params=params)
        for event in page.data:
            yield _read(event.to_dict())
        if not page.has_more:
            return
        params["starting_after"] = page.data[-1].id


def _read(event: dict[str, Any]) -> Event:
    about = event["data"]["object"]
    return Event(
        id=str(event["id"]),
        type=str(event["type"]),
        object_id=str(about.get("id") or ""),
        created=int(event["created"]),
        livemode=bool(event["livemode"]),
        payload=event,
    )
