"""What the hosted page does to a session: a card given, the bank's answer, the end."""

from payments.standin.call import Call, private
from payments.standin.errors import ApiError, Body
from payments.standin.objects import attempts, payment_intents, setup_intents
from payments.standin.objects.checkout_sessions import method_choice
from payments.standin.objects.customers import living

_INTENT_FIELDS = (
    "description", "metadata", "receipt_email", "setup_future_usage", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group",
)  # fmt: skip


def submit(call: Call, session: Body, method: Body, acceptance: Body | None = None) -> str | None:
    """Try a method on an open session; the address to go to next, or None when it was refused (the intent knows why).

    The next address is the bank's page while the intent asks for authentication, the success page at the end.
    `acceptance` is the mandate's that a debit's holder gives on the page.
    """
    email, name = method["billing_details"]["email"], method["billing_details"]["name"]
    private(session).update(email=email, name=name)
    intent = _intent(call, session, email)
    try:
        if session["mode"] == "setup":
            setup_intents.attempt_setup(call, intent, method, acceptance=acceptance)
        else:
            attempts.attempt(call, intent, method, off_session=False, acceptance=acceptance)
    except ApiError as error:
        if not error.keep_effects:
            raise
        call.save(session)
        return None
    if intent["status"] == "requires_action":
        call.save(session)
        return f"{call.base_url}/authenticate/{intent['id']}"
    return complete(call, session)


def _intent(call: Call, session: Body, email: str | None) -> Body:
    """The session's intent; in payment mode it comes into being with the first attempt."""
    if session["mode"] == "setup":
        return call.fetch("setup_intent", session["setup_intent"])
    if session["payment_intent"]:
        return call.fetch("payment_intent", session["payment_intent"])
    given: Body = private(session)["intent_data"]
    _give_customer(call, session, email, wanted=bool(given.get("setup_future_usage")))
    intent = payment_intents.build(
        call,
        {
            **{field: given[field] for field in _INTENT_FIELDS if field in given},
            **({"customer": session["customer"]} if session["customer"] else {}),
            **method_choice(session),
            "amount": session["amount_total"],
            "currency": session["currency"],
        },
    )
    private(intent)["session"] = session["id"]
    session["payment_intent"] = intent["id"]
    call.emit("payment_intent.created", intent)
    return intent


def _give_customer(call: Call, session: Body, email: str | None, *, wanted: bool) -> None:
    if session["customer"] or not (wanted or session["customer_creation"] == "always"):
        return
    customer = call.new(
        "customer", "cus", balance=0, delinquent=False, email=email, metadata={}, preferred_locales=[],
        tax_exempt="none",
    )  # fmt: skip
    call.save(customer)
    call.emit("customer.created", customer)
    session["customer"] = customer["id"]


def complete(call: Call, session: Body) -> str:
    """The session is done; the address of the success page."""
    facts = private(session)
    customer = living(call, session["customer"]) if session["customer"] else {}
    session.update(
        customer_details={
            "address": None,
            "business_name": None,
            "email": facts.get("email") or customer.get("email"),
            "individual_name": None,
            "name": facts.get("name") or customer.get("name"),
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
        payment_status=_payment_status(call, session),
        status="complete",
    )
    facts.pop("path", None)
    call.save(session)
    call.emit("checkout.session.completed", session)
    address: str = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return address


def _payment_status(call: Call, session: Body) -> str:
    """A debit is unpaid until its bank has answered (Docs: SEPA Direct Debit, Confirm the payment is successful)."""
    if session["mode"] == "setup":
        return "no_payment_required"
    return (
        "paid"
        if call.fetch("payment_intent", session["payment_intent"])["status"] == "succeeded"
        else "unpaid"
    )


def refusal(call: Call, session: Body) -> Body | None:
    """Why the last card was refused, if it was."""
    field, error = ("setup_intent", "last_setup_error") if session["mode"] == "setup" else (
        "payment_intent", "last_payment_error",
    )  # fmt: skip
    intent = call.store.get(session[field]) if session[field] else None
    found: Body | None = intent[error] if intent and intent["status"] == "requires_payment_method" else None
    return found
