"""Saving a card or an account: Stripe's hosted page in setup mode, what came of it, and giving it back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

from payments.gateway.client import GatewayRefused, speaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    import stripe
    from stripe.params.checkout import SessionCreateParams

WHOLE = ["setup_intent.payment_method", "setup_intent.mandate"]
CARD, DEBIT = "card", "sepa_debit"


@dataclasses.dataclass(frozen=True)
class CardSession:
    """A hosted page and what is known of the card, or the account to debit, given on it."""

    id: str
    url: str
    status: str  # open, complete, expired
    mode: str  # setup, payment
    pledge: str = ""  # the pledge's public id, from the metadata
    customer_id: str = ""
    setup_intent_id: str = ""
    setup_status: str = ""
    payment_method_id: str = ""
    method: str = CARD
    card_brand: str = ""
    card_last4: str = ""  # of the IBAN, when it is an account
    mandate_id: str = ""  # the holder's permission to debit the account
    mandate_reference: str = ""

    @property
    def saved(self) -> bool:
        """Whether a card was saved: its SetupIntent has succeeded."""
        return self.setup_status == "succeeded" and bool(self.payment_method_id)

    @property
    def pending(self) -> bool:
        """Whether the page is done with, and its bank has not said yet whether the card or account may be kept."""
        return self.status == "complete" and self.setup_status == "processing"

    @property
    def open(self) -> bool:
        """Whether a card may still be given."""
        return self.status == "open"


def create_card_session(
    *,
    key: str,
    customer_id: str,
    pledge: str,
    language: str,
    success_url: str,
    cancel_url: str,
    methods: Sequence[Literal["card", "sepa_debit"]] = ("card",),
) -> CardSession:
    """Open a hosted page that saves a card for later charges (usage off-session, Stripe's own for setup mode).

    `methods` are what may be saved, the preferred one first (Stripe may show them otherwise). It lives a day by
    Stripe's clock, unless it is expired before. Raises `OutcomeUnknown` or `GatewayRefused`.
    """
    params: SessionCreateParams = {
        "mode": "setup",
        "ui_mode": "hosted_page",
        "currency": "eur",
        "allowed_payment_method_types": list(methods),
        "customer": customer_id,
        "client_reference_id": pledge,
        "metadata": {"pledge": pledge},
        "setup_intent_data": {"metadata": {"pledge": pledge}},
        "locale": "it" if language == "it" else "en",
        "success_url": success_url,
        "cancel_url": cancel_url,
    }
    with speaking() as stripe:
        return _read(stripe.v1.checkout.sessions.create(params=params, options={"idempotency_key": key}))


def retrieve_card_session(session_id: str) -> CardSession:
    """Read a session with its SetupIntent and card. Raises `OutcomeUnknown` or `GatewayRefused`."""
    with speaking() as stripe:
        return _read(stripe.v1.checkout.sessions.retrieve(session_id, params={"expand": WHOLE}))


def expire_card_session(session_id: str) -> CardSession:
    """Close a session and read it again: one completed in the meantime stays complete, with its card."""
    try:
        with speaking() as stripe:
            stripe.v1.checkout.sessions.expire(session_id)
    except GatewayRefused:  # no longer open: the reading says what it is
        pass
    return retrieve_card_session(session_id)


def detach_card(payment_method_id: str) -> bool:
    """Give a saved card back; False when it was no longer held. Raises `OutcomeUnknown`."""
    try:
        with speaking() as stripe:
            stripe.v1.payment_methods.detach(payment_method_id)
    except GatewayRefused:
        return False
    return True


def _id(thing: Any) -> str:
    """Return the id of what is an id or an expanded object."""
    return (thing if isinstance(thing, str) else getattr(thing, "id", "")) or ""


def _mandate(intent: Any) -> tuple[str, str]:
    """Return the id of a SetupIntent's mandate and the reference that stands on the payer's statement."""
    mandate: Any = getattr(intent, "mandate", None)
    details: Any = getattr(getattr(mandate, "payment_method_details", None), DEBIT, None)
    return _id(mandate), getattr(details, "reference", "") or ""


def _read(session: stripe.checkout.Session) -> CardSession:
    intent: Any = session.setup_intent
    method: Any = getattr(intent, "payment_method", None)
    kind = DEBIT if getattr(method, "type", CARD) == DEBIT else CARD
    given: Any = getattr(method, kind, None)
    mandate_id, reference = _mandate(intent)
    return CardSession(
        id=session.id,
        url=session.url or "",
        status=session.status or "",
        mode=session.mode,
        pledge=getattr(session.metadata, "pledge", "") or "",
        customer_id=_id(session.customer),
        setup_intent_id=_id(intent),
        setup_status=getattr(intent, "status", ""),
        payment_method_id=_id(method),
        method=kind,
        card_brand=getattr(given, "brand", "") or "",
        card_last4=getattr(given, "last4", "") or "",
        mandate_id=mandate_id,
        mandate_reference=reference,
    )
