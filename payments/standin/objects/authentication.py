"""3-D Secure: the holder's answer to the bank, and where it leads."""

from urllib.parse import urlencode, urlsplit

from payments.standin.call import Call, private
from payments.standin.errors import ApiError, Body
from payments.standin.objects import attempts, hosted_checkout, setup_intents


def waiting_intent(call: Call, intent_id: str) -> Body | None:
    """The intent that waits for its holder, or None."""
    intent = call.store.get(intent_id)
    kinds = {"payment_intent", "setup_intent"}
    return intent if intent and intent["object"] in kinds and intent["status"] == "requires_action" else None


def answer(call: Call, intent: Body, *, accepted: bool) -> str:
    """Carry the holder's answer out; the address to go to next."""
    method = call.fetch("payment_method", intent["payment_method"])
    module = setup_intents if intent["object"] == "setup_intent" else attempts
    try:
        if not accepted:
            module.refuse_authentication(call, intent, method)
        elif intent["object"] == "setup_intent":
            setup_intents.attempt_setup(call, intent, method, authenticated=True)
        else:
            attempts.attempt(call, intent, method, off_session=False, authenticated=True)
    except ApiError as error:
        if not error.keep_effects:
            raise
    return _next(call, intent)


def _next(call: Call, intent: Body) -> str:
    session_id = private(intent).get("session")
    if session_id:
        session = call.fetch("checkout.session", session_id)
        if intent["status"] == "succeeded":
            return hosted_checkout.complete(call, session)
        return f"{call.base_url}/c/pay/{session_id}"
    return_url: str | None = private(intent).get("return_url")
    if not return_url:
        return f"{call.base_url}/authenticate/{intent['id']}"
    outcome = "succeeded" if intent["status"] == "succeeded" else "failed"
    kind = intent["object"]
    query = urlencode(
        {kind: intent["id"], f"{kind}_client_secret": intent["client_secret"], "redirect_status": outcome}
    )
    return f"{return_url}{'&' if urlsplit(return_url).query else '?'}{query}"
