"""What banks, holders and the passing of time do to objects, on demand: the switches that change the books.

Each takes a step in a transaction of its own and returns what it has to say; raises an `ApiError` for a body that
makes no sense.
"""

from collections.abc import Callable

from payments.standin.call import Call, private, render
from payments.standin.cards import CARDS
from payments.standin.errors import ApiError, Body
from payments.standin.objects import balance, disputes
from payments.standin.objects.payment_methods import test_card


def make_available(call: Call, body: Body) -> Body:
    """Pending money becomes available now."""
    return {"moved": balance.make_available(call.store, call.now)}


def change_card(call: Call, body: Body) -> Body:
    """A saved card changes its behaviour (it runs dry, it is blocked), or comes right again."""
    number = body.get("behaves_like", "")
    if number not in CARDS:
        raise ApiError("behaves_like is the number of a test card")
    method = call.fetch("payment_method", body.get("payment_method", ""))
    private(method)["number"] = number
    call.save(method)
    return {"payment_method": method["id"], "behaves_like": test_card(method).number}


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
    "dispute": dispute,
}
