"""The hosted Checkout page: save a method, or pay."""

from payments.standin.call import Call
from payments.standin.errors import Body
from payments.standin.exchange import Answer, Request
from payments.standin.objects import hosted_checkout
from payments.standin.objects.instruments import CARD, DEBIT
from payments.standin.pages import checkout_form, given
from payments.standin.pages.layout import html, link, not_found, paragraph, redirect
from payments.standin.pages.words import Words, spoken

_LOOPBACK = "127.0.0.1"


def show(call: Call, request: Request, session_id: str) -> Answer:
    """The page of a session, by its state."""
    session = _session(call, session_id)
    words = spoken(session["locale"] if session else None, request.headers)
    if session is None:
        return not_found(words)
    if session["status"] != "open":
        return _over(session, words)
    refused = hosted_checkout.refusal(call, session)
    problems = {_first_field(session): words(_reason(refused))} if refused else {}
    return checkout_form.page(session, words, given.read(request, session), problems)


def submit(call: Call, request: Request, session_id: str) -> Answer:
    """A card or an IBAN was given; sending the form is the acceptance of a debit's mandate."""
    session = _session(call, session_id)
    words = spoken(session["locale"] if session else None, request.headers)
    if session is None:
        return not_found(words)
    if session["status"] != "open":
        return _over(session, words)
    form = given.read(request, session)
    problems = form.problems(call, session, words)
    if problems:
        return checkout_form.page(session, words, form, problems, status=422)
    acceptance = _acceptance(request) if form.kind == DEBIT else None
    address = hosted_checkout.submit(call, session, form.method(call, session), acceptance)
    return redirect(address or f"{call.base_url}/c/pay/{session_id}")


def _session(call: Call, session_id: str) -> Body | None:
    session = call.store.get(session_id)
    return session if session and session["object"] == "checkout.session" else None


def _acceptance(request: Request) -> Body:
    agent = request.headers.get("User-Agent", "")
    return {"online": {"ip_address": _LOOPBACK, "user_agent": agent}, "type": "online"}


def _first_field(session: Body) -> str:
    """Where a refusal leads to: the first field of the form."""
    kinds = session["payment_method_types"]
    return "method" if len(kinds) > 1 else "card" if kinds == [CARD] else "account"


def _reason(refused: Body) -> str:
    if refused["code"].endswith("authentication_failure"):
        return "not_authenticated"
    return "insufficient_funds" if refused.get("decline_code") == "insufficient_funds" else "declined"


def _over(session: Body, words: Words) -> Answer:
    """A session that is complete or expired."""
    if session["status"] == "complete":
        address = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        body = paragraph(words("done_text")) + link(address, words("continue"))
        return html(words, words("done_title"), body)
    body = paragraph(words("expired_text"))
    if session["cancel_url"]:
        body += link(session["cancel_url"], words("continue"))
    return html(words, words("expired_title"), body, status=410)
