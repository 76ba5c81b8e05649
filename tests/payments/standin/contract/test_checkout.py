"""Checkout sessions by the API."""

import pytest
import stripe


def test_a_new_setup_session_is_open_with_its_intent(client, setup_session):
    """Docs: Checkout, Save and reuse (setup mode)."""
    session = setup_session()
    assert (session.status, session.payment_status, session.mode) == ("open", "no_payment_required", "setup")
    assert session.expires_at - session.created == 24 * 3600
    intent = client.setup_intents.retrieve(session.setup_intent)
    assert (intent.status, intent.usage, intent.metadata["pledge"]) == (
        "requires_payment_method",
        "off_session",
        "7",
    )


def test_expiring_a_session_ends_it_and_its_intent(client, setup_session):
    """Docs: API reference, Expire a Checkout Session."""
    session = setup_session()
    expired = client.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    assert client.setup_intents.retrieve(session.setup_intent).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        client.checkout.sessions.expire(session.id)


def test_the_intent_of_a_session_is_canceled_only_by_expiring_the_session(client, setup_session):
    """Docs: API reference, Cancel a SetupIntent."""
    with pytest.raises(stripe.InvalidRequestError):
        client.setup_intents.cancel(setup_session().setup_intent)


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"currency": None}, "currency"),
        ({"success_url": None}, "success_url"),
        ({"success_url": "/done"}, "success_url"),
        ({"ui_mode": "hosted"}, "ui_mode"),
        ({"customer": "cus_missing"}, "customer"),
        ({"payment_intent_data": {"transfer_group": "x"}}, "payment_intent_data"),
        ({"expires_at": 1}, "expires_at"),
    ],
)
def test_what_does_not_fit_a_setup_session_is_refused(setup_session, client, customer, changes, param):
    """Docs: API reference, Create a Checkout Session."""
    params = {
        "mode": "setup",
        "currency": "eur",
        "customer": customer.id,
        "success_url": "https://example.org/",
        **changes,
    }
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.checkout.sessions.create({name: value for name, value in params.items() if value is not None})
    assert caught.value.param == param
