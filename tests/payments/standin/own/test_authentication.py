"""3-D Secure on the stand-in's own page, and cards that change their behaviour."""

import pytest
import stripe

from tests.payments.standin.conftest import fetch, refusal, submit


def test_an_on_session_payment_with_authentication(client, customer, saved_card, standin):
    """Docs: 3D Secure authentication, Redirect to the bank website."""
    intent = client.payment_intents.create(
        {
            "amount": 900,
            "currency": "eur",
            "customer": customer.id,
            "confirm": True,
            "payment_method": saved_card("pm_card_authenticationRequired").id,
            "return_url": "https://example.org/back?x=1",
        }
    )
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    reply = submit(intent.next_action.redirect_to_url.url, answer="complete")
    assert reply.location.startswith(f"https://example.org/back?x=1&payment_intent={intent.id}")
    assert reply.location.endswith("redirect_status=succeeded")
    assert client.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_failed_authentication_asks_for_another_card(client, customer, saved_card):
    """Docs: 3D Secure authentication."""
    intent = client.payment_intents.create(
        {
            "amount": 900,
            "currency": "eur",
            "customer": customer.id,
            "confirm": True,
            "payment_method": saved_card("pm_card_authenticationRequired").id,
            "return_url": "https://example.org/",
        }
    )
    submit(intent.next_action.redirect_to_url.url, answer="fail")
    after = client.payment_intents.retrieve(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error.code == "payment_intent_authentication_failure"
    assert fetch(intent.next_action.redirect_to_url.url).status == 410


def test_a_card_set_up_with_authentication_is_charged_without(client, customer):
    """Docs: Testing, Authentication and setup (4000002500003155)."""
    setup = client.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": "pm_card_authenticationRequiredOnSetup",
            "confirm": True,
            "return_url": "https://example.org/",
        }
    )
    assert setup.status == "requires_action"
    submit(setup.next_action.redirect_to_url.url, answer="complete")
    setup = client.setup_intents.retrieve(setup.id)
    assert setup.status == "succeeded"
    intent = client.payment_intents.create(
        {
            "amount": 900,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": setup.payment_method,
            "off_session": True,
            "confirm": True,
        }
    )
    assert intent.status == "succeeded"


def test_a_saved_card_may_run_dry(client, charge, control, customer):
    """The stand-in's own switch: a saved card changes its behaviour."""
    method = client.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    control("card", payment_method=method.id, behaves_like="4000000000009995")
    params = {
        "amount": 900,
        "currency": "eur",
        "customer": customer.id,
        "payment_method": method.id,
        "off_session": True,
        "confirm": True,
    }
    with pytest.raises(stripe.CardError) as caught:
        client.payment_intents.create(params)
    assert refusal(caught).decline_code == "insufficient_funds"
    control("card", payment_method=method.id, behaves_like="4242424242424242")
    assert client.payment_intents.create(params).status == "succeeded"
