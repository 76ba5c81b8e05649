"""Customers and payment methods."""

import pytest
import stripe

from tests.payments.standin.conftest import refusal


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
