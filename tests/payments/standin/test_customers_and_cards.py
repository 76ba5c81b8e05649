"""Customers, payment methods, setup intents by the API."""

import pytest
import stripe

from .conftest import refusal, submit


def test_a_customer_is_kept_and_changed(client, customer):
    """Docs: API reference, Customers."""
    client.customers.update(customer.id, {"name": "Grace", "preferred_locales": ["it"]})
    kept = client.customers.retrieve(customer.id)
    assert (kept.name, kept.email, kept.preferred_locales) == ("Grace", "backer@example.org", ["it"])


def test_a_deleted_customer_is_a_stub(client, customer):
    """Docs: API reference, Delete a customer."""
    client.customers.delete(customer.id)
    assert client.customers.retrieve(customer.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_methods.attach("pm_card_visa", {"customer": customer.id})


def test_attached_methods_are_listed_and_detached_for_good(client, customer, saved_card):
    """Docs: API reference, Detach a PaymentMethod."""
    method = saved_card()
    assert [found.id for found in client.payment_methods.list({"customer": customer.id}).data] == [method.id]
    assert client.payment_methods.detach(method.id).customer is None
    assert client.payment_methods.list({"customer": customer.id, "type": "card"}).data == []
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_methods.attach(method.id, {"customer": customer.id})
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_methods.detach(method.id)


def test_a_detached_card_can_not_be_charged(client, customer, saved_card):
    """Docs: API reference, Detach a PaymentMethod."""
    method = saved_card()
    client.payment_methods.detach(method.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.create(
            {
                "amount": 900,
                "currency": "eur",
                "customer": customer.id,
                "confirm": True,
                "off_session": True,
                "payment_method": method.id,
            }
        )


@pytest.mark.parametrize(
    ("token", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ],
)
def test_a_declined_card_can_not_be_attached(client, saved_card, token, decline_code):
    """Docs: Testing, Declined payments (these cards can't be attached to a Customer)."""
    with pytest.raises(stripe.CardError) as caught:
        saved_card(token)
    assert (caught.value.code, refusal(caught).decline_code) == ("card_declined", decline_code)


def test_no_card_number_is_shown(saved_card):
    """Docs: API reference, The PaymentMethod object."""
    assert "4242424242424242" not in str(saved_card())


def test_a_setup_intent_is_created_confirmed_and_canceled(client, customer):
    """Docs: API reference, Setup Intents."""
    intent = client.setup_intents.create({"customer": customer.id, "usage": "off_session"})
    assert client.setup_intents.retrieve(intent.id).status == "requires_payment_method"
    assert client.setup_intents.cancel(intent.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.setup_intents.cancel(intent.id)
    assert caught.value.code == "setup_intent_unexpected_state"
    done = client.setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True}
    )
    assert done.status == "succeeded"
    assert client.payment_methods.retrieve(done.payment_method).customer == customer.id


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
