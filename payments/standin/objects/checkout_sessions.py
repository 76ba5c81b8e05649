"""Checkout sessions, hosted (Docs: API reference, Checkout Sessions; Checkout, Save and reuse)."""

from urllib.parse import urlsplit

from payments.standin.call import Call, merge_metadata, private, render
from payments.standin.errors import ApiError, Body, not_modelled
from payments.standin.listing import FILTERS, page, whole
from payments.standin.objects import payment_intents, setup_intents
from payments.standin.objects.customers import living
from payments.standin.objects.instruments import CARD, DEBIT, allowed_types
from payments.standin.objects.intents import check_amount, check_currency
from payments.standin.routing import Route, route
from payments.standin.store import new_id

LIVES_FOR, SHORTEST = 24 * 3600, 30 * 60
EXPIRE = "expire_session"
_COPIED = (
    "cancel_url",
    "client_reference_id",
    "customer_email",
    "locale",
    "submit_type",
    "success_url",
    "consent_collection",
    "allowed_payment_method_types",
)


def create(call: Call) -> Body:
    """A new open session and the address of its page."""
    params = call.params
    mode = _check(params)
    if "customer" in params:
        living(call, params["customer"])
    session = call.new(
        "checkout.session",
        "cs_test",
        **{name: params[name] for name in _COPIED if name in params},
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        custom_fields=[],
        custom_text=_custom_text(params),
        customer=params.get("customer"),
        expires_at=_expiry(call, params),
        metadata=merge_metadata(None, params.get("metadata", {})),
        mode=mode,
        payment_method_types=allowed_types(params),
        shipping_options=[],
        status="open",
        ui_mode="hosted_page",
    )
    session["id"] = new_id("cs_test", 58)
    private(session)["path"] = f"/c/pay/{session['id']}"
    (_set_up if mode == "setup" else _price)(call, session)
    _check_currency(session)
    call.save(session)
    call.later(session["expires_at"] - call.now, EXPIRE, session["id"])
    return render(call, session)


def _check(params: Body) -> str:
    """The mode, after refusing what does not fit together."""
    mode: str = params.get("mode", "payment")
    if mode == "subscription":
        raise not_modelled("subscriptions", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_modelled(f"ui_mode {params['ui_mode']}", param="ui_mode")
    if "customer" in params and "customer_email" in params:
        raise ApiError(
            "You may only specify one of these parameters: customer, customer_email.",
            code="parameters_exclusive",
        )
    foreign = (
        ("line_items", "payment_intent_data", "customer_creation")
        if mode == "setup"
        else ("setup_intent_data",)
    )
    for name in foreign:
        if name in params:
            raise ApiError(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    for name in ("success_url", "cancel_url"):
        _check_url(params, name)
    if mode == "setup" and not {"currency", "allowed_payment_method_types"} & params.keys():
        raise ApiError("Missing required param: currency.", code="parameter_missing", param="currency")
    return mode


def _check_url(params: Body, name: str) -> None:
    if name not in params:
        if name == "success_url":
            raise ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)
        return
    parts = urlsplit(params[name])
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ApiError("Not a valid URL", code="url_invalid", param=name)


def _expiry(call: Call, params: Body) -> int:
    expires_at: int = params.get("expires_at", call.now + LIVES_FOR)
    if not call.now + SHORTEST - 60 <= expires_at <= call.now + LIVES_FOR:
        raise ApiError(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session "
            "creation.",
            param="expires_at",
        )
    return expires_at


def _custom_text(params: Body) -> Body:
    empty = dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance"))
    return {**empty, **params.get("custom_text", {})}


def _set_up(call: Call, session: Body) -> None:
    """Setup mode: the setup intent is there from the start."""
    given = call.params.get("setup_intent_data", {})
    wanted = {
        **given,
        **method_choice(session),
        **({"customer": session["customer"]} if session["customer"] else {}),
    }
    intent = setup_intents.build(call, wanted)
    private(intent)["session"] = session["id"]
    call.save(intent)
    call.emit("setup_intent.created", intent)
    currency = call.params.get("currency")
    session.update(
        currency=check_currency(currency) if currency else None,
        payment_method_options=_options(session),
        payment_status="no_payment_required",
        setup_intent=intent["id"],
    )


def method_choice(session: Body) -> Body:
    """The types a session allows, as its intent is told."""
    chosen = session["allowed_payment_method_types"]
    return {"allowed_payment_method_types": chosen} if chosen else {}


def _options(session: Body) -> Body:
    types = session["payment_method_types"]
    return {kind: {"request_three_d_secure": "automatic"} if kind == CARD else {} for kind in types}


def _check_currency(session: Body) -> None:
    """SEPA debits take euro only (Docs: SEPA Direct Debit, Determine compatibility)."""
    if DEBIT in session["payment_method_types"] and session["currency"] not in {"eur", None}:
        raise ApiError("The currency of a Checkout Session with sepa_debit must be eur.", param="currency")


def _price(call: Call, session: Body) -> None:
    """Payment mode: the amount is there from the start, the payment intent only from the first attempt."""
    items = [_line_item(item) for item in call.params.get("line_items", [])]
    if not items:
        raise ApiError("Missing required param: line_items.", code="parameter_missing", param="line_items")
    currency = check_currency(items[0]["currency"])
    if any(item["currency"] != currency for item in items):
        raise ApiError("All line items must have the same currency.", param="line_items")
    total = sum(item["amount_total"] for item in items)
    check_amount(total, param="line_items")
    if call.params.get("payment_intent_data", {}).get("capture_method") == "manual":
        raise not_modelled("manual capture", param="payment_intent_data")
    private(session).update(line_items=items, intent_data=call.params.get("payment_intent_data", {}))
    session.update(
        amount_subtotal=total,
        amount_total=total,
        currency=currency,
        customer_creation=call.params.get("customer_creation", "if_required")
        if not session["customer"]
        else None,
        payment_method_collection="if_required",
        payment_method_options=_options(session),
        payment_status="unpaid",
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    )


def _line_item(item: Body) -> Body:
    price = item.get("price_data")
    if price is None or "product_data" not in price or "unit_amount" not in price:
        raise not_modelled(
            "line items without price_data[product_data] and price_data[unit_amount]", param="line_items"
        )
    quantity = item.get("quantity", 1)
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"].lower(),
        "description": price["product_data"]["name"],
        "price": None,
        "quantity": quantity,
    }


