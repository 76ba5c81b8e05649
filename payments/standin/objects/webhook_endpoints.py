"""Webhook endpoints (Docs: API reference, Webhook Endpoints)."""

import secrets

from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.errors import ApiError, Body
from payments.standin.listing import page
from payments.standin.routing import Route, route
from payments.standin.shapes import API_VERSION

MOST = 16


def build(call: Call, url: str, enabled_events: list[str], secret: str) -> Body:
    """An endpoint, written; its secret stays private."""
    endpoint = call.new(
        "webhook_endpoint",
        "we",
        api_version=API_VERSION,
        enabled_events=enabled_events,
        metadata={},
        status="enabled",
        url=url,
    )
    private(endpoint)["secret"] = secret
    return call.save(endpoint)


def create(call: Call) -> Body:
    """A new endpoint; only this answer shows its secret."""
    if len(call.store.find("webhook_endpoint")) >= MOST:
        raise ApiError(f"You have reached the maximum of {MOST} test webhook endpoints.")
    endpoint = build(
        call, call.params["url"], call.params["enabled_events"], f"whsec_{secrets.token_urlsafe(24)}"
    )
    endpoint.update(
        description=call.params.get("description"),
        metadata=merge_metadata(None, call.params.get("metadata", {})),
    )
    call.save(endpoint)
    return {**render(call, endpoint), "secret": private(endpoint)["secret"]}


def retrieve(call: Call, endpoint_id: str) -> Body:
    """One endpoint, without its secret."""
    return render(call, call.fetch("webhook_endpoint", endpoint_id))


def update(call: Call, endpoint_id: str) -> Body:
    """Change an endpoint, or switch it off."""
    endpoint, params = call.fetch("webhook_endpoint", endpoint_id), call.params
    for name in ("url", "enabled_events", "description"):
        if name in params:
            endpoint[name] = params[name]
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    return render(call, call.save(endpoint))


def delete(call: Call, endpoint_id: str) -> Body:
    """Delete an endpoint; what waited for it is given up."""
    call.fetch("webhook_endpoint", endpoint_id)
    call.store.remove(endpoint_id)
    sql = "UPDATE deliveries SET state = 'given_up' WHERE endpoint = ? AND state = 'waiting'"
    call.store.execute(sql, endpoint_id)
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


def list_all(call: Call) -> Body:
    """Endpoints, newest first."""
    return page(call, "webhook_endpoint", "/v1/webhook_endpoints")


ROUTES: list[Route] = [
    route(
        "POST",
        "/v1/webhook_endpoints",
        "webhook_endpoint_create",
        "url enabled_events description metadata api_version",
        create,
    ),
    route(
        "GET",
        "/v1/webhook_endpoints",
        "webhook_endpoint_list",
        "limit starting_after ending_before",
        list_all,
    ),
    route("GET", "/v1/webhook_endpoints/{}", "webhook_endpoint_retrieve", "", retrieve),
    route(
        "POST",
        "/v1/webhook_endpoints/{}",
        "webhook_endpoint_update",
        "url enabled_events description disabled",
        update,
    ),
    route("DELETE", "/v1/webhook_endpoints/{}", "webhook_endpoint_delete", "", delete),
]
