"""What was sent with no answer, and is not found: until when it is sent again under its old idempotency key."""

from __future__ import annotations

import datetime as dt
from typing import Any

OLD_KEY_FOR = dt.timedelta(minutes=10)
"""Longer than any request lives (our timeout, thrice): what is not found after it never will be."""


def needs_new_key(row: Any, *, now: dt.datetime) -> bool:
    """Say whether a row that Stripe does not know was sent so long ago that its key only brings an old failure back.

    Stripe answers a key whose request broke with the same 500 for a day. `row` is in the state "sent, outcome unknown".
    """
    sent = row.events.filter(to_status="unknown").order_by("at", "id").last()
    return sent is not None and now - sent.at >= OLD_KEY_FOR
