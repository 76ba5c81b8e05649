"""What banks, holders and the passing of time do to objects, on demand: the switches that change the books.

Each takes a step in a transaction of its own and returns what it has to say; raises an `ApiError` for a body that
makes no sense.
"""

from collections.abc import Callable

from payments.standin.call import Call, private, render
from payments.standin.cards import CARDS
from payments.standin.errors import ApiError, Body
from payments.standin.ibans import FAILURES, IBANS
from payments.standin.objects import balance, bank_accounts, debits, disputes, payouts, topups
from payments.standin.objects.bank_accounts import PAYOUT_FAILURES
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
    failure_code = _failure_code(body, FAILURES)
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


def payout(call: Call, body: Body) -> Body:
    """A payout arrives now, or (`failure_code`) comes back, even one that was paid."""
    found = call.fetch("payout", body.get("payout", ""))
    return render(call, payouts.settle(call, found, _failure_code(body, PAYOUT_FAILURES)))


def bank(call: Call, body: Body) -> Body:
    """What the bank of the platform (or of `account`) does with payouts: `failure_code`, or null to take them."""
    account_id = body.get("account", "")
    found = bank_accounts.default(call, account_id)
    if found is None:
        raise ApiError("This account has no bank account")
    private(found)["failure_code"] = _failure_code(body, PAYOUT_FAILURES)
    return render(call, call.save({**found, "status": "new"}))


def top_up(call: Call, body: Body) -> Body:
    """Money comes in from outside (`amount`, cents); or one asked for does, or does not (`failure_code`)."""
    if "topup" in body:
        found = call.fetch("topup", body["topup"])
    elif isinstance(body.get("amount"), int):
        found = topups.begin(call, body["amount"], "eur", {"description": "Bank transfer"})
    else:
        raise ApiError("Say how much (amount, in cents), or which (topup)")
    return render(call, topups.settle(call, found, body.get("failure_code")))


def _failure_code(body: Body, known: dict[str, str]) -> str | None:
    code: str | None = body.get("failure_code")
    if code is not None and code not in known:
        raise ApiError(f"failure_code is one of {', '.join(known)}")
    return code


SWITCHES: dict[str, Callable[[Call, Body], Body]] = {
    "make-available": make_available,
    "card": change_card,
    "settle": settle,
    "dispute": dispute,
    "payout": payout,
    "bank": bank,
    "top-up": top_up,
}
