"""Connected accounts on the hosted page, and what Stripe or their owners do meanwhile, by switch."""

import pytest
import stripe

from tests.payments.standin.conftest import fetch, submit

RETURN, REFRESH = "https://example.org/back", "https://example.org/again"


@pytest.fixture
def express(client):
    """An account whose requirements Stripe collects, as the project's are."""

    def make():
        return client.accounts.create(
            {
                "country": "IT",
                "capabilities": {"transfers": {"requested": True}},
                "controller": {
                    "fees": {"payer": "application"},
                    "losses": {"payments": "application"},
                    "stripe_dashboard": {"type": "express"},
                },
            }
        )

    return make


@pytest.fixture
def link(client):
    """Open the onboarding of an account."""

    def make(account_id: str):
        return client.account_links.create(
            {
                "account": account_id,
                "type": "account_onboarding",
                "refresh_url": REFRESH,
                "return_url": RETURN,
            }
        )

    return make


@pytest.fixture
def told(client):
    """The objects of an account's events of a type, oldest first."""

    def read(account_id: str, event_type: str):
        listed = client.events.list({"type": event_type, "limit": 100}).data
        return [event.data.object for event in reversed(listed) if event.account == account_id]

    return read


def test_the_hosted_onboarding_makes_an_account_ready(client, express, link, told):
    """Docs: Connect, Onboard with account links; Types of events (account.updated, capability.updated)."""
    made = express()
    assert (made.capabilities.transfers, made.payouts_enabled) == ("inactive", False)
    assert submit(link(made.id).url).location == RETURN
    done = client.accounts.retrieve(made.id)
    assert (done.capabilities.transfers, done.details_submitted, done.payouts_enabled) == (
        "active",
        True,
        True,
    )
    assert done.external_accounts.data[0].country == "IT"
    assert told(made.id, "account.updated")[-1].details_submitted is True
    assert [(found.id, found.status) for found in told(made.id, "capability.updated")] == [
        ("transfers", "active")
    ]


def test_a_spent_or_old_link_leads_to_a_fresh_one(express, link, control):
    """Docs: API reference, Account Links (refresh_url)."""
    made = express()
    used, old = link(made.id), link(made.id)
    submit(used.url)
    assert fetch(used.url).location == REFRESH
    control("clock", move=301)
    assert fetch(old.url).location == REFRESH


def test_a_platform_hands_nothing_over_where_stripe_collects(client, express):
    """Docs: Connect, Controller properties (requirement_collection)."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.accounts.update(express().id, {"individual": {"first_name": "Ada"}})
    assert caught.value.param == "individual"


def test_an_account_may_lose_a_capability_and_find_it_again(client, account, control, told):
    """Docs: Connect, Account capabilities (a capability's status changes); the stand-in's own switch."""
    made = account()
    control("account", account=made.id, transfers="inactive", requirements=["individual.id_number"])
    lost = client.accounts.retrieve(made.id)
    assert (lost.capabilities.transfers, lost.requirements.disabled_reason) == (
        "inactive",
        "requirements.past_due",
    )
    assert client.accounts.capabilities.retrieve(made.id, "transfers").requirements.currently_due == [
        "individual.id_number"
    ]
    params = {"amount": 100, "currency": "eur", "destination": made.id}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.transfers.create(params)
    assert caught.value.code == "insufficient_capabilities_for_transfer"
    control("account", account=made.id, transfers="active", requirements=[])
    assert client.transfers.create(params).amount == 100
    assert [found.status for found in told(made.id, "capability.updated")] == ["active", "inactive", "active"]


def test_an_account_may_spend_what_it_was_sent(client, account, control):
    """The stand-in's own switch: afterwards nothing is left to reverse."""
    made = account()
    sent = client.transfers.create({"amount": 5_000, "currency": "eur", "destination": made.id})
    assert control("spend", account=made.id)["amount"] == 5_000
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.transfers.reversals.create(sent.id)
    assert caught.value.code == "balance_insufficient"
    moved = client.balance_transactions.list({"type": "payout"}, {"stripe_account": made.id}).data
    assert [entry.amount for entry in moved] == [-5_000]


def test_an_account_without_payouts_keeps_its_money(client, account, control):
    """Docs: Error codes, payouts_not_allowed."""
    made = account()
    client.transfers.create({"amount": 5_000, "currency": "eur", "destination": made.id})
    control("account", account=made.id, payouts_enabled=False)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payouts.create({"amount": 100, "currency": "eur"}, {"stripe_account": made.id})
    assert caught.value.code == "payouts_not_allowed"
    with pytest.raises(stripe.InvalidRequestError):
        client.payouts.retrieve("po_unknown", None, {"stripe_account": made.id})
