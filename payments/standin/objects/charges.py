"""Charges: what a payment intent's attempts leave (Docs: API reference, Charges)."""

from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.cards import decline_message
from payments.standin.errors import Body
from payments.standin.listing import FILTERS, page, whole
from payments.standin.objects.balance import PENDING_FOR, move
from payments.standin.objects.disputes import open_dispute
from payments.standin.objects.instruments import is_debit, test_card
from payments.standin.objects.refunds import GIVEN
from payments.standin.routing import Route, route

#: Hundredths of a percent, and cents, of each card charge (European consumer cards).
FEE_BASIS_POINTS, FEE_FIXED = 150, 25


def fee_of(amount: int) -> int:
    """The processing fee in cents, rounded half up."""
    return (amount * FEE_BASIS_POINTS + 5_000) // 10_000 + FEE_FIXED


def build(call: Call, intent: Body, method: Body, details: Body | None = None) -> Body:
    """A new attempt on a method, not yet written. `details` are shown of it; those of a card by default."""
    copied = (
        "amount",
        "currency",
        "customer",
        "description",
        "receipt_email",
        "transfer_group",
        "statement_descriptor",
    )
    charge = call.new(
        "charge",
        "py" if is_debit(method) else "ch",
        **{name: intent[name] for name in copied},
        amount_captured=0,
        amount_refunded=0,
        billing_details=method["billing_details"],
        calculated_statement_descriptor="CIVIC CROWDFUNDING",
        captured=False,
        disputed=False,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        paid=False,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=details or {"card": _card_details(intent, method), "type": "card"},
        radar_options={},
        refunded=False,
    )
    charge["receipt_url"] = f"{call.base_url}/receipts/{charge['id']}"
    return charge


def _card_details(intent: Body, method: Body) -> Body:
    card = method["card"]
    copied = (
        "brand",
        "checks",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
        "wallet",
    )
    return {
        **{name: card[name] for name in copied},
        "amount_authorized": intent["amount"],
        "authorization_code": None,
        "installments": None,
        "mandate": None,
        "network": card["brand"],
        "network_token": {"used": False},
        "three_d_secure": None,
    }


def succeed(call: Call, intent: Body, method: Body, *, authenticated: bool) -> Body:
    """A charge that went through: money pending (or available, by card), its fee, its event, perhaps a dispute."""
    card = test_card(method)
    charge = build(call, intent, method)
    available_on = call.now + (0 if card.straight_to_available else PENDING_FOR)
    transaction = move(
        call,
        "charge",
        charge["id"],
        amount=intent["amount"],
        currency=intent["currency"],
        fee=fee_of(intent["amount"]),
        available_on=available_on,
        description=intent["description"],
    )
    charge.update(
        amount_captured=intent["amount"],
        balance_transaction=transaction["id"],
        captured=True,
        outcome=outcome("approved_by_network", "authorized", None, "Payment complete."),
        paid=True,
        status="succeeded",
    )
    if authenticated:
        details = {
            "authentication_flow": "challenge",
            "result": "authenticated",
            "result_reason": None,
            "version": "2.2.0",
        }
        charge["payment_method_details"]["card"]["three_d_secure"] = details
    call.save(charge)
    call.emit("charge.succeeded", charge)
    _dispute(call, charge, card.dispute)
    return charge


def _dispute(call: Call, charge: Body, kind: str) -> None:
    """What the holder of a test card does after the charge."""
    if kind == "inquiry":
        open_dispute(call, charge, inquiry=True)
    elif kind == "multiple":
        half = charge["amount"] // 2
        open_dispute(call, charge, amount=half)
        open_dispute(call, charge, amount=charge["amount"] - half, reason="product_not_received")
    elif kind:
        open_dispute(call, charge, reason=kind)


def fail(call: Call, intent: Body, method: Body, code: str, decline_code: str) -> Body:
    """A charge the bank refused, kept for the record, with its event."""
    message = decline_message(decline_code)
    charge = build(call, intent, method)
    charge.update(
        failure_code=code,
        failure_message=message,
        outcome=outcome("declined_by_network", "issuer_declined", decline_code, message),
        status="failed",
    )
    charge["receipt_url"] = None
    call.save(charge)
    call.emit("charge.failed", charge)
    return charge


def outcome(network: str, kind: str, reason: str | None, message: str) -> Body:
    """What the network said (`network_status`), in the words of the API."""
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": kind,
    }


def retrieve(call: Call, charge_id: str) -> Body:
    """One charge."""
    return render(call, call.fetch("charge", charge_id))


def update(call: Call, charge_id: str) -> Body:
    """Change a charge's metadata or description."""
    charge = call.fetch("charge", charge_id)
    if "metadata" in call.params:
        charge["metadata"] = merge_metadata(charge["metadata"], call.params["metadata"])
    if "description" in call.params:
        charge["description"] = call.params["description"]
    private(charge)
    call.save(charge)
    call.emit("charge.updated", charge)
    return render(call, charge)


def list_all(call: Call) -> Body:
    """Charges, newest first."""
    return page(call, "charge", "/v1/charges", by=("payment_intent", "customer", "transfer_group"))


def refunds_of(call: Call, charge: Body) -> Body:
    """The list that `expand` shows inside a charge."""
    found = call.store.find("refund", {"charge": charge["id"]}, conditions=GIVEN)
    return whole(call, found, f"/v1/charges/{charge['id']}/refunds")


ROUTES: list[Route] = [
    route(
        "GET",
        "/v1/charges",
        "charge_list",
        f"payment_intent customer transfer_group {' '.join(FILTERS)}",
        list_all,
    ),
    route("GET", "/v1/charges/{}", "charge_retrieve", "", retrieve),
    route("POST", "/v1/charges/{}", "charge_update", "metadata description", update),
]
