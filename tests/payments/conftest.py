"""Stripe for the tests of this room: the stand-in, a real process reached over HTTP by the real SDK."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from crowdfund.kit import clock
from payments.gateway import client as gateway
from payments.services.cards import confirm_card, open_card_session
from payments.services.consents import CHARGE_VERSION
from payments.services.pledges import place_pledge
from tests import world
from tests.payments.bank import at, bank, bank_url  # noqa: F401 - fixtures
from tests.payments.reconciling import books  # noqa: F401 - a fixture
from tests.payments.standin.conftest import Control, receiver, start, submit  # noqa: F401 - a fixture too

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from campaigns.models import Campaign
    from payments.models import Pledge

VISA = "4242424242424242"
ASKS_ONCE = "4000002500003155"
DECLINED = "4000000000000002"


@pytest.fixture(autouse=True)
def _room(settings: Any) -> Iterator[None]:
    """Tests of this room happen at `world.NOW`, in Italian, with an empty cache."""
    cache.clear()
    try:
        reverse("campaign", args=["x"])
    except NoReverseMatch:
        settings.ROOT_URLCONF = "tests.payments.stub_urls"
    with clock.moved(world.NOW - dt.datetime.now(dt.UTC)), translation.override("it"):
        yield


@pytest.fixture(scope="session")
def standin_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = start(tmp_path_factory.mktemp("stripe") / "state.sqlite")
    yield running.url
    running.stop()


class Stripe:
    """The stand-in, as a test uses it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.control = Control(url)

    def save_card(self, page: str, card: str = VISA, *, answer: str = "complete") -> str:
        """Give a card on the hosted page (and answer the bank); return the address it leads to, "" when refused."""
        reply = submit(page, card=card)
        if reply.status == 303 and "/authenticate/" in reply.location:
            reply = submit(reply.location, answer=answer)
        refused = reply.status != 303 or reply.location.startswith(self.url)
        return "" if refused else reply.location

    def holds(self, card: str) -> bool:
        """Whether a saved card is still attached to its customer."""
        return gateway.client().v1.payment_methods.retrieve(card).customer is not None


@pytest.fixture
def stripe(standin_url: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stripe]:
    settings.STRIPE_API_BASE = standin_url
    settings.STRIPE_RATE_PER_SECOND = 1000.0
    monkeypatch.setattr(gateway, "bucket", gateway.TokenBucket(1000.0))
    there = Stripe(standin_url)
    yield there
    there.control("faults")
    there.control("clock", offset=0)


def place(campaign: Campaign, **fields: Any) -> Pledge:
    """Place a pledge of € 25 as a guest, unless told otherwise."""
    return place_pledge(
        campaign=campaign,
        **{
            "amount_cents": 2_500,
            "email": "ada@example.org",
            "language": "it",
            "consent_version": CHARGE_VERSION,
            "by": None,
            "now": world.NOW,
        }
        | fields,
    )


@pytest.fixture
def pledged(stripe: Stripe) -> Callable[..., Pledge]:
    """Place a pledge and save its card."""

    def make(campaign: Campaign, card: str = VISA, **fields: Any) -> Pledge:
        pledge = place(campaign, **fields)
        assert stripe.save_card(open_card_session(pledge=pledge, now=world.NOW), card)
        confirm_card(pledge_id=pledge.pk, now=world.NOW)
        pledge.refresh_from_db()
        return pledge

    return make
