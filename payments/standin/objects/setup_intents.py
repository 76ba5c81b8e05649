"""Setup intents: a card saved for later, nothing charged (Docs: API reference, Setup Intents)."""

from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.errors import CARD_ERROR, ApiError, Body
from payments.standin.listing import FILTERS, page
from payments.standin.objects import mandates
from payments.standin.objects.attempts import ask_bank
from payments.standin.objects.customers import living
from payments.standin.objects.declines import decline_error, remembered
from payments.standin.objects.instruments import allowed_types, is_debit, setup_decline, test_card
from payments.standin.objects.intents import refuse_other_type, refuse_session_owned
from payments.standin.objects.payment_methods import finish_attachment, refuse_spent, resolve
from payments.standin.routing import Route, route
from payments.standin.store import new_id

_OPTIONS: Body = {
    "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"},
    "sepa_debit": {},
}
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def build(call: Call, params: Body) -> Body:
    """A new intent from checked parameters; not yet written."""
    if "customer" in params:
        living(call, params["customer"])
    types = allowed_types(params)
    intent = call.new(
        "setup_intent",
        "seti",
        allowed_payment_method_types=params.get("allowed_payment_method_types"),
        automatic_payment_methods={"allow_redirects": "always", "enabled": True},
        customer=params.get("customer"),
        description=params.get("description"),
        metadata=merge_metadata(None, params.get("metadata", {})),
        payment_method_options={kind: _OPTIONS[kind] for kind in types},
        payment_method_types=types,
        status="requires_payment_method",
        usage=params.get("usage", "off_session"),
    )
    intent["client_secret"] = new_id(f"{intent['id']}_secret")
    return intent


def create(call: Call) -> Body:
    """A new intent, confirmed at once when `confirm` is true."""
    intent = build(call, call.params)
    call.emit("setup_intent.created", intent)
    if "payment_method" in call.params:
        method = resolve(call, call.params["payment_method"])
        intent.update(payment_method=method["id"], status="requires_confirmation")
        if call.params.get("confirm"):
            private(intent)["return_url"] = call.params.get("return_url")
            return render(call, attempt_setup(call, intent, method, acceptance=_acceptance(call)))
    return render(call, call.save(intent))


def _acceptance(call: Call) -> Body | None:
    found: Body | None = (call.params.get("mandate_data") or {}).get("customer_acceptance")
    return found


def attempt_setup(
    call: Call,
    intent: Body,
    method: Body,
    *,
    authenticated: bool = False,
    acceptance: Body | None = None,
) -> Body:
    """Ask the bank to let the card be kept. Leaves the intent `succeeded` or `requires_action`.

    A debit's bank is not asked; its holder's `acceptance` makes the mandate. Raises a 402 with the failure recorded
    when the bank refuses.
    """
    refuse_spent(method)
    refuse_other_type(call, intent, method)
    intent["payment_method"] = method["id"]
    decline = setup_decline(method)
    if decline:
        error = decline_error(*decline, keep_effects=True, payment_method=render(call, method))
        failed(call, intent, error)
        error.details["setup_intent"] = render(call, intent)
        raise error
    if is_debit(method):
        intent["mandate"] = _mandate(call, method, acceptance)
    elif test_card(method).authenticate != "never" and not authenticated:
        return ask_bank(call, intent)
    private(method)["set_up"] = True
    call.save(method)
    intent.update(last_setup_error=None, next_action=None, status="succeeded")
    call.save(intent)
    if intent["customer"] and not method["customer"]:
        finish_attachment(call, method, intent["customer"])
    call.emit("setup_intent.succeeded", intent)
    return intent


def _mandate(call: Call, method: Body, acceptance: Body | None) -> str:
    if acceptance is None:
        raise ApiError(
            "A mandate is needed to save a SEPA debit: give the customer's acceptance in mandate_data.",
            code="setup_intent_mandate_invalid",
            param="mandate_data",
        )
    found: str = mandates.accept(call, method, acceptance)["id"]
    return found


def refuse_authentication(call: Call, intent: Body, method: Body) -> Body:
    """The holder failed 3-D Secure: the card is not kept."""
    error = ApiError(
        "The provided PaymentMethod has failed authentication. Give another PaymentMethod to try again.",
        status=402,
        kind=CARD_ERROR,
        code="setup_intent_authentication_failure",
        payment_method=render(call, method),
    )
    return failed(call, intent, error)


def failed(call: Call, intent: Body, error: ApiError) -> Body:
    """Record a failed setup on its intent."""
    intent.update(
        last_setup_error=remembered(error),
        next_action=None,
        payment_method=None,
        status="requires_payment_method",
    )
    call.save(intent)
    call.emit("setup_intent.setup_failed", intent)
    return intent


def confirm(call: Call, intent_id: str) -> Body:
    """Confirm an intent, with another method perhaps."""
    intent = _open(call, intent_id, "confirm")
    name = call.params.get("payment_method", intent["payment_method"])
    if not name:
        raise ApiError(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
            setup_intent=render(call, intent),
        )
    private(intent)["return_url"] = call.params.get("return_url")
    return render(call, attempt_setup(call, intent, resolve(call, name), acceptance=_acceptance(call)))


def _open(call: Call, intent_id: str, verb: str) -> Body:
    intent = call.fetch("setup_intent", intent_id, param="intent")
    refuse_session_owned(call, intent, verb)
    if intent["status"] not in _OPEN:
        raise ApiError(
            f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
            setup_intent=render(call, intent),
        )
    return intent


def cancel(call: Call, intent_id: str) -> Body:
    """Cancel an intent; the one of a Checkout session goes by expiring the session."""
    intent = _open(call, intent_id, "cancel")
    return render(call, canceled(call, intent, call.params.get("cancellation_reason")))


def canceled(call: Call, intent: Body, reason: str | None) -> Body:
    """The cancellation itself."""
    intent.update(cancellation_reason=reason, next_action=None, status="canceled")
    call.save(intent)
    call.emit("setup_intent.canceled", intent)
    return intent


def retrieve(call: Call, intent_id: str) -> Body:
    """One intent."""
    return render(call, call.fetch("setup_intent", intent_id, param="intent"))


def list_all(call: Call) -> Body:
    """Intents, newest first."""
    return page(call, "setup_intent", "/v1/setup_intents", by=("customer", "payment_method"))


ROUTES: list[Route] = [
    route(
        "POST",
        "/v1/setup_intents",
        "setup_intent_create",
        "customer description metadata usage payment_method confirm return_url automatic_payment_methods "
        "allowed_payment_method_types mandate_data",
        create,
    ),
    route(
        "GET",
        "/v1/setup_intents",
        "setup_intent_list",
        f"customer payment_method {' '.join(FILTERS)}",
        list_all,
    ),
    route("GET", "/v1/setup_intents/{}", "setup_intent_retrieve", "", retrieve),
    route(
        "POST",
        "/v1/setup_intents/{}/confirm",
        "setup_intent_confirm",
        "payment_method return_url mandate_data",
        confirm,
    ),
    route("POST", "/v1/setup_intents/{}/cancel", "setup_intent_cancel", "cancellation_reason", cancel),
]
