"""Links to the hosted onboarding of a connected account (Docs: API reference, Account Links)."""

from payments.standin.call import Call
from payments.standin.errors import ApiError, Body, not_modelled
from payments.standin.objects import accounts
from payments.standin.routing import Route, route
from payments.standin.store import new_id

LIVES_FOR = 300  # seconds


def create(call: Call) -> Body:
    """A link to the hosted onboarding: one use, five minutes."""
    params = call.params
    if params["type"] not in {"account_onboarding", "account_update"}:
        raise not_modelled(f"account links of type {params['type']}", param="type")
    for name in ("refresh_url", "return_url"):
        if name not in params:
            raise ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)
    account = accounts.known(call, params["account"], status=400)
    token = new_id("alnk")
    facts: Body = {
        "id": token,
        "object": "_account_link",
        "created": call.now,
        "account": account["id"],
        "expires_at": call.now + LIVES_FOR,
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


def use(call: Call, token: str) -> tuple[Body | None, Body | None]:
    """The link's facts and its account; the account is None when the link is spent or too old."""
    link = call.store.get(token)
    if link is None or link["object"] != "_account_link":
        return None, None
    if link["used"] or link["expires_at"] < call.now:
        return link, None
    return link, call.store.get(link["account"])


def spend(call: Call, link: Body) -> None:
    """The link has led to the end; it will not again."""
    call.save({**link, "used": True})


ROUTES: list[Route] = [
    route("POST", "/v1/account_links", "account_link_create", "account type refresh_url return_url", create),
]
