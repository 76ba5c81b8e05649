"""What banks, holders and the passing of time do to objects, on demand: the switches that change the books.

Each takes a step in a transaction of its own and returns what it has to say; raises an `ApiError` for a body that
makes no sense.
"""

from collections.abc import Callable

from payments.standin.call import Call, private, render
from payments.standin.cards import CARDS
from payments.standin.errors import ApiError, Body
from payments.standin.ibans import FAILURES, IBANS
from payments.standin.objects import balance, debits, disputes
from payments.standin.objects.instruments import is_debit


def make_available(call: Call, body: Body) -> Body:
    """Pending money becomes available now."""
    return {"moved": balance.make_available(call.store, call.now)}


def change_card(call: Call, body: Body) -> Body:
    """A saved card or account changes its behaviour (it runs dry, it is blocked), or comes right again."""
    number, method = (
        body.get("behaves_like", ""),
        call.fetch("payment_method", body.get("payment_method", "")),
    )
    if number not in (IBANS if is_debit(method) else CARDS):
        raise ApiError("behaves_like is the number of a test card, or a test IBAN for a debit")
    private(method)["number"] = number
    call.save(method)
    return {"payment_method": method["id"], "behaves_like": number}


def settle(call: Call, body: Body) -> Body:
    """The bank answers a debit now, or (without `payment_intent`) all of them; `failure_code` makes it refuse."""
    failure_code = body.get("failure_code")
    if failure_code is not None and failure_code not in FAILURES:
        raise ApiError(f"failure_code is one of {', '.join(FAILURES)}")
    if "payment_intent" in body:
        waiting = [call.fetch("payment_intent", body["payment_intent"])]
    else:
        waiting = call.store.find("payment_intent", {"status": "processing"}, ascending=True)
    for intent in waiting:
        if not intent["latest_charge"]:
            raise ApiError("This intent has not been confirmed")
        debits.settle(call, intent["latest_charge"], failure_code=failure_code)
    return {"settled": [intent["id"] for intent in waiting]}


def dispute(call: Call, body: Body) -> Body:
    """A holder disputes a charge, or (`verdict`) a bank decides a dispute."""
    if "verdict" in body:
        if body["verdict"] not in {"won", "lost"}:
            raise ApiError("verdict is won or lost")
        found = disputes.decide(call, call.fetch("dispute", body.get("dispute", "")), body["verdict"])
    else:
        found = disputes.open_dispute(call, call.fetch("charge", body.get("charge", "")))
    return render(call, found)


SWITCHES: dict[str, Callable[[Call, Body], Body]] = {
    "make-available": make_available,
    "card": change_card,
    "settle": settle,
    "dispute": dispute,
}
