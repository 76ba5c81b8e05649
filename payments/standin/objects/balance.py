"""The balance and its transactions (Docs: API reference, Balance; Balance Transactions)."""

from typing import Any

from payments.standin.call import Call, render
from payments.standin.errors import ApiError, Body
from payments.standin.listing import FILTERS, page
from payments.standin.routing import Route, route
from payments.standin.store import Store

#: Seconds until a card charge is available, when the card does not make it available at once.
PENDING_FOR = 7 * 86400


def move(
    call: Call,
    kind: str,
    source: str,
    *,
    amount: int,
    currency: str,
    fee: int = 0,
    account: str = "",
    available_on: int | None = None,
    category: str | None = None,
    description: str | None = None,
    fee_for: str = "Stripe processing fees",
) -> Body:
    """Record money coming in (positive cents) or going out; `fee` is taken from it, and `fee_for` says what for.

    `account` is the connected account whose balance moves, empty for the platform's. `category` is for reports, where
    the type (`kind`) does not say it.
    """
    when = call.now if available_on is None else available_on
    net = amount - fee
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": fee_for,
        "type": "stripe_fee",
    }
    transaction = call.new(
        "balance_transaction",
        "txn",
        amount=amount,
        available_on=when,
        balance_type="payments",
        currency=currency,
        description=description,
        fee=fee,
        fee_details=[details] if fee else [],
        net=net,
        reporting_category=category or _CATEGORIES.get(kind, kind),
        source=source,
        status="available" if when <= call.now else "pending",
        type=kind,
    )
    transaction["_standin"] = {"account": account}
    call.save(transaction)
    values = (account, transaction["id"], currency, net, when)
    call.store.execute("INSERT INTO balance_entries VALUES (?, ?, ?, ?, ?)", *values)
    return transaction


#: Types whose reporting category has another name (Docs: Reporting categories).
_CATEGORIES = {
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payment_refund": "refund",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "transfer_refund": "transfer_reversal",
}


def available(call: Call, currency: str, *, account: str = "") -> int:
    """Cents that can leave now."""
    return _sums(call, account)["available"].get(currency, 0)


def _sums(call: Call, account: str) -> dict[str, dict[str, int]]:
    rows = call.store.execute(
        "SELECT currency, sum(CASE WHEN available_on <= ? THEN net ELSE 0 END), "
        "sum(CASE WHEN available_on > ? THEN net ELSE 0 END) FROM balance_entries WHERE account = ? GROUP BY currency",
        call.now,
        call.now,
        account,
    ).fetchall()
    return {
        "available": {currency: ready for currency, ready, _ in rows},
        "pending": {currency: coming for currency, _, coming in rows},
    }


def make_available(store: Store, now: int) -> int:
    """Let all pending money become available now; a switch; how many entries that moved."""
    rows = store.execute(
        "UPDATE balance_entries SET available_on = ? WHERE available_on > ? RETURNING balance_transaction",
        now,
        now,
    ).fetchall()
    for (transaction_id,) in rows:
        transaction = store.get(transaction_id)
        if transaction:
            store.put({**transaction, "available_on": now})
    return len(rows)


def retrieve(call: Call) -> Body:
    """The platform's balance, or a connected account's."""
    sums = _sums(call, call.account)

    def lines(name: str) -> list[dict[str, Any]]:
        amounts = sums[name] or {"eur": 0}
        return [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency, amount in sorted(amounts.items())
        ]

    body: Body = {
        "object": "balance",
        "available": lines("available"),
        "livemode": False,
        "pending": lines("pending"),
        "refund_and_dispute_prefunding": {"available": [], "pending": []},
    }
    if not call.account:
        body["connect_reserved"] = [{"amount": 0, "currency": "eur"}]
    return body


def settings(call: Call) -> Body:
    """The payout schedule: manual for the platform, daily for connected accounts. It can't be changed here."""
    schedule = {
        "interval": "daily" if call.account else "manual",
        "monthly_payout_days": None,
        "weekly_payout_days": None,
    }
    payouts = {
        "schedule": schedule,
        "statement_descriptor": None,
        "status": "enabled",
    }
    timing = {"delay_days": PENDING_FOR // 86400, "delay_days_override": None, "start_of_day": None}
    return {
        "object": "balance_settings",
        "payments": {"debit_negative_balances": None, "payouts": payouts, "settlement_timing": timing},
    }


def settled(call: Call, transaction: Body) -> Body:
    """A balance transaction with its status as of now."""
    status = "available" if transaction["available_on"] <= call.now else "pending"
    return {**render(call, transaction), "status": status}


def retrieve_transaction(call: Call, transaction_id: str) -> Body:
    """One balance transaction."""
    transaction = call.fetch("balance_transaction", transaction_id)
    if transaction["_standin"]["account"] != call.account:
        raise ApiError(
            f"No such balance transaction: '{transaction_id}'", status=404, code="resource_missing"
        )
    return settled(call, transaction)


def list_transactions(call: Call) -> Body:
    """Balance transactions, newest first."""
    if call.params.get("source", "").startswith(
        "du_"
    ):  # recorded in test mode by others: no dispute is ever found
        return {"object": "list", "data": [], "has_more": False, "url": "/v1/balance_transactions"}
    if "payout" in call.params:
        _refuse_manual(call, call.params["payout"])
    found = page(
        call,
        "balance_transaction",
        "/v1/balance_transactions",
        by=("source", "type", "currency"),
        conditions=(("json_extract(body, '$._standin.account') = ?", call.account),),
    )
    found["data"] = [settled(call, transaction) for transaction in found["data"]]
    return found


def _refuse_manual(call: Call, payout_id: str) -> None:
    """Which charges a payout carried is known of automatic ones only, and there are none here."""
    call.fetch("payout", payout_id, param="payout", status=400)
    raise ApiError(
        "Balance transaction history can only be filtered on automatic transfers, not manual.", param="payout"
    )


ROUTES: list[Route] = [
    route("GET", "/v1/balance", "balance_retrieve", "", retrieve),
    route("GET", "/v1/balance_settings", "balance_settings_retrieve", "", settings),
    route(
        "GET",
        "/v1/balance_transactions",
        "balance_transaction_list",
        f"source type currency payout {' '.join(FILTERS)}",
        list_transactions,
    ),
    route("GET", "/v1/balance_transactions/{}", "balance_transaction_retrieve", "", retrieve_transaction),
]
