"""Top-ups: money paid into the balance from outside (Docs: API reference, Top-ups; Add funds to your balance)."""

from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.clock import business_days_later
from payments.standin.errors import ApiError, Body
from payments.standin.listing import FILTERS, page
from payments.standin.objects.balance import move
from payments.standin.objects.intents import check_currency
from payments.standin.routing import Route, route

ARRIVE, ARRIVES_AFTER = "arrive_topup", 2  # business days


def create(call: Call) -> Body:
    """Ask the platform's own bank for money; it comes some days later."""
    topup = begin(call, call.params["amount"], check_currency(call.params["currency"]), call.params)
    call.later(topup["expected_availability_date"] - call.now, ARRIVE, topup["id"])
    return render(call, topup)


def begin(call: Call, amount: int, currency: str, params: Body) -> Body:
    """A top-up that is pending."""
    if amount < 1:
        raise ApiError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    topup = call.new(
        "topup",
        "tu",
        amount=amount,
        currency=currency,
        description=params.get("description"),
        expected_availability_date=business_days_later(call.now, ARRIVES_AFTER),
        initiated_by="user",
        metadata=merge_metadata(None, params.get("metadata", {})),
        statement_descriptor=params.get("statement_descriptor"),
        status="pending",
        transfer_group=params.get("transfer_group"),
    )
    private(topup)
    call.save(topup)
    call.emit("topup.created", topup)
    return topup


def arrive(call: Call, topup_id: str) -> None:
    """The day of arrival."""
    topup = call.fetch("topup", topup_id)
    if topup["status"] == "pending":
        settle(call, topup)


def settle(call: Call, topup: Body, failure_code: str | None = None) -> Body:
    """The money is here, and available; or the bank refused, and why."""
    if topup["status"] != "pending":
        raise ApiError(f"This top-up is {topup['status']} already.")
    if failure_code:
        topup.update(
            failure_code=failure_code, failure_message="The top-up could not be collected.", status="failed"
        )
    else:
        facts: Body = {"currency": topup["currency"], "description": topup["description"]}
        moved = move(call, "topup", topup["id"], amount=topup["amount"], **facts)
        topup.update(balance_transaction=moved["id"], status="succeeded")
    call.save(topup)
    call.emit(f"topup.{topup['status']}", topup)
    return topup


def cancel(call: Call, topup_id: str) -> Body:
    """Cancel a top-up that is still pending."""
    topup = call.fetch("topup", topup_id, param="topup")
    if topup["status"] != "pending":
        raise ApiError(f"You cannot cancel this top-up because it has a status of {topup['status']}.")
    topup["status"] = "canceled"
    call.save(topup)
    call.emit("topup.canceled", topup)
    return render(call, topup)


def retrieve(call: Call, topup_id: str) -> Body:
    """One top-up."""
    return render(call, call.fetch("topup", topup_id, param="topup"))


def list_all(call: Call) -> Body:
    """Top-ups, newest first."""
    return page(call, "topup", "/v1/topups", by=("status",))


ROUTES: list[Route] = [
    route(
        "POST",
        "/v1/topups",
        "topup_create",
        "amount currency description metadata statement_descriptor transfer_group",
        create,
    ),
    route("GET", "/v1/topups", "topup_list", f"status {' '.join(FILTERS)}", list_all),
    route("GET", "/v1/topups/{}", "topup_retrieve", "", retrieve),
    route("POST", "/v1/topups/{}/cancel", "topup_cancel", "", cancel),
]
