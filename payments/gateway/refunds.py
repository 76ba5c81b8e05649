"""Giving a charge back."""

from __future__ import annotations

from payments.gateway.client import speaking


def refund_charge(*, payment_intent_id: str, cents: int, key: str) -> str:
    """Refund `cents` of a charge and return the refund's id. The same `key` never refunds twice.

    Raises `OutcomeUnknown` or `GatewayRefused` (too little available, disputed, refunded already).
    """
    with speaking() as stripe:
        refund = stripe.v1.refunds.create(
            params={"payment_intent": payment_intent_id, "amount": cents, "metadata": {"refund": key}},
            options={"idempotency_key": key},
        )
    return refund.id


def find_refund(payment_intent_id: str) -> str | None:
    """Return the id of a charge's refund that did not fail, or None."""
    with speaking() as stripe:
        page = stripe.v1.refunds.list(params={"payment_intent": payment_intent_id, "limit": 100})
        for refund in page.auto_paging_iter():
            if refund.status not in {"failed", "canceled"}:
                return refund.id
    return None
