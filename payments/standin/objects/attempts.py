"""One attempt to collect a payment intent: the bank is asked, and the intent moves."""

from payments.standin.call import Call, private, render
from payments.standin.errors import CARD_ERROR, ApiError, Body
from payments.standin.objects import charges, debits
from payments.standin.objects.declines import decline_error, remembered
from payments.standin.objects.instruments import is_debit, test_card
from payments.standin.objects.payment_methods import keep_for_later

AUTHENTICATION_REQUIRED = "authentication_required"


def attempt(
    call: Call,
    intent: Body,
    method: Body,
    *,
    off_session: bool,
    authenticated: bool = False,
    acceptance: Body | None = None,
) -> Body:
    """Try to charge. Leaves the intent `succeeded` or `requires_action`, a debit's `processing`.

    `acceptance` is a mandate's that the holder gives with it.

    Raises a 402 with everything recorded (`keep_effects`) when the bank refuses; off-session, needing
    authentication is a refusal (Docs: Charge a saved payment method).
    """
    intent["payment_method"] = method["id"]
    if is_debit(method):
        return debits.begin(call, intent, method, acceptance)
    card = test_card(method)
    asks = card.authenticate == "always" or (
        card.authenticate == "until_set_up" and not private(method)["set_up"]
    )
    if asks and not authenticated:
        if off_session:
            raise _declined(call, intent, method, AUTHENTICATION_REQUIRED, AUTHENTICATION_REQUIRED)
        return ask_bank(call, intent)
    if card.charge_decline:
        raise _declined(call, intent, method, *card.charge_decline)
    charge = charges.succeed(call, intent, method, authenticated=authenticated)
    intent.update(
        amount_received=intent["amount"],
        last_payment_error=None,
        latest_charge=charge["id"],
        next_action=None,
        status="succeeded",
    )
    call.save(intent)
    call.emit("payment_intent.succeeded", intent)
    keep_for_later(call, intent, method, authenticated=authenticated)
    return intent


def ask_bank(call: Call, intent: Body) -> Body:
    """Leave the intent waiting for its holder, with the address of the 3-D Secure page."""
    facts = private(intent)
    url = f"{call.base_url}/authenticate/{intent['id']}"
    if facts.get("return_url") or facts.get("session"):
        action = {
            "redirect_to_url": {"return_url": facts.get("return_url"), "url": url},
            "type": "redirect_to_url",
        }
    else:
        action = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url},
        }
    intent.update(next_action=action, status="requires_action")
    call.save(intent)
    call.emit(f"{intent['object']}.requires_action", intent)
    return intent


def refuse_authentication(call: Call, intent: Body, method: Body) -> Body:
    """The holder failed 3-D Secure: the intent asks for another method."""
    error = ApiError(
        "The provided PaymentMethod has failed authentication. Give another PaymentMethod to try again.",
        status=402,
        kind=CARD_ERROR,
        code="payment_intent_authentication_failure",
        payment_method=render(call, method),
    )
    intent.update(
        last_payment_error=remembered(error),
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
    )
    call.save(intent)
    call.emit("payment_intent.payment_failed", intent)
    return intent


def _declined(call: Call, intent: Body, method: Body, code: str, decline_code: str) -> ApiError:
    """Record a refusal and give the error to raise."""
    charge = charges.fail(call, intent, method, code, decline_code)
    shown = render(call, method)
    error = decline_error(code, decline_code, keep_effects=True, charge=charge["id"], payment_method=shown)
    intent.update(
        last_payment_error=remembered(error),
        latest_charge=charge["id"],
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
    )
    call.save(intent)
    call.emit("payment_intent.payment_failed", intent)
    error.details["payment_intent"] = render(call, intent)
    return error
