"""The hosted page of a Checkout session: what a card given there leads to."""

import pytest
import stripe

from tests.payments.standin.conftest import fetch, pay_at, refusal, submit


def test_saving_a_card_completes_the_session_and_charges_nothing(client, customer, setup_session):
    """Docs: Checkout, Save and reuse; Fulfil orders (CHECKOUT_SESSION_ID)."""
    session = setup_session()
    assert pay_at(session.url) == f"https://example.org/done?session={session.id}"
    after = client.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert (after.status, after.url, after.customer_details.email) == ("complete", None, "backer@example.org")
    assert after.setup_intent.status == "succeeded"
    assert client.payment_methods.retrieve(after.setup_intent.payment_method).customer == customer.id
    assert client.payment_intents.list({"customer": customer.id}).data == []


def test_a_card_that_asks_once_is_saved_after_authentication(client, setup_session):
    """Docs: Testing, 3D Secure authentication (4000002500003155)."""
    session = setup_session()
    bank = pay_at(session.url, "4000002500003155")
    assert client.setup_intents.retrieve(session.setup_intent).status == "requires_action"
    assert "3155" in fetch(bank).text
    assert submit(bank, answer="complete").location.endswith(session.id)
    assert client.setup_intents.retrieve(session.setup_intent).status == "succeeded"


def test_a_refused_authentication_leads_back_to_the_page_which_says_so(client, setup_session):
    """Docs: Testing, 3D Secure authentication."""
    session = setup_session()
    back = submit(pay_at(session.url, "4000002500003155"), answer="fail").location
    page = fetch(back)
    assert (page.status, 'role="alert"' in page.text) == (200, True)
    intent = client.setup_intents.retrieve(session.setup_intent)
    assert intent.last_setup_error.code == "setup_intent_authentication_failure"
    assert client.checkout.sessions.retrieve(session.id).status == "open"


def test_a_card_declined_at_setup_leaves_the_session_open(client, setup_session):
    """Docs: Testing, Declined payments (4000000000000002)."""
    session = setup_session()
    assert pay_at(session.url, "4000000000000002") == session.url
    intent = client.setup_intents.retrieve(session.setup_intent)
    assert (intent.status, intent.last_setup_error.decline_code) == (
        "requires_payment_method",
        "generic_decline",
    )
    pay_at(session.url)
    assert client.checkout.sessions.retrieve(session.id).status == "complete"


def test_a_card_that_fails_later_can_be_saved(client, customer, setup_session):
    """Docs: Testing, Declined payments (4000000000000341, decline after attaching)."""
    session = setup_session()
    pay_at(session.url, "4000000000000341")
    method = client.setup_intents.retrieve(session.setup_intent).payment_method
    with pytest.raises(stripe.CardError) as caught:
        client.payment_intents.create(
            {
                "amount": 900,
                "currency": "eur",
                "customer": customer.id,
                "payment_method": method,
                "off_session": True,
                "confirm": True,
            }
        )
    assert refusal(caught).decline_code == "generic_decline"


def test_a_card_with_no_funds_can_be_saved_and_fails_when_charged(client, customer, setup_session):
    """Docs: Testing, Authentication and setup (4000008260003178)."""
    session = setup_session()
    submit(pay_at(session.url, "4000008260003178"), answer="complete")
    method = client.setup_intents.retrieve(session.setup_intent).payment_method
    with pytest.raises(stripe.CardError) as caught:
        client.payment_intents.create(
            {
                "amount": 900,
                "currency": "eur",
                "customer": customer.id,
                "payment_method": method,
                "off_session": True,
                "confirm": True,
            }
        )
    assert refusal(caught).decline_code == "insufficient_funds"


def test_an_expired_session_takes_no_card(client, setup_session):
    """Docs: API reference, Expire a Checkout Session."""
    session = setup_session()
    client.checkout.sessions.expire(session.id)
    assert submit(session.url, card="4242424242424242").status == 410


def test_expiring_during_authentication_leaves_nothing_saved(client, customer, setup_session):
    """Docs: API reference, Expire a Checkout Session."""
    session = setup_session()
    bank = pay_at(session.url, "4000002500003155")
    client.checkout.sessions.expire(session.id)
    assert submit(bank, answer="complete").status == 410
    assert client.payment_methods.list({"customer": customer.id}).data == []


