"""Customers (Docs: API reference, Customers)."""

from payments.standin.call import Call, merge_metadata, render
from payments.standin.errors import ApiError, Body
from payments.standin.listing import page
from payments.standin.objects import mandates
from payments.standin.objects.payment_methods import attach_to, resolve
from payments.standin.routing import Route, route

_FIELDS = "email name phone description metadata preferred_locales address"


def create(call: Call) -> Body:
    """A new customer, with a payment method attached if one is named."""
    given = {name: value for name, value in call.params.items() if name in _FIELDS.split()}
    customer = call.new(
        "customer",
        "cus",
        balance=0,
        delinquent=False,
        preferred_locales=[],
        tax_exempt="none",
        invoice_settings={
            "default_payment_method": None,
            "custom_fields": None,
            "footer": None,
            "rendering_options": None,
        },
    )
    customer.update(_emptied(given), metadata=merge_metadata(None, given.get("metadata", {})))
    call.save(customer)
    call.emit("customer.created", customer)
    if "payment_method" in call.params:
        attach_to(call, resolve(call, call.params["payment_method"]), customer["id"])
    return render(call, customer)


def retrieve(call: Call, customer_id: str) -> Body:
    """One customer; a deleted one is a stub that says so."""
    return render(call, call.fetch("customer", customer_id))


def update(call: Call, customer_id: str) -> Body:
    """Change a customer's own data."""
    customer = living(call, customer_id)
    changes = _emptied({name: call.params[name] for name in _FIELDS.split() if name in call.params})
    if "metadata" in call.params:
        changes["metadata"] = merge_metadata(customer["metadata"], call.params["metadata"])
    previous = {name: customer[name] for name in changes}
    customer.update(changes)
    call.save(customer)
    call.emit("customer.updated", customer, previous=previous)
    return render(call, customer)


def delete(call: Call, customer_id: str) -> Body:
    """Delete for good; its payment methods are detached with it."""
    customer = living(call, customer_id)
    for method in call.store.find("payment_method", {"customer": customer_id}):
        call.save({**method, "customer": None, "_standin": {**method["_standin"], "spent": True}})
        mandates.end(call, method)
    call.emit("customer.deleted", customer)
    stub: Body = {"id": customer_id, "object": "customer", "deleted": True}
    call.save(stub)
    return stub


def list_all(call: Call) -> Body:
    """Customers, newest first."""
    conditions = (("json_extract(body, '$.deleted') IS ?", None),)
    return page(call, "customer", "/v1/customers", by=("email",), conditions=conditions)


def living(call: Call, customer_id: str, *, param: str = "customer") -> Body:
    """A customer that has not been deleted. Raises `resource_missing`."""
    customer = call.fetch("customer", customer_id, param=param, status=404 if param == "id" else 400)
    if customer.get("deleted"):
        raise ApiError(f"No such customer: '{customer_id}'", code="resource_missing", param=param)
    return customer


def _emptied(fields: Body) -> Body:
    return {name: (None if value == "" else value) for name, value in fields.items()}


ROUTES: list[Route] = [
    route("POST", "/v1/customers", "customer_create", _FIELDS + " payment_method", create),
    route(
        "GET", "/v1/customers", "customer_list", "email limit starting_after ending_before created", list_all
    ),
    route("GET", "/v1/customers/{}", "customer_retrieve", "", retrieve),
    route("POST", "/v1/customers/{}", "customer_update", _FIELDS, update),
    route("DELETE", "/v1/customers/{}", "customer_delete", "", delete),
]
