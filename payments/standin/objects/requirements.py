"""What a connected account still has to give, and what it may do meanwhile (Docs: Connect, Account capabilities)."""

from typing import Any

from payments.standin.call import Call, private
from payments.standin.errors import Body
from payments.standin.objects import bank_accounts

#: What Stripe's own onboarding page asks for, and what a platform that asks itself has to hand over.
BY_STRIPE = ("business_profile.url", "external_account", "tos_acceptance.date", "tos_acceptance.ip")
BY_PLATFORM = (
    "business_profile.mcc",
    "business_profile.url",
    "business_type",
    "external_account",
    "individual.address.city",
    "individual.address.line1",
    "individual.address.postal_code",
    "individual.dob.day",
    "individual.dob.month",
    "individual.dob.year",
    "individual.email",
    "individual.first_name",
    "individual.last_name",
    "individual.phone",
    "tos_acceptance.date",
    "tos_acceptance.ip",
)
PAST_DUE = "requirements.past_due"


def hash_of(due: list[str], *, reason: str | None = None) -> Body:
    """The `requirements` hash; `reason` is why something is disabled, `requirements.past_due` when something is due."""
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": reason or (PAST_DUE if due else None),
        "errors": [],
        "eventually_due": list(due),
        "past_due": list(due),
        "pending_verification": [],
    }


def by_platform(account: Body) -> bool:
    """Whether the platform collects what is due, by the API."""
    return bool(account["controller"]["requirement_collection"] == "application")


def take(call: Call, account: Body, params: Body) -> None:
    """Keep what a platform hands over; the account is complete once nothing is due any more."""
    given = private(account).setdefault("given", {})
    for name in ("individual", "business_profile", "tos_acceptance"):
        given[name] = {**given.get(name, {}), **(params.get(name) or {})}
    given["business_type"] = account["business_type"]
    if account["details_submitted"]:
        return
    bank = bank_accounts.of(call, account["id"])
    due = [field for field in BY_PLATFORM if not (bank if field == "external_account" else _at(given, field))]
    account["requirements"] = hash_of(due)
    if not due:
        complete(call, account)


def _at(given: Body, path: str) -> Any:
    found: Any = given
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def complete(call: Call, account: Body) -> None:
    """Everything was given: what was asked for becomes active."""
    account["details_submitted"] = True
    account["payouts_enabled"] = True
    account["requirements"] = hash_of([])
    account["charges_enabled"] = "card_payments" in account["capabilities"]
    account["tos_acceptance"]["date"] = call.now
    for name in account["capabilities"]:
        set_capability(call, account, name, "active")


def set_capability(call: Call, account: Body, name: str, status: str) -> None:
    """A capability changes; its event is told when it really does."""
    before = account["capabilities"].get(name)
    account["capabilities"][name] = status
    if before != status:
        call.emit("capability.updated", capability(account, name), account=account["id"])


def capability(account: Body, name: str) -> Body:
    """One capability of an account as an object."""
    status = account["capabilities"].get(name, "unrequested")
    due = [] if status == "active" else account["requirements"]["currently_due"]
    return {
        "id": name,
        "object": "capability",
        "account": account["id"],
        "future_requirements": hash_of([]),
        "requested": status != "unrequested",
        "requested_at": account["created"],
        "requirements": hash_of(due),
        "status": status,
    }
