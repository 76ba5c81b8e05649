"""Transfers to connected accounts, and their reversals (Docs: API reference, Transfers; Transfer Reversals)."""

from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.errors import ApiError, Body
from payments.standin.listing import FILTERS, page, whole
from payments.standin.objects.balance import available, move
from payments.standin.objects.intents import check_currency
from payments.standin.routing import Route, route
from payments.standin.store import new_id

_TRANSFERABLE = ("transfers", "crypto_transfers", "legacy_payments")


def create(call: Call) -> Body:
    """Move money from the platform's available balance, or from one charge before it is available."""
    params = call.params
    account = _destination(call, params["destination"])
    currency = check_currency(params["currency"])
    charge = _source_charge(call, params.get("source_transaction"))
    amount: int = params["amount"] if "amount" in params else charge["amount"] if charge else 0
    if amount < 1:
        raise ApiError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    available_on = _check_funds(call, amount, currency, charge)
    transfer = call.new(
        "transfer",
        "tr",
        amount=amount,
        amount_reversed=0,
        currency=currency,
        description=params.get("description"),
        destination=account["id"],
        destination_payment=new_id("py"),
        metadata=merge_metadata(None, params.get("metadata", {})),
        reversed=False,
        source_transaction=charge["id"] if charge else None,
        source_type=params.get("source_type", "card"),
        transfer_group=params.get("transfer_group", f"group_{charge['payment_intent']}" if charge else None),
    )
    facts: Body = {"currency": currency, "available_on": available_on}
    transfer["balance_transaction"] = move(call, "transfer", transfer["id"], amount=-amount, **facts)["id"]
    move(call, "payment", transfer["destination_payment"], amount=amount, account=account["id"], **facts)
    private(transfer)
    call.save(transfer)
    call.emit("transfer.created", shown(call, transfer))
    return shown(call, transfer)


def _destination(call: Call, account_id: str) -> Body:
    account = call.store.get(account_id)
    if account is None or account["object"] != "account":
        raise ApiError(f"No such destination: '{account_id}'", code="resource_missing", param="destination")
    if not any(account["capabilities"].get(name) == "active" for name in _TRANSFERABLE):
        raise ApiError(
            "Your destination account needs to have at least one of the following capabilities enabled: "
            f"{', '.join(_TRANSFERABLE)}",
            code="insufficient_capabilities_for_transfer",
        )
    return account


def _source_charge(call: Call, charge_id: str | None) -> Body | None:
    if charge_id is None:
        return None
    charge = call.fetch("charge", charge_id, param="source_transaction", status=400)
    if not charge["paid"]:
        raise ApiError("The charge of a transfer must have succeeded.", param="source_transaction")
    return charge


def _check_funds(call: Call, amount: int, currency: str, charge: Body | None) -> int | None:
    """When the money moves: now, or with its charge. Raises `balance_insufficient`."""
    if charge:
        already = sum(
            transfer["amount"] - transfer["amount_reversed"]
            for transfer in call.store.find("transfer", {"source_transaction": charge["id"]})
        )
        if amount + already > charge["amount"]:
            raise ApiError(
                "Transfers using this charge as a source must not exceed the source amount.",
                code="transfer_source_balance_parameters_mismatch",
                param="amount",
            )
        entry = call.store.get(charge["balance_transaction"])
        return max(call.now, entry["available_on"]) if entry else None
    if amount > available(call, currency):
        raise ApiError(
            "You have insufficient available funds in your Stripe account. Pending money becomes available later; "
            "in test mode the card 4000000000000077 adds to the available balance at once.",
            code="balance_insufficient",
        )
    return None


def shown(call: Call, transfer: Body) -> Body:
    """The transfer with its reversals inside, as the API shows it."""
    found = call.store.find("transfer_reversal", {"transfer": transfer["id"]})
    reversals = {**whole(call, found, f"/v1/transfers/{transfer['id']}/reversals"), "total_count": len(found)}
    return {**render(call, transfer), "reversals": reversals}


def retrieve(call: Call, transfer_id: str) -> Body:
    """One transfer."""
    return shown(call, call.fetch("transfer", transfer_id))


def update(call: Call, transfer_id: str) -> Body:
    """Change a transfer's metadata or description."""
    transfer = call.fetch("transfer", transfer_id)
    if "metadata" in call.params:
        transfer["metadata"] = merge_metadata(transfer["metadata"], call.params["metadata"])
    if "description" in call.params:
        transfer["description"] = call.params["description"]
    call.save(transfer)
    call.emit("transfer.updated", shown(call, transfer))
    return shown(call, transfer)


def list_all(call: Call) -> Body:
    """Transfers, newest first."""
    found = page(call, "transfer", "/v1/transfers", by=("transfer_group", "destination"))
    found["data"] = [shown(call, transfer) for transfer in found["data"]]
    return found


def reverse(call: Call, transfer_id: str) -> Body:
    """Take money back from the connected account, which must hold it."""
    transfer, params = call.fetch("transfer", transfer_id), call.params
    left: int = transfer["amount"] - transfer["amount_reversed"]
    amount: int = params.get("amount", left)
    if not 1 <= amount <= left:
        raise ApiError(
            f"Reversal amount ({amount}) is greater than unreversed amount ({left}).", param="amount"
        )
    if amount > available(call, transfer["currency"], account=transfer["destination"]):
        raise ApiError(
            "The connected account does not have enough available funds to reverse this transfer.",
            code="balance_insufficient",
        )
    reversal = call.new(
        "transfer_reversal",
        "trr",
        amount=amount,
        currency=transfer["currency"],
        metadata=merge_metadata(None, params.get("metadata", {})),
        transfer=transfer_id,
        destination_payment_refund=new_id("pyr"),
    )
    facts: Body = {"currency": transfer["currency"]}
    reversal["balance_transaction"] = move(call, "transfer_refund", reversal["id"], amount=amount, **facts)[
        "id"
    ]
    move(
        call,
        "payment_refund",
        reversal["destination_payment_refund"],
        amount=-amount,
        account=transfer["destination"],
        **facts,
    )
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    call.save(reversal)
    call.save(transfer)
    call.emit("transfer.reversed", shown(call, transfer))
    return render(call, reversal)


def list_reversals(call: Call, transfer_id: str) -> Body:
    """A transfer's reversals, newest first."""
    call.fetch("transfer", transfer_id)
    url = f"/v1/transfers/{transfer_id}/reversals"
    return page(call, "transfer_reversal", url, where={"transfer": transfer_id})


def retrieve_reversal(call: Call, transfer_id: str, reversal_id: str) -> Body:
    """One reversal."""
    call.fetch("transfer", transfer_id)
    return render(call, call.fetch("transfer_reversal", reversal_id))


_PAGING = "limit starting_after ending_before"

ROUTES: list[Route] = [
    route(
        "POST",
        "/v1/transfers",
        "transfer_create",
        "amount currency destination description metadata transfer_group source_transaction source_type",
        create,
    ),
    route(
        "GET", "/v1/transfers", "transfer_list", f"transfer_group destination {' '.join(FILTERS)}", list_all
    ),
    route("GET", "/v1/transfers/{}", "transfer_retrieve", "", retrieve),
    route("POST", "/v1/transfers/{}", "transfer_update", "metadata description", update),
    route("POST", "/v1/transfers/{}/reversals", "transfer_reversal_create", "amount metadata", reverse),
    route("GET", "/v1/transfers/{}/reversals", "transfer_reversal_list", _PAGING, list_reversals),
    route("GET", "/v1/transfers/{}/reversals/{}", "transfer_reversal_retrieve", "", retrieve_reversal),
]
