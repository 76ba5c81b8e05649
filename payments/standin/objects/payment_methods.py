"""Payment methods (Docs: API reference, Payment Methods)."""

from typing import Any

from payments.standin import cards, ibans
from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.errors import ApiError, Body, missing, not_modelled
from payments.standin.listing import page
from payments.standin.objects import mandates
from payments.standin.objects.declines import decline_error
from payments.standin.objects.instruments import from_card, from_iban, is_debit, setup_decline
from payments.standin.routing import Route, route


def resolve(call: Call, name: str, *, param: str = "payment_method") -> Body:
    """A payment method by id, or a new one from a test token such as `pm_card_visa`."""
    if name in cards.TOKENS:
        return from_card(call, cards.TOKENS[name])
    if name in ibans.TOKENS:
        return from_iban(call, ibans.TOKENS[name], email="test@example.org", name="Test Holder")
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
    decline = setup_decline(method)
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


def keep_for_later(call: Call, intent: Body, method: Body, *, authenticated: bool = False) -> None:
    """`setup_future_usage` attaches a method paid with; one kept by nobody can't be used again."""
    if intent["setup_future_usage"]:
        private(method)["set_up"] = authenticated or private(method)["set_up"]
        call.save(method)
        if intent["customer"] and not method["customer"]:
            finish_attachment(call, method, intent["customer"])
    elif not method["customer"]:
        private(method)["spent"] = True
        call.save(method)


def create(call: Call) -> Body:
    """A new method from an IBAN. Cards come from test tokens or hosted pages: no number of one is taken here."""
    params = call.params
    if params.get("type") != "sepa_debit":
        raise not_modelled("payment methods made of other than an IBAN", param="type")
    if "sepa_debit" not in params:
        raise ApiError("Missing required param: sepa_debit.", code="parameter_missing", param="sepa_debit")
    billing = params.get("billing_details") or {}
    for name in ("email", "name"):
        if not billing.get(name):
            where = f"billing_details[{name}]"
            raise ApiError(f"Missing required param: {where}.", code="parameter_missing", param=where)
    iban = known_iban(params["sepa_debit"]["iban"])
    method = from_iban(call, iban, email=billing["email"], name=billing["name"])
    if "metadata" in params:
        method["metadata"] = merge_metadata(None, params["metadata"])
    return render(call, call.save(method))


def known_iban(text: str) -> ibans.Iban:
    """The test IBAN that somebody has typed. Raises a 400 for what is none."""
    number, param = ibans.compact(text), "sepa_debit[iban]"
    if not ibans.well_formed(number):
        message = "The IBAN you provided is invalid."
        raise ApiError(message, code="invalid_bank_account_iban", param=param)
    if number not in ibans.IBANS:
        raise not_modelled("other IBANs than the test ones", param=param)
    return ibans.IBANS[number]


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
    if is_debit(method):
        mandates.end(call, method)
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
    route(
        "POST",
        "/v1/payment_methods",
        "payment_method_create",
        "type sepa_debit billing_details metadata",
        create,
    ),
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
