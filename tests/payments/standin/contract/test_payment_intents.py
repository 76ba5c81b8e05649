"""Charging a saved card."""

import pytest
import stripe

from tests.payments.standin.conftest import refusal


def test_an_off_session_charge_succeeds_and_carries_its_group(client, charge):
    """Docs: Charge a saved payment method; Separate charges and transfers."""
    options = {"card": {"stored_credential_usage": "unscheduled"}}
    intent = charge(metadata={"pledge": "7"}, transfer_group="campaign_1", payment_method_options=options)
    assert (intent.status, intent.amount_received, intent.metadata["pledge"]) == ("succeeded", 2500, "7")
    made = client.charges.retrieve(intent.latest_charge)
    assert (made.paid, made.transfer_group, made.payment_intent) == (True, "campaign_1", intent.id)
    assert made.payment_method_details.card.last4 == "4242"


def test_the_object_has_the_fields_of_the_published_class(client, charge):
    """Docs: API reference, The PaymentIntent object."""
    intent = charge().to_dict()
    for name in (
        "client_secret",
        "last_payment_error",
        "next_action",
        "canceled_at",
        "processing",
        "livemode",
    ):
        assert name in intent
    assert intent["livemode"] is False
    assert not any(name.startswith("_") for name in intent)


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
        ("pm_card_authenticationRequired", "authentication_required", "authentication_required"),
        ("pm_card_authenticationRequiredOnSetup", "authentication_required", "authentication_required"),
    ],
)
def test_an_off_session_refusal_says_why_and_keeps_its_intent(client, charge, token, code, decline_code):
    """Docs: Testing, Declined payments; Error handling, Payment errors."""
    with pytest.raises(stripe.CardError) as caught:
        charge(token)
    error = caught.value
    assert (error.http_status, error.code, refusal(caught).decline_code) == (402, code, decline_code)
    intent = client.payment_intents.retrieve(refusal(caught).payment_intent.id)
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    assert intent.last_payment_error.code == code
    failed = client.charges.retrieve(refusal(caught).charge)
    assert (failed.status, failed.paid, failed.failure_code) == ("failed", False, code)
    assert failed.balance_transaction is None


def test_off_session_needs_confirm(client, customer):
    """Docs: API reference, Create a PaymentIntent (off_session)."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.create({"amount": 900, "currency": "eur", "off_session": True})
    assert caught.value.param == "off_session"


def test_another_customers_card_is_refused(client, saved_card):
    """Docs: API reference, Create a PaymentIntent (payment_method)."""
    other, method = client.customers.create(), saved_card()
    for more in ({"customer": other.id}, {}):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            client.payment_intents.create(
                {
                    "amount": 900,
                    "currency": "eur",
                    "payment_method": method.id,
                    "confirm": True,
                    "off_session": True,
                    **more,
                }
            )
        assert caught.value.param == "payment_method"


def test_confirm_later_then_succeeds(client, customer, saved_card):
    """Docs: The Payment Intents API, lifecycle."""
    intent = client.payment_intents.create({"amount": 900, "currency": "eur", "customer": customer.id})
    assert intent.status == "requires_payment_method"
    done = client.payment_intents.confirm(intent.id, {"payment_method": saved_card().id, "off_session": True})
    assert done.status == "succeeded"


def test_confirming_twice_is_refused_with_the_intent(client, charge):
    """Docs: Error codes, payment_intent_unexpected_state."""
    intent = charge()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.confirm(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert refusal(caught).payment_intent.status == "succeeded"


def test_cancel_ends_an_open_intent_and_only_that(client, customer, charge):
    """Docs: API reference, Cancel a PaymentIntent."""
    intent = client.payment_intents.create({"amount": 900, "currency": "eur", "customer": customer.id})
    ended = client.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (ended.status, ended.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.cancel(charge().id)
    assert caught.value.code == "payment_intent_unexpected_state"


def test_lists_are_newest_first_and_paged(client, customer):
    """Docs: API reference, Pagination."""
    made = [
        client.payment_intents.create({"amount": 100 + n, "currency": "eur", "customer": customer.id}).id
        for n in range(5)
    ]
    first = client.payment_intents.list({"customer": customer.id, "limit": 2})
    assert ([found.id for found in first.data], first.has_more) == (made[:2:-1], True)
    rest = client.payment_intents.list({"customer": customer.id, "starting_after": first.data[-1].id})
    assert ([found.id for found in rest.data], rest.has_more) == (made[2::-1], False)
    before = client.payment_intents.list({"customer": customer.id, "ending_before": made[2], "limit": 1})
    assert ([found.id for found in before.data], before.has_more) == ([made[3]], True)
    assert [
        found.id for found in client.payment_intents.list({"customer": customer.id}).auto_paging_iter()
    ] == made[::-1]


def test_on_session_confirmation_needs_a_return_url(client, customer, saved_card):
    """Docs: API reference, Confirm a PaymentIntent (return_url)."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.create(
            {
                "amount": 900,
                "currency": "eur",
                "customer": customer.id,
                "confirm": True,
                "payment_method": saved_card().id,
            }
        )
    assert caught.value.param == "return_url"
