"""Customers at Stripe: one for each pledge, so that nothing joins what a person has not joined."""

from __future__ import annotations

from payments.gateway.client import speaking


def create_customer(*, key: str, email: str, name: str, language: str, pledge: str) -> str:
    """Make a customer and return its id. `key` is the idempotency key, `pledge` the pledge's public id.

    Raises `OutcomeUnknown` (ask again with the same key) or `GatewayRefused`.
    """
    with speaking() as stripe:
        made = stripe.v1.customers.create(
            params={
                "email": email,
                "name": name or email,
                "preferred_locales": [language],
                "metadata": {"pledge": pledge},
            },
            options={"idempotency_key": key},
        )
    return made.id
