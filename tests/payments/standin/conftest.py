"""What the contract's tests and the stand-in's own have in common.

A test in `contract/` uses what any target has (`client`, `target` and what is made of them) and passes unchanged
against Stripe's test mode; one in `own/` may use the stand-in's clock, switches and hosted pages. Each folder has a
stand-in of its own: a moved clock leaves things in the future.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import stripe

from payments.standin.service import Service

from .machine import REPOSITORY, TEST_KEY, Control, Standin, sdk, start, start_here
from .receiving import Receiver, receiving
from .target import NO_KEY, STANDIN, TEST_MODE, Target, stripe_key
from .wire import Reply, fetch, pay_at, submit

__all__ = [
    "REPOSITORY",
    "Control",
    "Receiver",
    "Reply",
    "Standin",
    "fetch",
    "pay_at",
    "sdk",
    "start",
    "submit",
]

OWN = Path(__file__).parent / "own"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stripe-target",
        choices=(STANDIN, TEST_MODE),
        default=STANDIN,
        help="what the contract is held against: the stand-in, or Stripe's test mode (STRIPE_SECRET_KEY)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Against Stripe, what only the stand-in can do is not asked."""
    if config.getoption("--stripe-target", STANDIN) == STANDIN:
        return
    if not stripe_key():
        raise pytest.UsageError(NO_KEY)
    own = [item for item in items if OWN in item.path.parents]
    config.hook.pytest_deselected(items=own)
    items[:] = [item for item in items if item not in own]


def funded(target: Target) -> stripe.V1Services:
    """The SDK, with money available from the start: no test depends on what another has spent."""
    services = target.services()
    buyer = services.customers.create({"email": "float@example.org"})
    card = services.payment_methods.attach("pm_card_bypassPending", {"customer": buyer.id})
    services.payment_intents.create(
        {
            "amount": 50_000_000,
            "currency": "eur",
            "customer": buyer.id,
            "payment_method": card.id,
            "confirm": True,
            "off_session": True,
        }
    )
    return services


@contextmanager
def a_standin(folder: Path) -> Iterator[tuple[Service, Target]]:
    """A stand-in inside this process, and as a target."""
    running = start_here(folder / "state.sqlite")
    control = Control(running.url)
    yield (
        running,
        Target(running.url, TEST_KEY, lambda intent_id: control("settle", payment_intent=intent_id)),
    )
    running.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as there:
        yield there


def refusal(caught: pytest.ExceptionInfo[stripe.StripeError]) -> Any:
    """The error object of a refusal."""
    return caught.value.error


@pytest.fixture
def customer(client: stripe.V1Services) -> stripe.Customer:
    return client.customers.create({"email": "backer@example.org", "name": "Ada Backer"})


@pytest.fixture
def saved_card(client: stripe.V1Services, customer: stripe.Customer) -> Callable[..., stripe.PaymentMethod]:
    """Attach the test card of a token to the customer."""

    def attach(token: str = "pm_card_visa") -> stripe.PaymentMethod:
        return client.payment_methods.attach(token, {"customer": customer.id})

    return attach


@pytest.fixture
def charge(client: stripe.V1Services, customer: stripe.Customer, saved_card) -> Callable[..., Any]:
    """Charge a saved card off-session, as a campaign does after its deadline.

    Captured at once, as the project does: the balance transaction is there with the answer.
    """

    def pay(token: str = "pm_card_visa", amount: int = 2500, *, key: str | None = None, **more: Any):
        params: Any = {
            "amount": amount,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": saved_card(token).id,
            "off_session": True,
            "confirm": True,
            "capture_method": "automatic",
            **more,
        }
        return client.payment_intents.create(params, {"idempotency_key": key} if key else {})

    return pay


@pytest.fixture
def setup_session(client: stripe.V1Services, customer: stripe.Customer) -> Callable[..., Any]:
    """Open a session that saves a card."""

    def open_one(**more: Any):
        params: Any = {
            "mode": "setup",
            "ui_mode": "hosted_page",
            "currency": "eur",
            "customer": customer.id,
            "metadata": {"pledge": "7"},
            "setup_intent_data": {"metadata": {"pledge": "7"}},
            "success_url": "https://example.org/done?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://example.org/back",
            "locale": "it",
            **more,
        }
        return client.checkout.sessions.create(params)

    return open_one


@pytest.fixture
def payment_session(client: stripe.V1Services, customer: stripe.Customer) -> Callable[..., Any]:
    """Open a session that collects 12.50 euro."""

    def open_one(**more: Any):
        item = {
            "quantity": 1,
            "price_data": {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Orto"}},
        }
        params: Any = {
            "mode": "payment",
            "customer": customer.id,
            "line_items": [item],
            "payment_intent_data": {"transfer_group": "campaign_1", "metadata": {"pledge": "7"}},
            "success_url": "https://example.org/done",
            "locale": "en",
            **more,
        }
        return client.checkout.sessions.create(params)

    return open_one


def handed_over() -> dict[str, Any]:
    """What a platform hands over of an account's holder, with the values that test mode takes for verified."""
    address = {"line1": "address_full_match", "city": "Milano", "postal_code": "20121", "country": "IT"}
    return {
        "business_type": "individual",
        "business_profile": {"mcc": "8398", "url": "https://example.org"},
        "individual": {
            "first_name": "Ada",
            "last_name": "Backer",
            "email": "org@example.org",
            "phone": "+390000000000",
            "dob": {"day": 1, "month": 1, "year": 1901},
            "address": address,
        },
        "tos_acceptance": {"date": int(time.time()), "ip": "127.0.0.1"},
        "external_account": {
            "object": "bank_account",
            "country": "IT",
            "currency": "eur",
            "account_holder_name": "Ada Backer",
            "account_number": "IT40S0542811101000000123456",
        },
    }


@pytest.fixture
def account(client: stripe.V1Services, target: Target) -> Callable[..., Any]:
    """A connected account whose requirements the platform collects, everything handed over or nothing yet."""

    def make(*, onboarded: bool = True):
        params: Any = {
            "country": "IT",
            "email": "org@example.org",
            "capabilities": {"transfers": {"requested": True}},
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "application",
                "stripe_dashboard": {"type": "none"},
            },
            **(handed_over() if onboarded else {}),
        }
        made = client.accounts.create(params)
        if not onboarded:
            return made
        return target.until(
            lambda: client.accounts.retrieve(made.id),
            lambda found: found.capabilities.transfers == "active" and bool(found.payouts_enabled),
        )

    return make


@pytest.fixture
def held(client: stripe.V1Services) -> int:
    """The platform's available euro, in cents."""
    return sum(line.amount for line in client.balance.retrieve().available if line.currency == "eur")


@pytest.fixture
def key() -> str:
    """An idempotency key that nobody has used."""
    return uuid.uuid4().hex
