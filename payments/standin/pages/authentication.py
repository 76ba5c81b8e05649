"""The bank's page of 3-D Secure, with its two answers."""

from urllib.parse import parse_qsl

from payments.standin.call import Call, private
from payments.standin.errors import Body
from payments.standin.exchange import Answer, Request
from payments.standin.objects import authentication
from payments.standin.pages.layout import button, html, paragraph, redirect
from payments.standin.pages.words import Words, spoken


def show(call: Call, request: Request, intent_id: str) -> Answer:
    """Ask the holder."""
    intent = authentication.waiting_intent(call, intent_id)
    words = _words(call, request, intent)
    if intent is None:
        return html(words, words("done_title"), paragraph(words("done_text")), status=410)
    method = call.fetch("payment_method", intent["payment_method"])
    last4 = method["card"]["last4"]
    if intent["object"] == "payment_intent":
        amount = words.amount(intent["amount"], intent["currency"])
        text = words("bank_pay", amount=amount, last4=last4)
    else:
        text = words("bank_save", last4=last4)
    form = (
        '<form method="post">'
        + button(words("complete"), name="answer", value="complete")
        + button(words("fail"), name="answer", value="fail", kind="secondary")
        + "</form>"
    )
    return html(words, words("bank_title"), paragraph(text) + form, leads_to=_ends(call, intent))


def submit(call: Call, request: Request, intent_id: str) -> Answer:
    """The holder has answered."""
    intent = authentication.waiting_intent(call, intent_id)
    if intent is None:
        return show(call, request, intent_id)
    given = dict(parse_qsl(request.body.decode(errors="replace")))
    return redirect(authentication.answer(call, intent, accepted=given.get("answer") == "complete"))


def _words(call: Call, request: Request, intent: Body | None) -> Words:
    session = _session(call, intent)
    return spoken(session["locale"] if session else None, request.headers)


def _session(call: Call, intent: Body | None) -> Body | None:
    session_id = private(intent).get("session") if intent else None
    return call.store.get(session_id) if session_id else None


def _ends(call: Call, intent: Body) -> tuple[str | None, ...]:
    session = _session(call, intent)
    return (session["success_url"] if session else None, private(intent).get("return_url"))