def retrieve(call: Call, session_id: str) -> Body:
    """One session."""
    return render(call, call.fetch("checkout.session", session_id, param="session"))


def expire(call: Call, session_id: str) -> Body:
    """Expire an open session, and with it its intent."""
    session = call.fetch("checkout.session", session_id, param="session")
    if session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"`{session['status']}`."
        )
    return render(call, expired(call, session))


def expired(call: Call, session: Body) -> Body:
    """The expiry itself, by request or by time: nothing can be saved or paid with this session any more."""
    session["status"] = "expired"
    private(session).pop("path", None)
    call.save(session)
    for name, module in (("setup_intent", setup_intents), ("payment_intent", payment_intents)):
        intent = call.store.get(session[name]) if session[name] else None
        if intent and intent["status"] not in {"succeeded", "canceled"}:
            module.canceled(call, intent, "automatic" if name == "payment_intent" else None)
    call.emit("checkout.session.expired", session)
    return session


def expire_if_due(call: Call, session_id: str) -> None:
    """What the schedule calls when a session's time is over."""
    session = call.store.get(session_id)
    if session and session["status"] == "open" and session["expires_at"] <= call.now:
        expired(call, session)


def list_all(call: Call) -> Body:
    """Sessions, newest first."""
    return page(
        call, "checkout.session", "/v1/checkout/sessions", by=("customer", "payment_intent", "status")
    )


def items_of(call: Call, session: Body) -> Body:
    """The list that `expand` shows inside a session."""
    return whole(
        call, private(session).get("line_items", []), f"/v1/checkout/sessions/{session['id']}/line_items"
    )


def line_items(call: Call, session_id: str) -> Body:
    """A session's line items."""
    return items_of(call, call.fetch("checkout.session", session_id, param="session"))


_CREATE = (
    "mode ui_mode success_url cancel_url currency customer customer_email customer_creation metadata locale "
    "client_reference_id expires_at line_items setup_intent_data payment_intent_data submit_type custom_text "
    "consent_collection allowed_payment_method_types"
)

ROUTES: list[Route] = [
    route("POST", "/v1/checkout/sessions", "checkout.session_create", _CREATE, create),
    route(
        "GET",
        "/v1/checkout/sessions",
        "checkout.session_list",
        f"customer payment_intent status {' '.join(FILTERS)}",
        list_all,
    ),
    route("GET", "/v1/checkout/sessions/{}", "checkout.session_retrieve", "", retrieve),
    route("POST", "/v1/checkout/sessions/{}/expire", "checkout.session_expire", "", expire),
    route(
        "GET", "/v1/checkout/sessions/{}/line_items", "checkout.session_line_item_list", "limit", line_items
    ),
]
