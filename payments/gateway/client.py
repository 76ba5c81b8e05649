"""The one door to Stripe's API: the real SDK, in test mode, at Stripe's address or the one in STRIPE_API_BASE."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import stripe

TIMEOUT_SECONDS = 20
RETRIES = 2

_local = threading.local()


class GatewayError(Exception):
    """Something went wrong at Stripe or on the way there."""


class OutcomeUnknown(GatewayError):  # noqa: N818 - it may well have worked
    """No answer, or an answer that says nothing (5xx, 409, 429, cut connection): the deed may have happened."""


class GatewayRefused(GatewayError):  # noqa: N818
    """Stripe said no, definitely: nothing happened."""

    def __init__(
        self,
        code: str,
        *,
        decline_code: str = "",
        object_id: str = "",
        message: str = "",
        http_status: int = 400,
    ) -> None:
        super().__init__(message or code)
        self.code = code
        self.http_status = http_status
        self.decline_code = decline_code
        self.object_id = object_id


class TokenBucket:
    """Lets `rate` calls a second pass, in bursts of one second's worth; 429 slows it down for a while."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.tokens = rate
        self.at = time.monotonic()
        self.lock = threading.Lock()

    def take(self) -> None:
        """Wait for a token."""
        while True:
            with self.lock:
                now = time.monotonic()
                self.tokens = min(self.rate, self.tokens + (now - self.at) * self.rate)
                self.at = now
                if self.tokens >= 1:
                    self.tokens -= 1
                    return
                wait = (1 - self.tokens) / self.rate
            time.sleep(wait)

    def slow_down(self) -> None:
        """Empty the bucket: Stripe said there were too many."""
        with self.lock:
            self.tokens = -self.rate


bucket = TokenBucket(settings.STRIPE_RATE_PER_SECOND)


def client() -> stripe.StripeClient:
    """Return this thread's client. The SDK is imported here, at the first call: it costs a third of a second."""
    import stripe

    base = settings.STRIPE_API_BASE
    wanted = (settings.STRIPE_SECRET_KEY, base)
    if getattr(_local, "wanted", None) != wanted:
        _local.client = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            http_client=stripe.new_default_http_client(timeout=TIMEOUT_SECONDS),
            max_network_retries=RETRIES,
            base_addresses={"api": base, "files": base} if base else {},
        )
        _local.wanted = wanted
    connected: stripe.StripeClient = _local.client
    return connected


@contextmanager
def speaking() -> Iterator[stripe.StripeClient]:
    """Give the client for one call and turn the SDK's errors into ours: refused for sure, or outcome unknown."""
    import stripe

    bucket.take()
    try:
        yield client()
    except stripe.RateLimitError as error:
        bucket.slow_down()
        raise OutcomeUnknown("rate_limit") from error
    except (stripe.APIConnectionError, stripe.APIError) as error:
        raise OutcomeUnknown(str(error)) from error
    except stripe.StripeError as error:
        if error.http_status is None or error.http_status >= 500 or error.http_status == 409:  # noqa: PLR2004
            raise OutcomeUnknown(str(error)) from error
        raise _refused(error) from error


def _refused(error: stripe.StripeError) -> GatewayRefused:
    details = getattr(error, "error", None)
    intent = getattr(details, "payment_intent", None) if details else None
    return GatewayRefused(
        error.code or type(error).__name__,
        decline_code=(getattr(details, "decline_code", None) or "") if details else "",
        object_id=(intent["id"] if intent else ""),
        message=error.user_message or str(error),
        http_status=error.http_status or 400,
    )
