"""What the contract is held against: the stand-in, or Stripe's test mode."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import stripe

from .machine import sdk
from .wire import Reply, fetch

STANDIN, TEST_MODE = "standin", "test-mode"
STRIPE = "https://api.stripe.com"
NO_KEY = "Stripe's test mode needs its secret key: set STRIPE_SECRET_KEY to one of sk_test_ or rk_test_."
PATIENCE, PAUSE = 120.0, 2.0  # seconds Stripe is given to come to what it does later

T = TypeVar("T")


def stripe_key() -> str:
    """The key in the environment; empty when there is none, or one that could move money."""
    key = os.environ.get("STRIPE_SECRET_KEY", "")
    return key if key.startswith(("sk_test_", "rk_test_")) else ""


@dataclass
class Target:
    """An API that the contract's tests speak to. `settle` lets a debit's days pass, where somebody can."""

    url: str
    key: str
    settle: Callable[[str], object] | None = None

    def services(self) -> stripe.V1Services:
        """The SDK, over HTTP, with the retries of its own that the project uses."""
        own = self.settle is not None
        return sdk(self.url if own else "", key=self.key, retries=0 if own else 2).v1

    def request(self, path: str, body: str | None = None, **headers: str) -> Reply:
        """One request without the SDK."""
        headers.setdefault("Authorization", f"Bearer {self.key}")
        return fetch(self.url + path, None if body is None else body.encode(), **headers)

    def until(self, look: Callable[[], T], holds: Callable[[T], bool]) -> T:
        """Look until something holds: at once at the stand-in, within two minutes at Stripe."""
        end = time.monotonic() + (0 if self.settle else PATIENCE)
        while not holds(found := look()) and time.monotonic() < end:
            time.sleep(PAUSE)
        assert holds(found), found
        return found

    def settled(self, intent_id: str, **params: Any) -> stripe.PaymentIntent:
        """A debit's intent when its bank has answered."""
        if self.settle:
            self.settle(intent_id)
        intents = self.services().payment_intents
        return self.until(
            lambda: intents.retrieve(intent_id, params), lambda intent: intent.status != "processing"
        )
