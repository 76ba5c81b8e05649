"""What payment intents and setup intents have in common: amounts, currencies, types, and whose they are."""

import re

from payments.standin.call import Call, private, render
from payments.standin.errors import ApiError, Body

SMALLEST, LARGEST = 50, 99_999_999  # cents (Docs: Supported currencies, Minimum and maximum charge amounts)
CURRENCIES = {"eur", "usd", "gbp", "chf", "sek", "dkk", "nok", "pln", "czk", "ron"}
_NAMES = {"payment_intent": "PaymentIntent", "setup_intent": "SetupIntent"}


def check_amount(amount: int, *, param: str = "amount") -> None:
    """Refuse what no card network carries. Cents."""
    if amount < 1:
        raise ApiError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param=param
        )
    if amount < SMALLEST:
        raise ApiError("Amount must be at least €0.50 eur", code="amount_too_small", param=param)
    if amount > LARGEST:
        raise ApiError("Amount must be no more than €999,999.99", code="amount_too_large", param=param)


def check_currency(currency: str) -> str:
    """The currency in lower case. Raises a 400 for one that is not known."""
    known = currency.lower()
    if not re.fullmatch("[a-z]{3}", known) or known not in CURRENCIES:
        names = ", ".join(sorted(CURRENCIES))
        raise ApiError(f"Invalid currency: {currency}. The stand-in knows {names}", param="currency")
    return known


def refuse_session_owned(call: Call, intent: Body, verb: str) -> None:
    """The intent of a Checkout session is its own affair: the session is expired instead."""
    if private(intent).get("session"):
        raise ApiError(
            f"You cannot {verb} the {_NAMES[intent['object']]} of a Checkout Session. "
            "Expire the Checkout Session instead.",
            code=f"{intent['object']}_unexpected_state",
            intent=render(call, intent),
        )


def refuse_other_type(call: Call, intent: Body, method: Body) -> None:
    """An intent takes the types it allows (Docs: Error codes, payment_intent_incompatible_payment_method)."""
    if method["type"] not in intent["payment_method_types"]:
        raise ApiError(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this {_NAMES[intent['object']]}. "
            f"Give one of the following types: {', '.join(intent['payment_method_types'])}.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
            intent=render(call, intent) if intent["object"] == "payment_intent" else None,
        )
