"""Connected accounts (Docs: API reference, Accounts; Connect, Account capabilities)."""

from typing import Any

from payments.standin.call import Call, merge_metadata, render
from payments.standin.errors import ApiError, Body, not_modelled
from payments.standin.ibans import ITALY
from payments.standin.listing import FILTERS, page
from payments.standin.objects import bank_accounts, requirements
from payments.standin.routing import Route, route
from payments.standin.store import new_id

_TYPES = {
    "express": ("application", "express"),
    "standard": ("stripe", "full"),
    "custom": ("application", "none"),
}
#: What only a platform that collects the requirements itself may hand over.
_HANDED = ("individual", "tos_acceptance", "external_account")


def create(call: Call) -> Body:
    """A new account, whose transfers wait for its onboarding."""
    params = call.params
    if params.get("type") == "custom":
        raise not_modelled("accounts of type custom; give a controller", param="type")
    kind = params.get("type") or ("none" if "controller" in params else "standard")
    account = call.new(
        "account",
        "acct",
        business_profile={
            **dict.fromkeys(("mcc", "name", "product_description", "support_email", "url")),
            **params.get("business_profile", {}),
        },
        business_type=params.get("business_type"),
        capabilities={},
        charges_enabled=False,
        controller=_controller(params, kind),
        country=params.get("country", "IT"),
        default_currency="eur",
        details_submitted=False,
        email=params.get("email"),
        future_requirements=requirements.hash_of([]),
        metadata=merge_metadata(None, params.get("metadata", {})),
        payouts_enabled=False,
        settings={"payouts": {"schedule": {"delay_days": 7, "interval": "daily"}}},
        tos_acceptance={"date": None, "ip": None, "user_agent": None},
        type=kind,
    )
    account["id"] = new_id("acct", 16)
    own = requirements.by_platform(account)
    due = requirements.BY_PLATFORM if own else requirements.BY_STRIPE
    account["requirements"] = requirements.hash_of(list(due))
    _request_capabilities(call, account)
    call.save(account)
    _hand_over(call, account)
    return shown(call, call.save(account))


def _controller(params: Body, kind: str) -> Body:
    collector, dashboard = _TYPES.get(kind, ("stripe", "full"))
    given = params.get("controller", {})
    return {
        "type": "application",
        "is_controller": True,
        "fees": given.get("fees", {"payer": "application_express" if kind == "express" else "account"}),
        "losses": given.get("losses", {"payments": collector}),
        "requirement_collection": given.get("requirement_collection", "stripe"),
        "stripe_dashboard": given.get("stripe_dashboard", {"type": dashboard}),
    }


def _hand_over(call: Call, account: Body) -> None:
    """What the platform gives of its account holder, where it is the platform's to give."""
    params = call.params
    if not requirements.by_platform(account):
        foreign = next((name for name in _HANDED if name in params), None)
        if foreign:
            raise ApiError(
                f"You cannot set {foreign} on an account whose requirements Stripe collects.", param=foreign
            )
        return
    if "external_account" in params:
        bank_accounts.add(call, account["id"], **_bank(params["external_account"]))
    requirements.take(call, account, params)


def _bank(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or given.get("object") != "bank_account":
        raise not_modelled("external accounts other than a bank_account", param="external_account")
    return {"iban": given["account_number"], "holder": given.get("account_holder_name")}


def _request_capabilities(call: Call, account: Body) -> None:
    for name, options in call.params.get("capabilities", {}).items():
        if options.get("requested"):
            status = "active" if account["details_submitted"] else "inactive"
            account["capabilities"].setdefault(name, status)
        else:
            account["capabilities"].pop(name, None)


def shown(call: Call, account: Body) -> Body:
    """The account with its bank accounts inside, as the API shows it."""
    return {**render(call, account), "external_accounts": bank_accounts.listed(call, account["id"])}


def retrieve(call: Call, account_id: str) -> Body:
    """One connected account."""
    return shown(call, known(call, account_id))


def known(call: Call, account_id: str, *, param: str = "account", status: int = 403) -> Body:
    """An account that is connected. Raises `account_invalid`."""
    account = call.store.get(account_id)
    if account is None or account["object"] != "account":
        raise ApiError(
            f"The provided key does not have access to account '{account_id}' (or that account does not exist).",
            status=status,
            code="account_invalid",
            param=param,
        )
    return account


def update(call: Call, account_id: str) -> Body:
    """Change an account's own data, ask for capabilities, or hand over what is due."""
    account, params = known(call, account_id), call.params
    _request_capabilities(call, account)
    if "metadata" in params:
        account["metadata"] = merge_metadata(account["metadata"], params["metadata"])
    for name in ("email", "business_type"):
        if name in params:
            account[name] = params[name]
    if "business_profile" in params:
        account["business_profile"] |= params["business_profile"]
    _hand_over(call, account)
    return changed(call, account)


def changed(call: Call, account: Body) -> Body:
    """Write an account and tell about it; what it is shown as."""
    call.save(account)
    body = shown(call, account)
    call.emit("account.updated", body, account=account["id"])
    return body


def onboard(call: Call, account: Body) -> None:
    """The hosted onboarding is done."""
    if not bank_accounts.of(call, account["id"]):
        bank_accounts.add(call, account["id"], ITALY)
    requirements.complete(call, account)
    changed(call, account)


def list_all(call: Call) -> Body:
    """Connected accounts, newest first."""
    found = page(call, "account", "/v1/accounts")
    found["data"] = [shown(call, account) for account in found["data"]]
    return found


def capability(call: Call, account_id: str, name: str) -> Body:
    """One capability of an account."""
    return requirements.capability(known(call, account_id), name)


def external_accounts(call: Call, account_id: str) -> Body:
    """The bank accounts of an account."""
    return bank_accounts.listed(call, known(call, account_id)["id"])


_CREATE = (
    "type country email capabilities business_type business_profile controller metadata individual tos_acceptance "
    "external_account"
)
_UPDATE = (
    "email capabilities business_type business_profile metadata individual tos_acceptance external_account"
)

ROUTES: list[Route] = [
    route("POST", "/v1/accounts", "account_create", _CREATE, create),
    route("GET", "/v1/accounts", "account_list", " ".join(FILTERS), list_all),
    route("GET", "/v1/accounts/{}", "account_retrieve", "", retrieve),
    route("POST", "/v1/accounts/{}", "account_update", _UPDATE, update),
    route("GET", "/v1/accounts/{}/capabilities/{}", "account_capability_retrieve", "", capability),
    route(
        "GET",
        "/v1/accounts/{}/external_accounts",
        "account_external_account_list",
        "limit",
        external_accounts,
    ),
]
