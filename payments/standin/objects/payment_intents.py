"""Payment intents (Docs: API reference, Payment Intents)."""

from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.errors import ApiError, Body, not_modelled
from payments.standin.listing import FILTERS, page
from payments.standin.objects.attempts import attempt
from payments.standin.objects.customers import living
from payments.standin.objects.instruments import CARD, allowed_types
from payments.standin.objects.intents import (
    check_amount,
    check_currency,
    refuse_other_type,
    refuse_session_owned,
)
from payments.standin.objects.payment_methods import refuse_spent, resolve
from payments.standin.routing import Route, route
from payments.standin.store import new_id

_COPIED = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
_CANCELLABLE = (
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "requires_capture",
)
_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_REDIRECTING = {"allow_redirects": "always", "enabled": True}


def build(call: Call, params: Body) -> Body:
    """A new, unconfirmed intent from checked parameters; not yet written."""
    check_amount(params["amount"])
    if "customer" in params:
        living(call, params["customer"])
    types = allowed_types(params)
    intent = call.new(
        "payment_intent",
        "pi",
        **{name: params[name] for name in _COPIED if name in params},
        allowed_payment_method_types=params.get("allowed_payment_method_types"),
        amount=params["amount"],
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        automatic_payment_methods=_automatic(params),
        capture_method=params.get("capture_method", "automatic_async"),
        confirmation_method="automatic",
        currency=check_currency(params["currency"]),
        customer=params.get("customer"),
        metadata=merge_metadata(None, params.get("metadata", {})),
        payment_method_options=_options(params, types),
        payment_method_types=types,
        status="requires_payment_method",
    )
    intent["client_secret"] = new_id(f"{intent['id']}_secret")
    return intent


def _automatic(params: Body) -> Body:
    """A list of cards alone, or the caller's word, keeps redirecting methods out."""
    redirects = params.get("automatic_payment_methods", {}).get("allow_redirects", "always")
    return {
        **_REDIRECTING,
        "allow_redirects": redirects if "allowed_payment_method_types" not in params else "never",
    }


def _options(params: Body, types: list[str]) -> Body:
    given = params.get("payment_method_options", {}).get(CARD, {})
    card = {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
        **given,
    }
    return {kind: card if kind == CARD else {} for kind in types}


def create(call: Call) -> Body:
    """A new intent, confirmed at once when `confirm` is true."""
    params = call.params
    _check_modelled(params)
    if not params.get("confirm") and "off_session" in params:
        raise ApiError(
            "The parameter `off_session` cannot be passed when creating a PaymentIntent unless `confirm` "
            "is set to true.",
            param="off_session",
        )
    intent = build(call, params)
    method = _own_method(call, intent, params["payment_method"]) if "payment_method" in params else None
    if method:
        intent.update(payment_method=method["id"], status="requires_confirmation")
    call.emit("payment_intent.created", intent)
    if params.get("confirm"):
        return _confirm(call, intent, method)
    return render(call, call.save(intent))


def _check_modelled(params: Body) -> None:
    if params.get("capture_method") == "manual":
        raise not_modelled("manual capture", param="capture_method")
    others = set(params.get("payment_method_options", {})) - {CARD}
    if others:
        raise not_modelled(f"options of {', '.join(sorted(others))}", param="payment_method_options")


def _own_method(call: Call, intent: Body, name: str) -> Body:
    """The method to charge, which must belong to the intent's customer, or to nobody."""
    method = resolve(call, name)
    if method["customer"] and method["customer"] != intent["customer"]:
        owner = (
            f"you must provide `customer` {method['customer']}"
            if not intent["customer"]
            else "it is another's"
        )
        raise ApiError(
            f"The PaymentMethod {method['id']} belongs to a Customer: {owner}.",
            param="payment_method",
        )
    refuse_spent(method)
    refuse_other_type(call, intent, method)
    return method


def _confirm(call: Call, intent: Body, method: Body | None) -> Body:
    params = call.params
    if method is None:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=render(call, intent),
        )
    off_session = bool(params.get("off_session"))
    facts = private(intent)
    facts["return_url"] = params.get("return_url", facts.get("return_url"))
    if not off_session and not facts["return_url"] and intent["automatic_payment_methods"] == _REDIRECTING:
        raise ApiError(
            "This PaymentIntent may use payment methods that redirect, so a `return_url` is needed to confirm it; or "
            "set automatic_payment_methods[allow_redirects] to never.",
            param="return_url",
        )
    acceptance = (params.get("mandate_data") or {}).get("customer_acceptance")
    attempt(call, intent, method, off_session=off_session, acceptance=acceptance)
    if intent["status"] == "requires_action" and params.get("error_on_requires_action"):
        raise ApiError(
            "This payment required an authentication action to complete.",
            status=402,
            kind="card_error",
            code="authentication_required",
            payment_intent=render(call, intent),
        )
    return render(call, intent)


