"""What each type of Stripe event means here: a registry, filled in `AppConfig.ready()`.

A function is given the event's row and `now`; it re-reads the object from Stripe and applies it forward-only, so it is
safe to run twice, late and out of order. It may raise `GatewayError`: the event is tried again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from payments.webhooks.models import StripeEvent

    Handler = Callable[[StripeEvent, dt.datetime], object]

_handlers: dict[str, list[Handler]] = {}


def on(event_type: str, function: Handler) -> None:
    """Register a function for a type of event; several may listen to one type, each once."""
    known = _handlers.setdefault(event_type, [])
    if function not in known:
        known.append(function)


def listened_types() -> list[str]:
    """Return the types somebody listens to, for the sweeper and the endpoint's registration."""
    return sorted(_handlers)


def apply_event(event: StripeEvent, now: dt.datetime) -> None:
    """Give an event to whoever listens to its type."""
    for function in _handlers.get(event.type, ()):
        function(event, now)
