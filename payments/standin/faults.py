"""Switches that make the API and the webhooks misbehave, as networks do."""

import random
import threading
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from payments.standin.errors import ApiError

KINDS = ("latency", "rate_limit", "error_before", "error_after", "cut_before", "cut_after")
chance = random.SystemRandom()


class CutError(Exception):
    """Close the connection without an answer."""


@dataclass
class Rule:
    """One switch: which requests (`POST /v1/payment_intents*`), what happens, how often.

    `skip` requests go through first; `times` then are hit (None: all), each with `probability`; `seconds` is the
    length of a `latency`.
    """

    match: str
    kind: str
    times: int | None = None
    skip: int = 0
    probability: float = 1.0
    seconds: float = 0.0

    def fires(self, request: str) -> bool:
        """Whether this request is hit; counts it."""
        if not fnmatchcase(request, self.match) or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if chance.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Faults:
    """All switches. `webhooks`: `duplicate` (probability), `shuffle`, `delay` (seconds), `hold`."""

    rules: list[Rule] = field(default_factory=list)
    requests_per_second: float | None = None
    webhooks: dict[str, Any] = field(default_factory=dict)
    _tokens: float = 0.0
    _filled_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def replace(self, wanted: dict[str, Any]) -> None:
        """New switches instead of all old ones. Raises a 400 for what is not a switch."""
        try:
            rules = [Rule(**rule) for rule in wanted.get("rules", [])]
        except TypeError as error:
            raise ApiError(f"Not a fault rule: {error}") from error
        unknown = {rule.kind for rule in rules} - set(KINDS)
        if unknown:
            raise ApiError(
                f"Not a kind of fault: {', '.join(sorted(unknown))}. There are {', '.join(KINDS)}."
            )
        with self._lock:
            self.rules = rules
            self.requests_per_second = wanted.get("requests_per_second")
            self.webhooks = wanted.get("webhooks", {})
            self._tokens, self._filled_at = self.requests_per_second or 0.0, time.monotonic()

    def shown(self) -> dict[str, Any]:
        """The switches as they are, with what is left of their counts."""
        return {
            "rules": [vars(rule) for rule in self.rules],
            "requests_per_second": self.requests_per_second,
            "webhooks": self.webhooks,
        }

    def take(self, method: str, path: str) -> dict[str, Rule]:
        """The faults that hit one request, by kind."""
        if not self.rules:
            return {}
        with self._lock:
            return {rule.kind: rule for rule in self.rules if rule.fires(f"{method} {path}")}

    def over_limit(self) -> bool:
        """Whether one more request is above `requests_per_second`."""
        rate = self.requests_per_second
        if rate is None:
            return False
        with self._lock:
            now = time.monotonic()
            self._tokens = min(rate, self._tokens + (now - self._filled_at) * rate)
            self._filled_at = now
            if self._tokens < 1:
                return True
            self._tokens -= 1
            return False


def rate_limited() -> ApiError:
    """The answer to one request too many (Docs: Rate limits)."""
    return ApiError("Request rate limit exceeded.", status=429, code="rate_limit")


def broken() -> ApiError:
    """The answer when something went wrong inside (Docs: API reference, Errors)."""
    return ApiError("An unknown error occurred.", status=500, kind="api_error")
