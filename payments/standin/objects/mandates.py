"""Mandates: a holder's permission to debit an account (Docs: API reference, Mandates; SEPA Direct Debit, Mandates)."""

import secrets

from payments.standin.call import Call, private, render
from payments.standin.errors import Body
from payments.standin.routing import Route, route

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
REFERENCE_LENGTH = 16


def accept(call: Call, method: Body, acceptance: Body, *, once: tuple[int, str] | None = None) -> Body:
    """Record that a holder has accepted. `acceptance` is `mandate_data[customer_acceptance]`.

    `once` is (cents, currency) of a mandate for one payment only.
    """
    kind = "single_use" if once else "multi_use"
    reference = "".join(secrets.choice(_LETTERS) for _ in range(REFERENCE_LENGTH))
    mandate = call.new(
        "mandate",
        "mandate",
        customer_acceptance={"accepted_at": call.now, "offline": None, "online": None, **acceptance},
        multi_use=None if once else {"amount": None, "currency": None},
        payment_method=method["id"],
        payment_method_details={
            "sepa_debit": {"reference": reference, "url": ""},
            "type": "sepa_debit",
        },
        single_use={"amount": once[0], "currency": once[1]} if once else None,
        status="active",
        type=kind,
    )
    private(mandate)
    return call.save(mandate)


def active(call: Call, method: Body) -> Body | None:
    """The mandate that permits further debits of an account, the newest if there are several."""
    wanted = {"payment_method": method["id"], "status": "active", "type": "multi_use"}
    found = call.store.find("mandate", wanted, limit=1)
    return found[0] if found else None


def end(call: Call, method: Body) -> None:
    """The permission is gone: the method was detached, or the bank has said so."""
    for mandate in call.store.find("mandate", {"payment_method": method["id"], "status": "active"}):
        mandate["status"] = "inactive"
        call.save(mandate)
        call.emit("mandate.updated", shown(call, mandate), previous={"status": "active"})


def shown(call: Call, mandate: Body) -> Body:
    """The mandate with the address of its page."""
    body = render(call, mandate)
    details = body["payment_method_details"]
    url = f"{call.base_url}/mandates/{mandate['id']}"
    body["payment_method_details"] = {**details, "sepa_debit": {**details["sepa_debit"], "url": url}}
    return body


def retrieve(call: Call, mandate_id: str) -> Body:
    """One mandate."""
    return shown(call, call.fetch("mandate", mandate_id, param="mandate"))


ROUTES: list[Route] = [route("GET", "/v1/mandates/{}", "mandate_retrieve", "", retrieve)]
