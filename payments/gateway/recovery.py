"""The payment page of a recovery: opened for a backer, read, closed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from payments.gateway.charges import EXPAND, ChargeResult, Outcome, read_intent
from payments.gateway.client import GatewayRefused, speaking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.gateway.charges import ChargeOrder

EXPAND_SESSION = [f"payment_intent.{name}" for name in EXPAND]


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentPage:
    """A hosted payment page: where it is, whether it still takes a payment, and its charge if there is one."""

    session_id: str
    url: str
    is_open: bool
    charge: ChargeResult | None = None

    @property
    def is_paid(self) -> bool:
        """Whether money was taken."""
        return self.charge is not None and self.charge.outcome == Outcome.SUCCEEDED


def _read(session: Mapping[str, Any]) -> PaymentPage:
    intent = session.get("payment_intent")
    return PaymentPage(
        session_id=session["id"],
        url=session.get("url") or "",
        is_open=session["status"] == "open",
        charge=read_intent(intent) if isinstance(intent, dict) else None,
    )


def open_payment_page(order: ChargeOrder, *, language: str, success_url: str, cancel_url: str) -> PaymentPage:
    """Open a hosted page on which the backer pays `order.cents` with any card. The card is not kept.

    With a card alone, whatever was refused: a debit begun in the window would be answered after its end.
    Raises `OutcomeUnknown` or `GatewayRefused`; a page that nobody was told of can't be paid.
    """
    metadata = {"attempt": order.key, "pledge": order.pledge_id, "campaign": str(order.campaign_id)}
    with speaking() as stripe:
        session = stripe.v1.checkout.sessions.create(
            params={
                "mode": "payment",
                "customer": order.customer_id,
                "locale": "it" if language == "it" else "en",
                "allowed_payment_method_types": ["card"],
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": "eur",
                            "unit_amount": order.cents,
                            "product_data": {"name": order.description},
                        },
                    }
                ],
                "payment_intent_data": {
                    "capture_method": "automatic",
                    "description": order.description,
                    "transfer_group": f"campaign:{order.campaign_id}",
                    "metadata": metadata,
                },
                "metadata": metadata,
                "success_url": success_url,
                "cancel_url": cancel_url,
            },
            options={"idempotency_key": order.key},
        )
    return _read(session.to_dict())


def read_payment_page(session_id: str) -> PaymentPage:
    """Retrieve a page and its charge."""
    with speaking() as stripe:
        session = stripe.v1.checkout.sessions.retrieve(session_id, params={"expand": EXPAND_SESSION})
    return _read(session.to_dict())


def close_payment_page(session_id: str) -> PaymentPage:
    """Expire a page so that it takes no payment any more, and read it once more: it may have been paid."""
    try:
        with speaking() as stripe:
            stripe.v1.checkout.sessions.expire(session_id)
    except GatewayRefused:
        return read_payment_page(session_id)  # not open any more: complete, or expired by time
    return read_payment_page(session_id)
