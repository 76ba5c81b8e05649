"""Payment methods (Docs: API reference, Payment Methods)."""

import hashlib
from typing import Any

from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.cards import CARDS, TOKENS, Card
from payments.standin.errors import ApiError, Body, missing
from payments.standin.listing import page
from payments.standin.objects.declines import decline_error
from payments.standin.routing import Route, route

_EMPTY_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
EXPIRY = (12, 2034)


def from_card(
    call: Call,
    card: Card,
    *,
    email: str | None = None,
    name: str | None = None,
    expiry: tuple[int, int] = EXPIRY,
) -> Body:
    """A new card payment method, attached to nobody. `expiry` is (month, year)."""
    billing = {"address": _EMPTY_ADDRESS, "email": email, "name": name, "phone": None, "tax_id": None}
    method = call.new(
        "payment_method",
        "pm",
        type="card",
        billing_details=billing,
        metadata={},
        allow_redisplay="unspecified",
        card=_card_hash(card, expiry),
    )
    private(method).update(number=card.number, set_up=False, spent=False)
    return call.save(method)


def _card_hash(card: Card, expiry: tuple[int, int]) -> Body:
    checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
    return {
        "brand": card.brand,
        "checks": checks,
        "country": "IT",
        "display_brand": card.brand,
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def test_card(method: Body) -> Card:
    """Which test card a payment method is."""
    return CARDS[method["_standin"]["number"]]


def resolve(call: Call, name: str, *, param: str = "payment_method") -> Body:
    """A payment method by id, or a new one from a test token such as `pm_card_visa`."""
    if name in TOKENS:
        return from_card(call, TOKENS[name])
    method = call.store.get(name)
    if method is None or method["object"] != "payment_method":
        raise missing("PaymentMethod", name, param=param, status=400)
    return method


def attach_to(call: Call, method: Body, customer_id: str) -> Body:
    """Attach, asking the bank first. Raises a 402 when the card is refused there."""
    if method["customer"] == customer_id:
        return method
    if method["customer"]:
        raise ApiError("The payment method you provided has already been attached to a customer.")
    refuse_spent(method)
    decline = test_card(method).setup_decline
    if decline:
        raise decline_error(*decline, keep_effects=False, payment_method=render(call, method))
    return finish_attachment(call, method, customer_id)


def refuse_spent(method: Body) -> None:
    """A detached method can't be used again."""
    if method["_standin"]["spent"]:
        raise ApiError(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, or was "
            "detached from a Customer. It may not be used again."
        )


def finish_attachment(call: Call, method: Body, customer_id: str) -> Body:
    """The attachment itself, with its event."""
    method["customer"] = customer_id
    call.save(method)
    call.emit("payment_method.attached", method)
    return method


def attach(call: Call, method_id: str) -> Body:
    """Attach a method to a customer."""
    customer = call.named("customer", "customer") if "customer" in call.params else None
    if customer is None or customer.get("deleted"):
        raise ApiError("Missing required param: customer.", code="parameter_missing", param="customer")
    return render(call, attach_to(call, resolve(call, method_id), customer["id"]))


def detach(call: Call, method_id: str) -> Body:
    """Detach a method; it can't be attached or charged again."""
    method = call.fetch("payment_method", method_id, param="payment_method")
    if not method["customer"]:
        raise ApiError(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    previous = {"customer": method["customer"]}
    method["customer"] = None
    private(method)["spent"] = True
    call.save(method)
    call.emit("payment_method.detached", method, previous=previous)
    return render(call, method)


def retrieve(call: Call, method_id: str) -> Body:
    """One payment method."""
    return render(call, call.fetch("payment_method", method_id, param="payment_method"))


def update(call: Call, method_id: str) -> Body:
    """Change the metadata or the billing details of an attached method."""
    method = call.fetch("payment_method", method_id, param="payment_method")
    if not method["customer"]:
        raise ApiError("You must save this PaymentMethod to a customer before you can update it.")
    if "metadata" in call.params:
        method["metadata"] = merge_metadata(method["metadata"], call.params["metadata"])
    if "allow_redisplay" in call.params:
        method["allow_redisplay"] = call.params["allow_redisplay"]
    call.save(method)
    call.emit("payment_method.updated", method)
    return render(call, method)


def list_all(call: Call) -> Body:
    """A customer's methods, newest first."""
    if "customer" not in call.params:
        raise ApiError("Missing required param: customer.", code="parameter_missing", param="customer")
    call.named("customer", "customer")
    return page(call, "payment_method", "/v1/payment_methods", by=("customer", "type"))


def of_customer(call: Call, customer_id: str) -> Body:
    """A customer's methods, by the customer's own address."""
    call.fetch("customer", customer_id, param="customer")
    where: dict[str, Any] = {"customer": customer_id}
    return page(
        call, "payment_method", f"/v1/customers/{customer_id}/payment_methods", by=("type",), where=where
    )


_PAGING = "limit starting_after ending_before"

ROUTES: list[Route] = [
    route("GET", "/v1/payment_methods", "payment_method_list", f"customer type {_PAGING}", list_all),
    route("GET", "/v1/payment_methods/{}", "payment_method_retrieve", "", retrieve),
    route("POST", "/v1/payment_methods/{}", "payment_method_update", "metadata allow_redisplay", update),
    route("POST", "/v1/payment_methods/{}/attach", "payment_method_attach", "customer", attach),
    route("POST", "/v1/payment_methods/{}/detach", "payment_method_detach", "", detach),
    route(
        "GET",
        "/v1/customers/{}/payment_methods",
        "customer_payment_method_list",
        f"type {_PAGING}",
        of_customer,
    ),
]
