"""Refunds (Docs: API reference, Refunds; Testing, Refunds)."""

from payments.standin.call import Call, merge_metadata, render
from payments.standin.errors import ApiError, Body
from payments.standin.listing import FILTERS, page
from payments.standin.objects.balance import available, move
from payments.standin.objects.charges import GIVEN
from payments.standin.objects.instruments import DEBIT, is_debit, refund_outcome
from payments.standin.routing import Route, route

SETTLE, SETTLE_AFTER = "settle_refund", 3600
_OUTCOMES = {"pending": "succeeded", "failed": "failed"}
_TO_CARD: Body = {
    "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
    "type": "card",
}
DEBITS_REFUNDED_WITHIN = 180 * 86400  # (Docs: SEPA Direct Debit, Refunds)


def create(call: Call) -> Body:
    """Give a charge back, whole or in part, out of the available balance. Fees are not returned."""
    charge = _charge(call)
    left = charge["amount"] - charge["amount_refunded"]
    amount = call.params.get("amount", left)
    _check(call, charge, amount, left)
    method = call.store.get(charge["payment_method"])
    debit = method is not None and is_debit(method)
    outcome = refund_outcome(method) if method else "succeeded"
    refund = call.new(
        "refund",
        "pyr" if debit else "re",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details=None if debit else _TO_CARD,
        metadata=merge_metadata(None, call.params.get("metadata", {})),
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=call.params.get("reason"),
        status="pending" if outcome == "pending" else "succeeded",
    )
    refund["balance_transaction"] = move(
        call,
        "payment_refund" if debit else "refund",
        refund["id"],
        amount=-amount,
        currency=charge["currency"],
    )["id"]
    call.save(refund)
    _count(call, charge, amount)
    call.emit("refund.created", refund)
    call.emit("charge.refunded", charge)
    if outcome in _OUTCOMES:
        call.later(SETTLE_AFTER, SETTLE, refund["id"])
    return render(call, refund)


def _charge(call: Call) -> Body:
    params = call.params
    if "payment_intent" in params:
        intent = call.named("payment_intent", "payment_intent")
        charge = call.store.get(intent["latest_charge"]) if intent["status"] == "succeeded" else None
        if charge is None:
            raise ApiError(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
            )
        return charge
    if "charge" not in params:
        raise ApiError(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    return call.named("charge", "charge")


def _check(call: Call, charge: Body, amount: int, left: int) -> None:
    if not charge["paid"]:
        raise ApiError("This charge did not succeed, so there is nothing to refund.", param="charge")
    if (
        charge["payment_method_details"]["type"] == DEBIT
        and call.now > charge["created"] + DEBITS_REFUNDED_WITHIN
    ):
        raise ApiError("SEPA Direct Debit payments can be refunded within 180 days.", param="charge")
    if charge["disputed"]:
        raise ApiError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if left == 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount < 1:
        raise ApiError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount > left:
        raise ApiError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).", param="amount"
        )
    if amount > available(call, charge["currency"]) + _pending_of(call, charge):
        raise ApiError(
            "Insufficient funds in your Stripe balance to refund this amount.",
            code="charge_exceeds_source_limit",
        )


def _pending_of(call: Call, charge: Body) -> int:
    """A charge's own pending money may pay its refund."""
    entry = call.store.get(charge["balance_transaction"])
    return charge["amount"] if entry and entry["available_on"] > call.now else 0


def _count(call: Call, charge: Body, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    call.save(charge)


def settle(call: Call, refund_id: str) -> None:
    """The bank's late answer to a refund: done, or failed and the money back in the balance."""
    refund = call.store.get(refund_id)
    charge = call.store.get(refund["charge"]) if refund else None
    method = call.store.get(charge["payment_method"]) if charge else None
    if not (refund and charge and method) or refund["status"] == "canceled":
        return
    refund["status"] = _OUTCOMES[refund_outcome(method)]
    if refund["status"] == "failed":
        back = move(
            call, "refund_failure", refund["id"], amount=refund["amount"], currency=refund["currency"]
        )
        refund.update(failure_balance_transaction=back["id"], failure_reason="expired_or_canceled_card")
        _count(call, charge, -refund["amount"])
    call.save(refund)
    call.emit("refund.updated", refund)
    if refund["status"] == "failed":
        call.emit("refund.failed", refund)


def retrieve(call: Call, refund_id: str) -> Body:
    """One refund."""
    return render(call, call.fetch("refund", refund_id))


def update(call: Call, refund_id: str) -> Body:
    """Change a refund's metadata, all that may change."""
    refund = call.fetch("refund", refund_id)
    refund["metadata"] = merge_metadata(refund["metadata"], call.params.get("metadata", {}))
    call.save(refund)
    call.emit("refund.updated", refund)
    return render(call, refund)


def list_all(call: Call) -> Body:
    """Refunds, newest first."""
    return page(call, "refund", "/v1/refunds", by=("charge", "payment_intent"), conditions=GIVEN)


ROUTES: list[Route] = [
    route("POST", "/v1/refunds", "refund_create", "charge payment_intent amount metadata reason", create),
    route("GET", "/v1/refunds", "refund_list", f"charge payment_intent {' '.join(FILTERS)}", list_all),
    route("GET", "/v1/refunds/{}", "refund_retrieve", "", retrieve),
    route("POST", "/v1/refunds/{}", "refund_update", "metadata", update),
]
