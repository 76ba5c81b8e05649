"""Money paid into the platform's balance at Stripe from its bank."""

from __future__ import annotations

import dataclasses

from payments.gateway.client import speaking


@dataclasses.dataclass(frozen=True, slots=True)
class TopUp:
    """A top-up: how much in whole cents, and whether it has arrived."""

    id: str
    cents: int
    arrived: bool


def read_top_up(top_up_id: str) -> TopUp:
    """Retrieve a top-up in euro. Raises `OutcomeUnknown`, or `GatewayRefused` when there is none by this id."""
    with speaking() as stripe:
        found = stripe.v1.topups.retrieve(top_up_id)
    return TopUp(
        id=found.id,
        cents=found.amount,
        arrived=found.status == "succeeded" and found.currency == "eur",
    )
