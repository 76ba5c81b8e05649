"""Charging a saved card or account, and reading what became of a charge."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from payments.gateway.client import GatewayRefused, OutcomeUnknown, speaking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stripe.params import PaymentIntentCreateParams

PAYMENT_REQUIRED = 402
NEEDS_ANOTHER_CARD = frozenset(
    {
        "amount_too_large",  # a debit has a limit of its own
        "payment_intent_mandate_invalid",  # the holder has taken the permission back
        "payment_method_invalid_parameter",
        "resource_missing",
    }
)
EXPAND = ("latest_charge.balance_transaction", "latest_charge.failure_balance_transaction")
CARD, DEBIT = "card", "sepa_debit"


class Outcome(StrEnum):
    """What became of a charge."""

    SUCCEEDED = "succeeded"
    PROCESSING = "processing"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    OPEN = "open"


@dataclasses.dataclass(frozen=True, slots=True)
class ChargeResult:
    """What is known for sure of one PaymentIntent.

    `fee_cents` is what Stripe has kept: of a charge that succeeded, and of a debit that failed days later. `method`,
    `card_brand` and `card_last4` say what was charged, when anything was.
    """

    outcome: Outcome
    payment_intent_id: str = ""
    charge_id: str = ""
    fee_cents: int = 0
    error_code: str = ""
    decline_code: str = ""
    method: str = ""
    card_brand: str = ""
    card_last4: str = ""
    attempt_key: str = ""
    """The idempotency key of our attempt, kept in the PaymentIntent's metadata."""


@dataclasses.dataclass(frozen=True, slots=True)
class ChargeOrder:
    """What to charge: ids and cents, by which `method`, and `key`, the idempotency key made from our row."""

    key: str
    cents: int
    customer_id: str
    payment_method_id: str
    campaign_id: int
    pledge_id: str
    description: str
    method: str = CARD


def read_intent(intent: Mapping[str, Any]) -> ChargeResult:
    """Say what a PaymentIntent (with the balance transactions of its last charge expanded) means.

    Raises `OutcomeUnknown` for a success whose fee Stripe has not computed yet: a moment later it has.
    """
    status = intent["status"]
    result = ChargeResult(
        outcome=Outcome.OPEN,
        payment_intent_id=intent["id"],
        attempt_key=(intent.get("metadata") or {}).get("attempt", ""),
    )
    if status == "succeeded":
        return _succeeded(result, intent["latest_charge"])
    if status in {"processing", "canceled"}:
        outcome = Outcome.PROCESSING if status == "processing" else Outcome.CANCELLED
        return dataclasses.replace(result, outcome=outcome)
    if status == "requires_action":
        code = "authentication_required"
        return dataclasses.replace(result, outcome=Outcome.DECLINED, error_code=code, decline_code=code)
    error = intent.get("last_payment_error")
    if not error:
        return result
    return dataclasses.replace(
        result,
        outcome=Outcome.DECLINED,
        error_code=error.get("code") or "",
        decline_code=error.get("decline_code") or error.get("code") or "",
        **_kept(intent.get("latest_charge")),
    )


def _fee(charge: Mapping[str, Any], *names: str) -> int:
    entries = [charge.get(name) for name in names]
    return sum(int(entry["fee"]) for entry in entries if isinstance(entry, dict))


def _kept(charge: object) -> dict[str, Any]:
    """What Stripe keeps of a charge that failed: of a debit the fee, of a card nothing."""
    if not isinstance(charge, dict):
        return {}
    fee = _fee(charge, "balance_transaction", "failure_balance_transaction")
    return {"charge_id": charge["id"], "fee_cents": fee}


def _succeeded(result: ChargeResult, charge: Mapping[str, Any]) -> ChargeResult:
    entry = charge.get("balance_transaction")
    if not entry or isinstance(entry, str):
        raise OutcomeUnknown("no balance transaction yet")
    details = charge.get("payment_method_details") or {}
    method = DEBIT if details.get("type") == DEBIT else CARD
    given = details.get(method) or {}
    return dataclasses.replace(
        result,
        outcome=Outcome.SUCCEEDED,
        charge_id=charge["id"],
        fee_cents=_fee(charge, "balance_transaction"),
        method=method,
        card_brand=given.get("brand") or "",
        card_last4=given.get("last4") or "",
    )


def _charge_params(order: ChargeOrder) -> PaymentIntentCreateParams:
    """Say what to charge; a debit stands on the mandate that was given when the account was saved."""
    params: PaymentIntentCreateParams = {
        "amount": order.cents,
        "currency": "eur",
        "customer": order.customer_id,
        "payment_method": order.payment_method_id,
        "allowed_payment_method_types": ["card"],
        "payment_method_options": {"card": {"stored_credential_usage": "unscheduled"}},
        "capture_method": "automatic",
        "confirm": True,
        "off_session": True,
        "description": order.description,
        "transfer_group": f"campaign:{order.campaign_id}",
        "metadata": {
            "attempt": order.key,
            "pledge": order.pledge_id,
            "campaign": str(order.campaign_id),
        },
        "expand": list(EXPAND),
    }
    if order.method == DEBIT:
        params["allowed_payment_method_types"] = ["sepa_debit"]
        del params["payment_method_options"]
    return params


def charge_saved_card(order: ChargeOrder) -> ChargeResult:
    """Charge a saved card, or begin a debit, with nobody present. A refusal by the bank is a result, not an error.

    Raises `OutcomeUnknown` when nothing is known, `GatewayRefused` when Stripe refused the request itself.
    """
    try:
        with speaking() as stripe:
            intent = stripe.v1.payment_intents.create(
                params=_charge_params(order),
                options={"idempotency_key": order.key},
            )
    except GatewayRefused as refused:
        if refused.http_status != PAYMENT_REQUIRED and refused.code not in NEEDS_ANOTHER_CARD:
            raise
        return ChargeResult(
            outcome=Outcome.DECLINED,
            payment_intent_id=refused.object_id,
            error_code=refused.code,
            decline_code=refused.decline_code or refused.code,
            attempt_key=order.key,
        )
    return read_intent(intent.to_dict())


def find_charge(*, customer_id: str, key: str) -> ChargeResult | None:
    """Look an attempt up among its customer's PaymentIntents, newest first; None when it never reached Stripe.

    The list is read-after-write, Stripe's search is not.
    """
    with speaking() as stripe:
        page = stripe.v1.payment_intents.list(
            params={"customer": customer_id, "limit": 100, "expand": [f"data.{name}" for name in EXPAND]}
        )
        for intent in page.auto_paging_iter():
            found = intent.to_dict()
            if (found.get("metadata") or {}).get("attempt") == key:
                return read_intent(found)
    return None


def read_charge(payment_intent_id: str) -> ChargeResult:
    """Retrieve one PaymentIntent."""
    with speaking() as stripe:
        intent = stripe.v1.payment_intents.retrieve(payment_intent_id, params={"expand": list(EXPAND)})
    return read_intent(intent.to_dict())


def close_charge(payment_intent_id: str) -> ChargeResult:
    """Cancel a PaymentIntent so that it can never be paid, and say what it is in the end: it may have succeeded."""
    try:
        with speaking() as stripe:
            stripe.v1.payment_intents.cancel(payment_intent_id)
    except GatewayRefused as refused:
        if refused.code != "payment_intent_unexpected_state":
            raise
    return read_charge(payment_intent_id)
