"""What banks, holders and the passing of time do to objects, on demand: the switches that change the books.

Each takes a step in a transaction of its own and returns what it has to say; raises an `ApiError` for a body that
makes no sense.
"""

from collections.abc import Callable
from dataclasses import replace

from payments.standin.call import Call, private, render
from payments.standin.cards import CARDS
from payments.standin.errors import ApiError, Body
from payments.standin.ibans import FAILURES, IBANS, ITALY
from payments.standin.objects import (
    accounts,
    balance,
    bank_accounts,
    debits,
    disputes,
    payouts,
    refunds,
    requirements,
    topups,
)
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
    """A holder disputes a charge (`amount`, `reason`, `inquiry`), or (`verdict`) a bank decides a dispute."""
    if "verdict" in body:
        if body["verdict"] not in _VERDICTS:
            raise ApiError(f"verdict is one of {', '.join(sorted(_VERDICTS))}")
        found = disputes.decide(call, call.fetch("dispute", body.get("dispute", "")), body["verdict"])
        return render(call, found)
    charge, amount = call.fetch("charge", body.get("charge", "")), body.get("amount")
    if not charge["paid"]:
        raise ApiError("Only what was charged can be disputed")
    if amount is not None and not (isinstance(amount, int) and amount > 0):
        raise ApiError("amount is in cents, above nought")
    if body.get("reason", "fraudulent") not in disputes.ALL_REASONS:
        raise ApiError(f"reason is one of {', '.join(disputes.ALL_REASONS)}")
    opened = disputes.open_dispute(
        call, charge, amount=amount, reason=body.get("reason"), inquiry=bool(body.get("inquiry"))
    )
    return render(call, opened)


def account(call: Call, body: Body) -> Body:
    """Stripe finds something: capabilities (`transfers`: a status), `requirements` due, `payouts_enabled`."""
    found = accounts.known(call, body.get("account", ""), status=400)
    if "requirements" in body:
        due = body["requirements"]
        found["requirements"] = requirements.hash_of(due, reason=body.get("disabled_reason"))
    if "payouts_enabled" in body:
        found["payouts_enabled"] = bool(body["payouts_enabled"])
    for name in ("transfers", "card_payments"):
        if name in body:
            if body[name] not in _STATUSES:
                raise ApiError(f"{name} is one of {', '.join(sorted(_STATUSES))}")
            requirements.set_capability(call, found, name, body[name])
    return accounts.changed(call, found)


def spend(call: Call, body: Body) -> Body:
    """A connected account pays its money out: `amount` cents, or all that is available."""
    theirs = replace(call, account=accounts.known(call, body.get("account", ""), status=400)["id"])
    destination = bank_accounts.default(call, theirs.account) or bank_accounts.add(
        call, theirs.account, ITALY
    )
    held = balance.available(call, "eur", account=theirs.account)
    amount = body.get("amount", held)
    if not isinstance(amount, int) or not 0 < amount <= held:
        raise ApiError(f"This account holds {held} cents that it could spend")
    return render(call, payouts.send(theirs, amount, "eur", destination, {}))


def refunds_wait(call: Call, body: Body) -> Body:
    """Refunds wait for money (`wait` true), as in live mode, or are refused without it, as in test mode."""
    call.store.remember(refunds.WAITS_FOR_MONEY, bool(body.get("wait")))
    return {"wait": bool(body.get("wait"))}


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


_VERDICTS = {"won", "lost", "escalated"}
_STATUSES = {"active", "inactive", "pending"}

SWITCHES: dict[str, Callable[[Call, Body], Body]] = {
    "make-available": make_available,
    "card": change_card,
    "settle": settle,
    "dispute": dispute,
    "refunds": refunds_wait,
    "payout": payout,
    "bank": bank,
    "account": account,
    "spend": spend,
    "top-up": top_up,
}
