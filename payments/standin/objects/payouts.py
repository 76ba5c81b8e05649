"""Payouts: money that leaves the balance for a bank account (Docs: API reference, Payouts; Payouts).

Created by hand: the schedule is manual. A payout is `pending` until it is submitted on the next business day,
`in_transit` until it arrives on the one after, then `paid`, or `failed` with its money back in the balance; a bank may
still send a paid one back.
"""

from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.clock import business_days_later
from payments.standin.errors import ApiError, Body, not_modelled
from payments.standin.listing import FILTERS, page
from payments.standin.objects import bank_accounts
from payments.standin.objects.balance import available, move
from payments.standin.objects.intents import check_currency
from payments.standin.routing import Route, route

SUBMIT, ARRIVE = "submit_payout", "arrive_payout"
SUBMITTED_AFTER, ARRIVES_AFTER = 1, 2  # business days
_FINAL = {"canceled", "failed"}


def create(call: Call) -> Body:
    """Send available money to the default bank account."""
    params = call.params
    if params.get("method", "standard") != "standard":
        raise not_modelled("instant payouts", param="method")
    amount, currency = params["amount"], check_currency(params["currency"])
    if amount < 1:
        raise ApiError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    destination = _destination(call)
    if amount > available(call, currency, account=call.account):
        raise ApiError(
            "You have insufficient funds in your Stripe account for this transfer.",
            code="balance_insufficient",
            param="amount",
        )
    return render(call, send(call, amount, currency, destination, params))


def _destination(call: Call) -> Body:
    if call.account and not call.fetch("account", call.account)["payouts_enabled"]:
        raise ApiError("Payouts are not enabled on this account.", code="payouts_not_allowed")
    wanted = call.params.get("destination")
    found = call.store.get(wanted) if wanted else bank_accounts.default(call, call.account)
    if found is None or private(found).get("owner") != call.account:
        raise ApiError(
            "No such external account" if wanted else "You have no external account in that currency.",
            code="resource_missing" if wanted else None,
            param="destination",
        )
    return found


def send(call: Call, amount: int, currency: str, destination: Body, params: Body) -> Body:
    """The payout itself; the money has left the balance when this returns."""
    payout = call.new(
        "payout",
        "po",
        amount=amount,
        arrival_date=business_days_later(call.now, ARRIVES_AFTER),
        automatic=False,
        currency=currency,
        description=params.get("description"),
        destination=destination["id"],
        metadata=merge_metadata(None, params.get("metadata", {})),
        method="standard",
        reconciliation_status="not_applicable",
        source_type=params.get("source_type", "card"),
        statement_descriptor=params.get("statement_descriptor"),
        status="pending",
        trace_id={"status": "pending", "value": None},
        type="bank_account",
    )
    private(payout)["account"] = call.account
    moved = move(call, "payout", payout["id"], amount=-amount, currency=currency, account=call.account)
    payout["balance_transaction"] = moved["id"]
    call.save(payout)
    call.emit("payout.created", payout, account=call.account)
    call.later(business_days_later(call.now, SUBMITTED_AFTER) - call.now, SUBMIT, payout["id"])
    call.later(payout["arrival_date"] - call.now, ARRIVE, payout["id"])
    return payout


def submit(call: Call, payout_id: str) -> None:
    """The payout goes to the bank; it can't be canceled any more."""
    payout = call.fetch("payout", payout_id)
    if payout["status"] == "pending":
        _becomes(call, payout, "in_transit", "payout.updated")


def arrive(call: Call, payout_id: str) -> None:
    """The day of arrival: paid, or sent back, as the bank account does."""
    payout = call.fetch("payout", payout_id)
    if payout["status"] in {"pending", "in_transit"}:
        reason = private(call.fetch("bank_account", payout["destination"]))["failure_code"]
        settle(call, payout, reason)


def settle(call: Call, payout: Body, failure_code: str | None) -> Body:
    """The bank's answer: paid (None), or why the payout comes back, even after it was paid."""
    if payout["status"] in _FINAL:
        raise ApiError(f"This payout is {payout['status']} already.")
    if failure_code is None:
        payout["trace_id"] = {"status": "supported", "value": f"TRACE{payout['id'][-12:].upper()}"}
        return _becomes(call, payout, "paid", "payout.paid")
    bank = call.fetch("bank_account", payout["destination"])
    call.save({**bank, "status": "errored"})
    payout.update(failure_code=failure_code, failure_message=bank_accounts.PAYOUT_FAILURES[failure_code])
    return _give_back(call, payout, "payout_failure", "failed")


def _give_back(call: Call, payout: Body, kind: str, status: str) -> Body:
    account: str = private(payout)["account"]
    facts: Body = {"currency": payout["currency"], "account": account}
    back = move(call, kind, payout["id"], amount=payout["amount"], **facts)
    payout["failure_balance_transaction"] = back["id"]
    return _becomes(call, payout, status, f"payout.{status}")


def _becomes(call: Call, payout: Body, status: str, event: str) -> Body:
    payout["status"] = status
    call.save(payout)
    call.emit(event, payout, account=private(payout)["account"])
    return payout


def cancel(call: Call, payout_id: str) -> Body:
    """Take a payout back that has not been submitted."""
    payout = _own(call, payout_id)
    if payout["status"] != "pending":
        raise ApiError("Payouts can be canceled only while they are pending.", code="payout_not_cancelable")
    return render(call, _give_back(call, payout, "payout_cancel", "canceled"))


def _own(call: Call, payout_id: str) -> Body:
    payout = call.fetch("payout", payout_id, param="payout")
    if private(payout)["account"] != call.account:
        raise ApiError(f"No such payout: '{payout_id}'", status=404, code="resource_missing", param="payout")
    return payout


def retrieve(call: Call, payout_id: str) -> Body:
    """One payout."""
    return render(call, _own(call, payout_id))


def update(call: Call, payout_id: str) -> Body:
    """Change a payout's metadata, all that may change."""
    payout = _own(call, payout_id)
    payout["metadata"] = merge_metadata(payout["metadata"], call.params.get("metadata", {}))
    return render(call, _becomes(call, payout, payout["status"], "payout.updated"))


def list_all(call: Call) -> Body:
    """Payouts of the platform or of a connected account, newest first."""
    conditions = (("json_extract(body, '$._standin.account') = ?", call.account),)
    return page(call, "payout", "/v1/payouts", by=("status", "destination"), conditions=conditions)


ROUTES: list[Route] = [
    route(
        "POST",
        "/v1/payouts",
        "payout_create",
        "amount currency description destination metadata method source_type statement_descriptor",
        create,
    ),
    route("GET", "/v1/payouts", "payout_list", f"status destination {' '.join(FILTERS)}", list_all),
    route("GET", "/v1/payouts/{}", "payout_retrieve", "", retrieve),
    route("POST", "/v1/payouts/{}", "payout_update", "metadata", update),
    route("POST", "/v1/payouts/{}/cancel", "payout_cancel", "", cancel),
]
