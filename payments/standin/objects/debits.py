"""SEPA debits: begun now, answered by the bank days later (Docs: SEPA Direct Debit; Failed payments).

The money stands in the pending balance from the beginning and is taken out again when the bank refuses (Docs: Balance
transaction types, `payment_failure_refund`).
"""

import datetime as dt

from payments.standin.call import Call, private, render
from payments.standin.clock import business_days_later
from payments.standin.errors import CARD_ERROR, ApiError, Body
from payments.standin.ibans import COULD_NOT_PROCESS, ENDS_MANDATE, FAILURES, SUCCEEDS_AFTER
from payments.standin.objects import charges, mandates
from payments.standin.objects.balance import move
from payments.standin.objects.declines import remembered
from payments.standin.objects.disputes import open_dispute
from payments.standin.objects.instruments import test_iban
from payments.standin.objects.payment_methods import keep_for_later

SETTLE = "settle_debit"
FEE = 35  # cents (Docs: Pricing, SEPA Direct Debit)
LARGEST = 1_000_000  # cents of one debit (Docs: SEPA Direct Debit)


def begin(call: Call, intent: Body, method: Body, acceptance: Body | None) -> Body:
    """Send the debit to the bank. Leaves the intent `processing`.

    `acceptance` is the holder's new permission; without it one given before must be active.
    """
    if intent["currency"] != "eur":
        raise ApiError("SEPA Direct Debit takes euro only.", param="currency")
    if intent["amount"] > LARGEST:
        raise ApiError("Amount must be no more than €10,000.00", code="amount_too_large", param="amount")
    mandate = _mandate(call, intent, method, acceptance)
    charge = charges.build(call, intent, method, _details(call, method, mandate))
    charge.update(
        amount_captured=intent["amount"],
        balance_transaction=_hold(call, intent, charge, method),
        captured=True,
        outcome=charges.outcome("approved_by_network", "authorized", None, "Payment pending."),
        status="pending",
    )
    call.save(charge)
    intent.update(last_payment_error=None, latest_charge=charge["id"], next_action=None, status="processing")
    call.save(intent)
    call.emit("charge.pending", charge)
    call.emit("payment_intent.processing", intent)
    keep_for_later(call, intent, method)
    due = business_days_later(call.now, test_iban(method).does.days)
    call.later(due - call.now, SETTLE, charge["id"])
    return intent


def _mandate(call: Call, intent: Body, method: Body, acceptance: Body | None) -> Body:
    if acceptance:
        again = intent["setup_future_usage"] or method["customer"]
        once = None if again else (intent["amount"], intent["currency"])
        return mandates.accept(call, method, acceptance, once=once)
    found = mandates.active(call, method)
    if found is None:
        raise ApiError(
            "This PaymentIntent requires a mandate, but no active one was found. Collect the customer's acceptance and "
            "give it in mandate_data.",
            code="payment_intent_mandate_invalid",
            payment_intent=render(call, intent),
        )
    return found


def _details(call: Call, method: Body, mandate: Body) -> Body:
    debited = dt.datetime.fromtimestamp(business_days_later(call.now, 1), dt.UTC).date().isoformat()
    copied = ("bank_code", "branch_code", "country", "fingerprint", "last4")
    shown = {name: method["sepa_debit"][name] for name in copied}
    return {
        "sepa_debit": {**shown, "expected_debit_date": debited, "mandate": mandate["id"]},
        "type": "sepa_debit",
    }


def _hold(call: Call, intent: Body, charge: Body, method: Body) -> str:
    """The money, pending until the bank has answered, and for as long as a bank may take as a rule."""
    held = move(
        call,
        "payment",
        charge["id"],
        amount=intent["amount"],
        currency=intent["currency"],
        fee=FEE,
        available_on=business_days_later(call.now, max(SUCCEEDS_AFTER, test_iban(method).does.days)),
        description=intent["description"],
    )
    found: str = held["id"]
    return found


def settle(call: Call, charge_id: str, *, failure_code: str | None = None) -> None:
    """The bank's answer to a debit, whatever day it is; nothing when it has answered before.

    `failure_code` makes it refuse whatever the account would have done.
    """
    charge = call.fetch("charge", charge_id)
    if charge["status"] != "pending":
        return
    intent = call.fetch("payment_intent", charge["payment_intent"])
    method = call.fetch("payment_method", charge["payment_method"])
    reason = failure_code or test_iban(method).does.failure_code
    if reason:
        _refuse(call, intent, charge, method, reason)
    else:
        _succeed(call, intent, charge, method)


def _succeed(call: Call, intent: Body, charge: Body, method: Body) -> None:
    charge.update(
        outcome=charges.outcome("approved_by_network", "authorized", None, "Payment complete."),
        paid=True,
        status="succeeded",
    )
    call.save(charge)
    intent.update(amount_received=intent["amount"], status="succeeded")
    call.save(intent)
    call.emit("charge.succeeded", charge)
    call.emit("payment_intent.succeeded", intent)
    _tell_session(call, intent, "succeeded")
    if test_iban(method).does.disputed:
        open_dispute(call, charge)


def _refuse(call: Call, intent: Body, charge: Body, method: Body, failure_code: str) -> None:
    """The bank refuses: the money leaves the pending balance again. The fee does not come back."""
    message = FAILURES.get(failure_code, FAILURES[COULD_NOT_PROCESS])
    charge.update(
        failure_balance_transaction=_give_back(call, intent, charge),
        failure_code=failure_code,
        failure_message=message,
        outcome=charges.outcome("declined_by_network", "issuer_declined", failure_code, message),
        receipt_url=None,
        status="failed",
    )
    call.save(charge)
    error = ApiError(
        message,
        status=402,
        kind=CARD_ERROR,
        code=failure_code,
        charge=charge["id"],
        payment_method=render(call, method),
    )
    intent.update(last_payment_error=remembered(error), payment_method=None, status="requires_payment_method")
    call.save(intent)
    call.emit("charge.failed", charge)
    call.emit("payment_intent.payment_failed", intent)
    _tell_session(call, intent, "failed")
    if failure_code in ENDS_MANDATE:
        mandates.end(call, method)


def _give_back(call: Call, intent: Body, charge: Body) -> str:
    """The balance's way back, whose source is a refund that no list of refunds shows."""
    refund = call.new(
        "refund",
        "pyr",
        amount=charge["amount"],
        charge=charge["id"],
        currency=charge["currency"],
        metadata={},
        payment_intent=intent["id"],
        payment_method=charge["payment_method"],
        status="succeeded",
    )
    private(refund)["of_failure"] = True
    held = call.fetch("balance_transaction", charge["balance_transaction"])
    moved = move(
        call,
        "payment_failure_refund",
        refund["id"],
        amount=-charge["amount"],
        currency=charge["currency"],
        available_on=max(call.now, held["available_on"]),
        description=charge["description"],
    )
    refund["balance_transaction"] = moved["id"]
    call.save(refund)
    found: str = moved["id"]
    return found


def _tell_session(call: Call, intent: Body, outcome: str) -> None:
    """A Checkout session that was completed with a debit learns how it ended."""
    session_id = private(intent).get("session")
    if not session_id:
        return
    session = call.fetch("checkout.session", session_id)
    if outcome == "succeeded":
        session["payment_status"] = "paid"
        call.save(session)
    call.emit(f"checkout.session.async_payment_{outcome}", session)
