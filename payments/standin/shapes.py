"""The fields an object of the API has, read from the SDK's own classes: absent facts are null, as there."""

from functools import cache
from typing import Any, ForwardRef, get_args

import stripe

from payments.standin.errors import Body

API_VERSION: str = stripe.api_version or ""

CLASSES: dict[str, type] = {
    "account": stripe.Account,
    "bank_account": stripe.BankAccount,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "file": stripe.File,
    "mandate": stripe.Mandate,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
    "topup": stripe.Topup,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
    "webhook_endpoint": stripe.WebhookEndpoint,
}

#: The kinds of evidence a dispute takes.
EVIDENCE: tuple[str, ...] = tuple(stripe.Dispute.Evidence.__annotations__)

#: Fields the API leaves out instead of sending null: what only some requests or some kinds have.
LEFT_OUT: dict[str, set[str]] = {
    "account": {"deleted", "groups", "individual", "company", "future_requirements"},
    "charge": {"refunds", "level3", "authorization_code", "presentment_details", "fraud_details"},
    "checkout.session": {"line_items", "optional_items", "presentment_details", "managed_payments"},
    "customer": {
        "deleted",
        "cash_balance",
        "sources",
        "subscriptions",
        "tax",
        "tax_ids",
        "invoice_credit_balance",
    },
    "dispute": {"payment_method_details", "intended_submission_method"},
    "event": {"account", "context"},
    "payment_intent": {"hooks", "managed_payments", "payment_details", "presentment_details"},
    "refund": {
        "instructions_email",
        "next_action",
        "pending_reason",
        "presentment_details",
        "failure_reason",
        "failure_balance_transaction",
        "description",
    },
    "setup_intent": {"attach_to_self", "managed_payments"},
    "webhook_endpoint": {"secret", "deleted"},
}

#: A payment method has one hash, named after its type; the rest are left out.
_PAYMENT_METHOD_FIELDS = {"customer", "customer_account", "allow_redisplay"}


def blank(kind: str) -> Body:
    """A new object of a kind, every nullable field null."""
    return dict(_blank(kind))  # every value is a constant, so a shallow copy is a whole one


@cache
def _blank(kind: str) -> Body:
    body: Body = {"id": None, "object": kind}
    for name, hint in CLASSES[kind].__annotations__.items():
        if type(None) not in get_args(hint) or name in LEFT_OUT.get(kind, ()):
            continue
        if kind == "payment_method" and name not in _PAYMENT_METHOD_FIELDS:
            continue
        body[name] = None
    if "livemode" in CLASSES[kind].__annotations__:
        body["livemode"] = False
    return body


@cache
def expandable(kind: str) -> frozenset[str]:
    """The fields of a kind that hold an id or, when expanded, an object (published as `str | Object`)."""
    hints: dict[str, Any] = getattr(CLASSES.get(kind), "__annotations__", {})
    return frozenset(
        name
        for name, hint in hints.items()
        if str in get_args(hint) and any(isinstance(arg, ForwardRef) for arg in get_args(hint))
    )