def test_a_session_expires_by_itself_after_a_day(client, control, setup_session):
    """Docs: API reference, The Checkout Session object (expires_at)."""
    session = setup_session()
    control("clock", offset=24 * 3600 + 1)
    assert client.checkout.sessions.retrieve(session.id).status == "expired"


def test_paying_makes_the_intent_only_then(client, payment_session):
    """Docs: Checkout, How Checkout works (payment mode)."""
    session = payment_session()
    assert (session.payment_intent, session.amount_total, session.payment_status) == (None, 1250, "unpaid")
    assert pay_at(session.url) == "https://example.org/done"
    after = client.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent", "line_items"]})
    assert (after.payment_status, after.status) == ("paid", "complete")
    assert (after.payment_intent.transfer_group, after.payment_intent.metadata["pledge"]) == (
        "campaign_1",
        "7",
    )
    assert after.line_items.data[0].description == "Orto"
    listed = client.checkout.sessions.list({"payment_intent": after.payment_intent.id})
    assert [found.id for found in listed.data] == [session.id]


def test_a_declined_payment_is_tried_again_with_the_same_intent(client, payment_session):
    """Docs: Checkout, How Checkout works (failed payments)."""
    session = payment_session()
    assert pay_at(session.url, "4000000000009995") == session.url
    intent_id = client.checkout.sessions.retrieve(session.id).payment_intent
    assert client.payment_intents.retrieve(intent_id).last_payment_error.decline_code == "insufficient_funds"
    submit(pay_at(session.url, "4000002760003184"), answer="complete")
    assert client.payment_intents.retrieve(intent_id).status == "succeeded"


def test_an_expired_payment_session_cancels_its_intent(client, payment_session):
    """Docs: API reference, Expire a Checkout Session."""
    session = payment_session()
    pay_at(session.url, "4000000000009995")
    intent_id = client.checkout.sessions.expire(session.id).payment_intent
    assert client.payment_intents.retrieve(intent_id).status == "canceled"


def test_the_page_speaks_the_sessions_language_and_says_what_happens(setup_session, payment_session):
    """Docs: Checkout, Languages."""
    italian, english = fetch(setup_session().url).text, fetch(payment_session().url).text
    assert '<html lang="it">' in italian
    assert "Ora non si addebita nulla" in italian
    assert '<html lang="en">' in english
    assert "Pay €12.50" in english


def test_the_page_lets_nothing_in_and_leads_where_it_should(setup_session):
    """The stand-in's own rule: no script, styles from a file, forms that end at the merchant's."""
    reply = fetch(setup_session().url)
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' https://example.org" in policy
    assert "<script" not in reply.text
    assert " style=" not in reply.text


def test_a_typed_card_is_checked_field_by_field(client, setup_session):
    """Docs: Testing, Invalid data."""
    session = setup_session()
    reply = submit(session.url, number="1234 5678 9012 3456", expiry="01/20", cvc="x")
    assert reply.status == 422
    for field in ("number", "expiry", "cvc"):
        assert f'href="#{field}"' in reply.text
    done = submit(session.url, number="4242 4242 4242 4242", expiry="12/34", cvc="123", name="Ada")
    assert done.status == 303
    assert client.checkout.sessions.retrieve(session.id).customer_details.name == "Ada"


def test_text_of_others_is_escaped(payment_session):
    """The stand-in's own rule."""
    item = {
        "quantity": 1,
        "price_data": {
            "currency": "eur",
            "unit_amount": 1250,
            "product_data": {"name": "<script>alert(1)</script>"},
        },
    }
    assert "<script" not in fetch(payment_session(line_items=[item]).url).text


def test_without_a_customer_the_page_asks_for_an_email(client, payment_session):
    """Docs: API reference, Create a Checkout Session (customer_creation)."""
    session = client.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "https://example.org/",
            "customer_creation": "always",
            "line_items": [
                {
                    "quantity": 2,
                    "price_data": {"currency": "eur", "unit_amount": 500, "product_data": {"name": "Orto"}},
                }
            ],
        }
    )
    assert submit(session.url, card="4242424242424242").status == 422
    assert submit(session.url, card="4242424242424242", email="new@example.org").status == 303
    after = client.checkout.sessions.retrieve(session.id, {"expand": ["customer"]})
    assert (after.customer.email, after.amount_total) == ("new@example.org", 1000)