def confirm(call: Call, intent_id: str) -> Body:
    """Confirm an intent, with another method perhaps."""
    intent = call.fetch("payment_intent", intent_id, param="intent")
    refuse_session_owned(call, intent, "confirm")
    _check_modelled(call.params)
    _expect(call, intent, _CONFIRMABLE, "confirm")
    if "setup_future_usage" in call.params:
        intent["setup_future_usage"] = call.params["setup_future_usage"] or None
    name = call.params.get("payment_method", intent["payment_method"])
    return _confirm(call, intent, _own_method(call, intent, name) if name else None)


def _expect(call: Call, intent: Body, statuses: tuple[str, ...], verb: str) -> None:
    if intent["status"] not in statuses:
        raise ApiError(
            f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. Only a "
            f"PaymentIntent with one of the following statuses may be used: {', '.join(statuses)}.",
            code="payment_intent_unexpected_state",
            payment_intent=render(call, intent),
        )


def cancel(call: Call, intent_id: str) -> Body:
    """Cancel an intent that has not collected."""
    intent = call.fetch("payment_intent", intent_id, param="intent")
    refuse_session_owned(call, intent, "cancel")
    _expect(call, intent, _CANCELLABLE, "cancel")
    return render(call, canceled(call, intent, call.params.get("cancellation_reason")))


def canceled(call: Call, intent: Body, reason: str | None) -> Body:
    """The cancellation itself."""
    intent.update(canceled_at=call.now, cancellation_reason=reason, next_action=None, status="canceled")
    call.save(intent)
    call.emit("payment_intent.canceled", intent)
    return intent


def retrieve(call: Call, intent_id: str) -> Body:
    """One intent."""
    return render(call, call.fetch("payment_intent", intent_id, param="intent"))


def update(call: Call, intent_id: str) -> Body:
    """Change an intent; its amount only before it is collected."""
    intent = call.fetch("payment_intent", intent_id, param="intent")
    params = call.params
    if {"amount", "payment_method", "customer"} & params.keys():
        _expect(call, intent, _CONFIRMABLE, "update")
    if "amount" in params:
        check_amount(params["amount"])
        intent["amount"] = params["amount"]
    if "metadata" in params:
        intent["metadata"] = merge_metadata(intent["metadata"], params["metadata"])
    for name in ("description", "transfer_group", "receipt_email"):
        if name in params:
            intent[name] = params[name] or None
    if "payment_method" in params:
        intent.update(
            payment_method=_own_method(call, intent, params["payment_method"])["id"],
            status="requires_confirmation",
        )
    return render(call, call.save(intent))


def list_all(call: Call) -> Body:
    """Intents, newest first."""
    return page(call, "payment_intent", "/v1/payment_intents", by=("customer",))


_CONFIRM = (
    "payment_method off_session return_url error_on_requires_action payment_method_options "
    "setup_future_usage receipt_email mandate_data"
)
_CREATE = (
    f"{_CONFIRM} amount currency customer description metadata confirm transfer_group capture_method "
    "automatic_payment_methods allowed_payment_method_types statement_descriptor statement_descriptor_suffix"
)

ROUTES: list[Route] = [
    route("POST", "/v1/payment_intents", "payment_intent_create", _CREATE, create),
    route("GET", "/v1/payment_intents", "payment_intent_list", f"customer {' '.join(FILTERS)}", list_all),
    route("GET", "/v1/payment_intents/{}", "payment_intent_retrieve", "", retrieve),
    route(
        "POST",
        "/v1/payment_intents/{}",
        "payment_intent_update",
        "amount metadata description transfer_group receipt_email payment_method",
        update,
    ),
    route("POST", "/v1/payment_intents/{}/confirm", "payment_intent_confirm", _CONFIRM, confirm),
    route("POST", "/v1/payment_intents/{}/cancel", "payment_intent_cancel", "cancellation_reason", cancel),
]
