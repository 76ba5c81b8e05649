"""A bank to test with: the stand-in behind the real SDK, saved cards, and pledges and campaigns that wait for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import stripe
from django.conf import settings as configured

from accounts.models import Consent
from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.enums import PledgeStatus
from payments.gateway import client as gateway
from payments.models import Pledge, TotalsDelta
from tests import world
from tests.payments.standin.conftest import Control, pay_at, sdk, start, submit

WORKS, NO_FUNDS, DECLINES, ASKS_EVERY_TIME, PAYS_AT_ONCE = (
    "pm_card_visa",
    "a card without funds",
    "pm_card_chargeCustomerFail",
    "pm_card_authenticationRequired",
    "pm_card_bypassPending",
)
DEBITED = "pm_success_at"


@dataclass
class Bank:
    """The stand-in as tests use it."""

    url: str
    control: Control
    stripe: stripe.V1Services

    def card(self, token: str = WORKS) -> tuple[str, str]:
        """Save a test card with a new customer; ids of both."""
        customer = self.stripe.customers.create({"email": "backer@example.org"})
        found = self.stripe.payment_methods.attach(
            WORKS if token == NO_FUNDS else token, {"customer": customer.id}
        )
        if token == NO_FUNDS:  # saved with money on it, empty when it is charged
            self.behaves_like(found.id, "4000000000009995")
        return customer.id, found.id

    def account(self, token: str = DEBITED) -> dict[str, str]:
        """Save a test account to debit, with its mandate, with a new customer; the fields of its pledge."""
        customer = self.stripe.customers.create({"email": "backer@example.org"})
        setup = self.stripe.setup_intents.create(
            {
                "customer": customer.id,
                "allowed_payment_method_types": ["sepa_debit"],
                "payment_method": token,
                "confirm": True,
                "mandate_data": {"customer_acceptance": {"type": "offline"}},
                "expand": ["mandate"],
            }
        )
        mandate: Any = setup.mandate
        return {
            "customer_id": customer.id,
            "payment_method_id": str(setup.payment_method),
            "method": "sepa_debit",
            "mandate_id": mandate.id,
            "mandate_reference": mandate.payment_method_details.sepa_debit.reference,
            "card_last4": "3201",
        }

    def answer_debit(self, pledge: Pledge, failure_code: str | None = None) -> None:
        """Let the bank answer a pledge's debit now: it succeeds, or (`failure_code`) comes back."""
        attempt = pledge.attempts.order_by("-n").exclude(payment_intent_id="")[0]
        body = {"failure_code": failure_code} if failure_code else {}
        self.control("settle", payment_intent=attempt.payment_intent_id, **body)

    def behaves_like(self, payment_method: str, number: str) -> None:
        """Change what a saved card does."""
        self.control("card", payment_method=payment_method, behaves_like=number)

    def fault(self, match: str, kind: str, **more: Any) -> None:
        """Make requests misbehave."""
        self.control("faults", rules=[{"match": match, "kind": kind, **more}])

    def no_faults(self) -> None:
        self.control("faults")

    def pay(self, page_url: str, card: str = "4242424242424242") -> str:
        """Pay on a hosted page; the address it leads to."""
        return pay_at(page_url, card)

    def onboard(self, link: str) -> None:
        """Give Stripe what its onboarding asks for."""
        assert submit(link).status == 303

    def drain_balance(self) -> None:
        """Send away what is available, so that a transfer finds nothing."""
        [available] = self.stripe.balance.retrieve().available
        if available.amount > 0:
            account = self.stripe.accounts.create({"capabilities": {"transfers": {"requested": True}}})
            link = self.stripe.account_links.create(
                {
                    "account": account.id,
                    "type": "account_onboarding",
                    "return_url": "http://x.test/",
                    "refresh_url": "http://x.test/",
                }
            )
            self.onboard(link.url)
            self.stripe.transfers.create(
                {"amount": available.amount, "currency": "eur", "destination": account.id}
            )

    def try_to_pay(self, page_url: str, card: str) -> None:
        submit(page_url, card=card, number=card, expiry="12/34", cvc="123")

    def charges(self, pledge: Pledge) -> list[Any]:
        """The charges of a pledge at Stripe that went through."""
        found = self.stripe.payment_intents.list({"customer": pledge.customer_id}).data
        return [intent for intent in found if intent.status == "succeeded"]


@pytest.fixture(scope="session")
def bank_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A stand-in of its own: these tests move its clock, and what it has written then stays in the future."""
    running = start(tmp_path_factory.mktemp("bank") / "state.sqlite")
    yield running.url
    running.stop()


@pytest.fixture
def bank(bank_url: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    """The stand-in in Stripe's place, with no limit of speed."""
    settings.STRIPE_API_BASE = bank_url
    monkeypatch.setattr(gateway, "bucket", gateway.TokenBucket(1000.0))
    made = Bank(bank_url, Control(bank_url), sdk(bank_url, key=configured.STRIPE_SECRET_KEY).v1)
    yield made
    made.no_faults()
    made.control("clock", offset=0)


@pytest.fixture
def at() -> Iterator[Callable[[dt.datetime], dt.datetime]]:
    """Move the clock to a moment, for services and drains."""
    before = clock.offset()

    def move(moment: dt.datetime) -> dt.datetime:
        clock.move(moment - clock.real_now())
        return moment

    yield move
    clock.move(before)


def pledge(
    campaign: Campaign, bank: Bank | None = None, *, cents: int = 100_000, token: str = WORKS, **fields: Any
) -> Pledge:
    """An active pledge with a saved card (a real one at the stand-in, if a bank is given)."""
    customer, method = bank.card(token) if bank else ("cus_none", "pm_none")
    consent = Consent.objects.create(
        kind="charge", version="1", language="it", text="sì", email="a@example.org", given_at=world.NOW
    )
    made = Pledge.objects.create(
        **{
            "campaign": campaign,
            "email": "backer@example.org",
            "name": "Bianca",
            "amount_cents": cents,
            "status": PledgeStatus.ACTIVE,
            "consent": consent,
            "customer_id": customer,
            "payment_method_id": method,
            "created_at": world.NOW,
            "activated_at": world.NOW,
        }
        | fields
    )
    TotalsDelta.objects.create(campaign=campaign, pledged_cents=cents, backers=1)
    return made
