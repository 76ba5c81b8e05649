"""Setup intents."""

import pytest
import stripe


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
