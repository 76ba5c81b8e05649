"""Refunds (Docs: API reference, Refunds; Testing, Refunds)."""

from typing import Any

from payments.standin.call import Call, merge_metadata, render
from payments.standin.errors import ApiError, Body, missing
from payments.standin.listing import FILTERS, page
from payments.standin.objects.balance import available, move
from payments.standin.objects.instruments import DEBIT, is_debit, refund_outcome
from payments.standin.routing import Route, route

SETTLE, SEND, RESOLVE_INQUIRIES, LATER = "settle_refund", "send_refund", "resolve_inquiries", 3600
#: The setting of the switch that lets a refund wait for money, as live mode does, where test mode refuses.
WAITS_FOR_MONEY = "refunds_wait_for_money"
#: Refunds that somebody gave; not those that undo a debit that failed.
GIVEN: tuple[tuple[str, Any], ...] = (("json_extract(body, '$._standin.of_failure') IS ?", None),)
_OUTCOMES = {"pending": "succeeded", "failed": "failed"}
_TO_CARD: Body = {
    "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
    "type": "card",
}
DEBITS_REFUNDED_WITHIN = 180 * 86400  # (Docs: SEPA Direct Debit, Refunds)


def create(call: Call) -> Body:
    """Give a charge back, whole or in part, out of the available balance. Fees are not returned."""
    charge = _charge(call)
    left = charge["amount"] - charge["amount_refunded"] - _lost(call, charge)
    amount = call.params.get("amount", left)
    _check(call, charge, amount, left)
    debit = charge["payment_method_details"]["type"] == DEBIT
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
        status="pending",
    )
    _count(call, charge, amount)
    if amount > _money_for(call, charge):
        _wait(call, refund)
    else:
        _send(call, refund, charge)
    call.emit("refund.created", refund)
    call.emit("charge.refunded", charge)
    if charge["refunded"]:
        call.later(0, RESOLVE_INQUIRIES, charge["id"])
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
    charge = call.store.get(params["charge"])
    if charge is None or charge["object"] != "charge":
        raise missing("charge", params["charge"])
    return charge


def _disputes(call: Call, charge: Body) -> list[Body]:
    return call.store.find("dispute", {"charge": charge["id"]}) if charge["disputed"] else []


def _lost(call: Call, charge: Body) -> int:
    """What its holder has had back through the bank."""
    return sum(dispute["amount"] for dispute in _disputes(call, charge) if dispute["status"] == "lost")


def _check(call: Call, charge: Body, amount: int, left: int) -> None:
    if not charge["paid"]:
        raise ApiError("This charge did not succeed, so there is nothing to refund.", param="charge")
    by_debit = charge["payment_method_details"]["type"] == DEBIT
    if by_debit and call.now > charge["created"] + DEBITS_REFUNDED_WITHIN:
        raise ApiError("SEPA Direct Debit payments can be refunded within 180 days.", param="charge")
    open_ones = {"needs_response", "under_review"}
    disputes = _disputes(call, charge)
    if any(dispute["status"] in open_ones for dispute in disputes) or (left <= 0 and _lost(call, charge)):
        raise ApiError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if left <= 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount < 1:
        raise ApiError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount > left:
        raise ApiError(
            f"Refund amount ({_euro(amount)}) is greater than unrefunded amount on charge ({_euro(left)})",
            param="amount",
        )
    if amount > _money_for(call, charge) and not call.store.setting(WAITS_FOR_MONEY):
        raise ApiError(
            "Insufficient funds in your Stripe balance to refund this amount.", code="balance_insufficient"
        )


def _euro(cents: int) -> str:
    return f"€{cents // 100}.{cents % 100:02d}"


def _money_for(call: Call, charge: Body) -> int:
    """Cents that may pay a refund: what is available, and a charge's own pending money."""
    entry = call.store.get(charge["balance_transaction"])
    own = charge["amount"] if entry and entry["available_on"] > call.now else 0
    return available(call, charge["currency"]) + own


def _wait(call: Call, refund: Body) -> None:
    """No money yet: it stays pending and is looked at again (Docs: Pending refunds, insufficient balance)."""
    refund["pending_reason"] = "insufficient_funds"
    call.save(refund)
    call.later(LATER, SEND, refund["id"])


def _send(call: Call, refund: Body, charge: Body) -> None:
    """The money leaves the balance; the bank's answer comes at once, or later for some cards."""
    method = call.store.get(charge["payment_method"])
    debit = method is not None and is_debit(method)
    described = f" ({charge['description']})" if charge["description"] else ""
    moved = move(
        call,
        "payment_refund" if debit else "refund",
        refund["id"],
        amount=-refund["amount"],
        currency=charge["currency"],
        description=f"REFUND FOR {'PAYMENT' if debit else 'CHARGE'}{described}",
    )
    outcome = refund_outcome(method) if method else "succeeded"
    refund.update(balance_transaction=moved["id"], status="pending" if outcome == "pending" else "succeeded")
    refund.pop("pending_reason", None)
    if outcome == "pending":
        refund["pending_reason"] = "processing"
    call.save(refund)
    if outcome in _OUTCOMES:
        call.later(LATER, SETTLE, refund["id"])


def send_if_possible(call: Call, refund_id: str) -> None:
    """Look again whether there is money for a refund that waits for it."""
    refund = call.fetch("refund", refund_id)
    if refund.get("pending_reason") != "insufficient_funds" or refund["status"] != "pending":
        return
    charge = call.fetch("charge", refund["charge"])
    if refund["amount"] > _money_for(call, charge):
        call.later(LATER, SEND, refund_id)
        return
    _send(call, refund, charge)
    call.emit("refund.updated", refund)


def _count(call: Call, charge: Body, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    call.save(charge)


def settle(call: Call, refund_id: str) -> None:
    """The bank's late answer to a refund: done, or failed and the money back in the balance."""
    refund = call.fetch("refund", refund_id)
    method = call.store.get(refund["payment_method"])
    if method is None or refund["status"] in {"canceled", "failed"}:
        return
    if _OUTCOMES[refund_outcome(method)] == "failed":
        fail(call, refund, "expired_or_canceled_card")
        return
    refund["status"] = "succeeded"
    refund.pop("pending_reason", None)
    call.save(refund)
    call.emit("refund.updated", refund)


def fail(call: Call, refund: Body, reason: str) -> None:
    """A refund that does not arrive: what has left the balance comes back, and the charge may be refunded again."""
    if refund["balance_transaction"]:
        debit = refund["id"].startswith("pyr_")
        back = move(
            call,
            "payment_refund" if debit else "refund_failure",
            refund["id"],
            amount=refund["amount"],
            category="refund_failure",
            currency=refund["currency"],
            description=f"REFUND FAILURE ({refund['id']})",
        )
        refund["failure_balance_transaction"] = back["id"]
    refund.pop("pending_reason", None)
    refund.update(failure_reason=reason, status="failed")
    _count(call, call.fetch("charge", refund["charge"]), -refund["amount"])
    call.save(refund)
    call.emit("refund.updated", refund)
    call.emit("refund.failed", refund)


def retrieve(call: Call, refund_id: str) -> Body:
    """One refund."""
    return render(call, call.fetch("refund", refund_id, param="refund"))


def update(call: Call, refund_id: str) -> Body:
    """Change a refund's metadata, all that may change."""
    refund = call.fetch("refund", refund_id, param="refund")
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
