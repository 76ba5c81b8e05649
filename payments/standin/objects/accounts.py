"""Connected accounts and their onboarding links (Docs: Connect, Accounts; Account Links)."""

from payments.standin.call import Call, merge_metadata, render
from payments.standin.errors import ApiError, Body, not_modelled
from payments.standin.listing import FILTERS, page
from payments.standin.routing import Route, route
from payments.standin.store import new_id

LINK_LIVES_FOR = 300  # seconds
_DUE = ["business_profile.url", "external_account", "tos_acceptance.date", "tos_acceptance.ip"]
_TYPES = {
    "express": ("application", "express"),
    "standard": ("stripe", "full"),
    "custom": ("application", "none"),
}


def create(call: Call) -> Body:
    """A new account, whose transfers wait for its onboarding."""
    params = call.params
    if params.get("type") == "custom":
        raise not_modelled("custom accounts", param="type")
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
        external_accounts={"object": "list", "data": [], "has_more": False, "url": ""},
        future_requirements=_requirements([]),
        metadata=merge_metadata(None, params.get("metadata", {})),
        payouts_enabled=False,
        requirements=_requirements(_DUE),
        settings={"payouts": {"schedule": {"delay_days": 7, "interval": "daily"}}},
        tos_acceptance={"date": None, "ip": None, "user_agent": None},
        type=kind,
    )
    account["id"] = new_id("acct", 16)
    account["external_accounts"]["url"] = f"/v1/accounts/{account['id']}/external_accounts"
    _request_capabilities(account, params.get("capabilities", {}))
    call.save(account)
    return render(call, account)


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


def _requirements(due: list[str]) -> Body:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": list(due),
        "past_due": list(due),
        "pending_verification": [],
    }


def _request_capabilities(account: Body, wanted: Body) -> None:
    for name, options in wanted.items():
        if options.get("requested"):
            account["capabilities"][name] = "active" if account["details_submitted"] else "inactive"
        else:
            account["capabilities"].pop(name, None)


def retrieve(call: Call, account_id: str) -> Body:
    """One connected account."""
    return render(call, _account(call, account_id))


def _account(call: Call, account_id: str, *, param: str = "account", status: int = 403) -> Body:
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
    """Change an account's own data, or ask for capabilities."""
    account, params = _account(call, account_id), call.params
    _request_capabilities(account, params.get("capabilities", {}))
    if "metadata" in params:
        account["metadata"] = merge_metadata(account["metadata"], params["metadata"])
    for name in ("email", "business_type"):
        if name in params:
            account[name] = params[name]
    call.save(account)
    call.emit("account.updated", account, account=account_id)
    return render(call, account)


def list_all(call: Call) -> Body:
    """Connected accounts, newest first."""
    return page(call, "account", "/v1/accounts")


def capability(call: Call, account_id: str, name: str) -> Body:
    """One capability of an account."""
    account = _account(call, account_id)
    status = account["capabilities"].get(name, "unrequested")
    due = [] if status == "active" else account["requirements"]["currently_due"]
    return {
        "id": name,
        "object": "capability",
        "account": account_id,
        "requested": status != "unrequested",
        "requested_at": account["created"],
        "requirements": _requirements(due),
        "future_requirements": _requirements([]),
        "status": status,
    }


def onboard(call: Call, account: Body) -> Body:
    """The onboarding is done: what was asked for becomes active."""
    account["details_submitted"] = True
    account["payouts_enabled"] = True
    account["requirements"] = _requirements([])
    account["charges_enabled"] = "card_payments" in account["capabilities"]
    account["capabilities"] = dict.fromkeys(account["capabilities"], "active")
    account["tos_acceptance"]["date"] = call.now
    call.save(account)
    call.emit("account.updated", account, account=account["id"])
    return account


def create_link(call: Call) -> Body:
    """A link to the hosted onboarding: one use, five minutes."""
    params = call.params
    if params["type"] not in {"account_onboarding", "account_update"}:
        raise not_modelled(f"account links of type {params['type']}", param="type")
    for name in ("refresh_url", "return_url"):
        if name not in params:
            raise ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)
    account = _account(call, params["account"], status=400)
    token = new_id("alnk")
    facts: Body = {
        "id": token,
        "object": "_account_link",
        "created": call.now,
        "account": account["id"],
        "expires_at": call.now + LINK_LIVES_FOR,
        "refresh_url": params["refresh_url"],
        "return_url": params["return_url"],
        "used": False,
    }
    call.save(facts)
    return {
        "object": "account_link",
        "created": call.now,
        "expires_at": facts["expires_at"],
        "url": f"{call.base_url}/onboarding/{token}",
    }


def use_link(call: Call, token: str) -> tuple[Body | None, Body | None]:
    """The link's facts and its account; the account is None when the link is spent or too old."""
    link = call.store.get(token)
    if link is None or link["object"] != "_account_link":
        return None, None
    if link["used"] or link["expires_at"] < call.now:
        return link, None
    return link, call.store.get(link["account"])


def spend_link(call: Call, link: Body) -> None:
    """The link has led to the end; it will not again."""
    call.save({**link, "used": True})


ROUTES: list[Route] = [
    route(
        "POST",
        "/v1/accounts",
        "account_create",
        "type country email capabilities business_type business_profile controller metadata",
        create,
    ),
    route("GET", "/v1/accounts", "account_list", " ".join(FILTERS), list_all),
    route("GET", "/v1/accounts/{}", "account_retrieve", "", retrieve),
    route("POST", "/v1/accounts/{}", "account_update", "email capabilities business_type metadata", update),
    route("GET", "/v1/accounts/{}/capabilities/{}", "account_capability_retrieve", "", capability),
    route(
        "POST", "/v1/account_links", "account_link_create", "account type refresh_url return_url", create_link
    ),
]
