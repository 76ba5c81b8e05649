"""SEPA Direct Debit: saved with a mandate, charged off-session, answered later."""

import pytest
import stripe

from tests.payments.standin.conftest import refusal

ACCEPTED = {
    "customer_acceptance": {
        "type": "online",
        "online": {"ip_address": "127.0.0.1", "user_agent": "contract"},
    }
}
READ = ["latest_charge.balance_transaction"]


@pytest.fixture
def saved_account(client, customer):
    """Save the test account of a token with a mandate; the setup intent."""

    def save(token: str = "pm_success_at", **more):
        return client.setup_intents.create(
            {
                "customer": customer.id,
                "allowed_payment_method_types": ["card", "sepa_debit"],
                "payment_method": token,
                "confirm": True,
                "mandate_data": ACCEPTED,
                **more,
            }
        )

    return save


@pytest.fixture
def debit(client, customer, saved_account):
    """Debit a saved account off-session."""

    def pay(token: str = "pm_success_at", amount: int = 2500, **more):
        return client.payment_intents.create(
            {
                "amount": amount,
                "currency": "eur",
                "customer": customer.id,
                "payment_method": saved_account(token).payment_method,
                "allowed_payment_method_types": ["card", "sepa_debit"],
                "off_session": True,
                "confirm": True,
                **more,
            }
        )

    return pay


def test_an_account_is_saved_with_a_mandate(client, customer, saved_account):
    """Docs: SEPA Direct Debit, Save details for future payments; API reference, The Mandate object."""
    setup = saved_account()
    assert setup.status == "succeeded"
    mandate = client.mandates.retrieve(setup.mandate)
    assert (mandate.status, mandate.type, mandate.payment_method) == (
        "active",
        "multi_use",
        setup.payment_method,
    )
    assert mandate.customer_acceptance.type == "online"
    assert mandate.payment_method_details.type == "sepa_debit"
    assert mandate.payment_method_details.sepa_debit.reference
    method = client.payment_methods.retrieve(setup.payment_method)
    assert (method.type, method.customer) == ("sepa_debit", customer.id)


def test_a_method_is_made_of_an_iban_which_is_not_shown(client):
    """Docs: API reference, Create a PaymentMethod (sepa_debit)."""
    made = client.payment_methods.create(
        {
            "type": "sepa_debit",
            "sepa_debit": {"iban": "AT61 1904 3002 3457 3201"},
            "billing_details": {"name": "Ada Backer", "email": "ada@example.org"},
        }
    )
    account = made.sepa_debit
    assert (account.country, account.bank_code, account.last4) == ("AT", "19043", "3201")
    assert made.billing_details.name == "Ada Backer"
    assert "300234573201" not in str(made)


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        (
            {"sepa_debit": {"iban": "AT621904300234573201"}},
            "invalid_bank_account_iban",
            "sepa_debit[iban]",
        ),
        (
            {"billing_details": {"email": "ada@example.org"}},
            "parameter_missing",
            "billing_details[name]",
        ),
        (
            {"billing_details": {"name": "Ada Backer"}},
            "parameter_missing",
            "billing_details[email]",
        ),
    ],
)
def test_an_account_needs_an_iban_a_name_and_an_email(client, changes, code, param):
    """Docs: SEPA Direct Debit, Collect payment method details and mandate acknowledgment; Error codes."""
    params = {
        "type": "sepa_debit",
        "sepa_debit": {"iban": "AT611904300234573201"},
        "billing_details": {"name": "Ada Backer", "email": "ada@example.org"},
    }
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_methods.create({**params, **changes})
    assert (caught.value.code, caught.value.param) == (code, param)


def test_a_debit_is_processing_until_its_bank_answers(client, debit, target):
    """Docs: SEPA Direct Debit, Test IBANs (AT611904300234573201); API reference, The Charge object (status)."""
    intent = debit(transfer_group="campaign_1", metadata={"pledge": "7"}, expand=["latest_charge"])
    assert (intent.status, intent.amount_received) == ("processing", 0)
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("pending", False)
    done = target.settled(intent.id, expand=["latest_charge"])
    assert (done.status, done.amount_received) == ("succeeded", 2500)
    made = done.latest_charge
    assert (made.id, made.status, made.paid) == (intent.latest_charge.id, "succeeded", True)
    assert (made.transfer_group, made.metadata["pledge"]) == ("campaign_1", "7")
    details = made.payment_method_details
    assert (details.type, details.sepa_debit.last4) == ("sepa_debit", "3201")
    assert client.mandates.retrieve(details.sepa_debit.mandate).status == "active"


def test_a_debits_money_is_a_payment_of_the_balance_with_a_fee(debit, target):
    """Docs: Balance transaction types (payment); Changes to balance transactions for debit payment methods."""
    moved = target.settled(debit().id, expand=READ).latest_charge.balance_transaction
    assert (moved.type, moved.reporting_category, moved.amount) == ("payment", "charge", 2500)
    assert moved.fee > 0
    assert moved.net == moved.amount - moved.fee


@pytest.mark.parametrize(
    ("token", "failure_code"),
    [
        ("pm_failed_at", None),
        ("pm_insufficientFunds_at", "insufficient_funds"),
        ("pm_exceedsWeeklyVolumeLimit_at", "charge_exceeds_source_limit"),
        ("pm_exceedsWeeklyTransactionLimit_at", "charge_exceeds_weekly_limit"),
    ],
)
def test_a_debit_may_be_refused_later(debit, target, token, failure_code):
    """Docs: SEPA Direct Debit, Test IBANs; Failed payments."""
    intent = debit(token)
    after = target.settled(intent.id, expand=["latest_charge"])
    assert (after.status, after.payment_method, after.amount_received) == ("requires_payment_method", None, 0)
    assert after.last_payment_error.payment_method.type == "sepa_debit"
    failed = after.latest_charge
    assert (failed.status, failed.paid) == ("failed", False)
    assert failed.failure_code == failure_code if failure_code else failed.failure_code


def test_a_refused_debits_money_leaves_the_balance_again(client, debit, target):
    """Docs: Balance transaction types (payment_failure_refund); The Charge object (failure_balance_transaction)."""
    failed = target.settled(debit("pm_failed_at").id, expand=["latest_charge"]).latest_charge
    back = client.balance_transactions.retrieve(failed.failure_balance_transaction)
    assert (back.type, back.amount) == ("payment_failure_refund", -2500)
    assert client.balance_transactions.retrieve(failed.balance_transaction).type == "payment"


def test_a_disputed_debit_is_lost_at_once(client, debit, target):
    """Docs: SEPA Direct Debit, Test IBANs (AT591904300235473203), Disputes (final, no appeal)."""
    intent = target.settled(debit("pm_disputed_at").id)
    assert intent.status == "succeeded"
    listed = target.until(lambda: client.disputes.list({"payment_intent": intent.id}).data, bool)
    assert (listed[0].amount, listed[0].status) == (2500, "lost")
    with pytest.raises(stripe.InvalidRequestError):
        client.disputes.update(listed[0].id, {"evidence": {"uncategorized_text": "winning_evidence"}})


def test_a_debit_under_way_can_not_be_canceled_or_confirmed(client, debit, target):
    """Docs: Error codes, payment_intent_unexpected_state; The Payment Intents API, lifecycle."""
    intent = debit("pm_successDelayed_at")
    for act in (client.payment_intents.cancel, client.payment_intents.confirm):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            act(intent.id)
        assert caught.value.code == "payment_intent_unexpected_state"
        assert refusal(caught).payment_intent.status == "processing"


def test_an_account_without_a_mandate_is_not_debited(client, customer, saved_account):
    """Docs: Error codes, payment_intent_mandate_invalid; SEPA Direct Debit, Mandate cancellation (by detaching)."""
    setup = saved_account()
    client.payment_methods.detach(setup.payment_method)
    assert client.mandates.retrieve(setup.mandate).status == "inactive"
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.create(
            {
                "amount": 900,
                "currency": "eur",
                "payment_method": "pm_success_at",
                "allowed_payment_method_types": ["sepa_debit"],
                "off_session": True,
                "confirm": True,
            }
        )


def test_a_mandate_is_needed_to_save_an_account(client, customer):
    """Docs: SEPA Direct Debit, Save details for future payments (mandate_data)."""
    with pytest.raises(stripe.InvalidRequestError):
        client.setup_intents.create(
            {
                "customer": customer.id,
                "allowed_payment_method_types": ["sepa_debit"],
                "payment_method": "pm_success_at",
                "confirm": True,
            }
        )


def test_an_account_is_refused_where_only_cards_are_allowed(client, customer, saved_account):
    """Docs: Error codes, payment_intent_incompatible_payment_method."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.create(
            {
                "amount": 900,
                "currency": "eur",
                "customer": customer.id,
                "payment_method": saved_account().payment_method,
                "allowed_payment_method_types": ["card"],
                "off_session": True,
                "confirm": True,
            }
        )
    assert caught.value.code == "payment_intent_incompatible_payment_method"


def test_a_debit_of_more_than_ten_thousand_euro_is_refused(debit):
    """Docs: SEPA Direct Debit (a limit of 10,000 EUR each)."""
    with pytest.raises(stripe.StripeError) as caught:
        debit(amount=1_000_001)
    assert caught.value.http_status in {400, 402}


def test_a_debit_takes_euro_only(client, debit):
    """Docs: SEPA Direct Debit (supported currencies)."""
    with pytest.raises(stripe.InvalidRequestError):
        debit(currency="chf")


def test_a_debit_is_paid_with_a_new_mandate_on_session(client, customer, target):
    """Docs: SEPA Direct Debit, Accept a payment (mandate_data)."""
    intent = client.payment_intents.create(
        {
            "amount": 900,
            "currency": "eur",
            "customer": customer.id,
            "payment_method": "pm_success_at",
            "allowed_payment_method_types": ["sepa_debit"],
            "setup_future_usage": "off_session",
            "mandate_data": ACCEPTED,
            "confirm": True,
        }
    )
    assert intent.status == "processing"
    done = target.settled(intent.id)
    assert done.status == "succeeded"
    assert client.payment_methods.retrieve(done.payment_method).customer == customer.id


def test_a_refund_of_a_debit_is_a_refund_of_a_payment(client, debit, target):
    """Docs: SEPA Direct Debit, Refunds; Balance transaction types (payment_refund)."""
    intent = target.settled(debit().id)
    refund = client.refunds.create({"payment_intent": intent.id, "amount": 1_000})
    assert (refund.amount, refund.charge) == (1_000, intent.latest_charge)
    assert refund.status in {"pending", "succeeded"}
    moved = target.until(
        lambda: client.refunds.retrieve(refund.id, {"expand": ["balance_transaction"]}).balance_transaction,
        bool,
    )
    assert (moved.type, moved.reporting_category, moved.amount) == ("payment_refund", "refund", -1_000)


def test_a_session_offers_both_cards_and_debits(client, setup_session, payment_session):
    """Docs: SEPA Direct Debit, Accept a payment (Checkout); Save details for future payments (Checkout)."""
    both = ["card", "sepa_debit"]
    for open_one in (setup_session, payment_session):
        session = open_one(allowed_payment_method_types=both)
        assert sorted(session.payment_method_types) == both
        assert session.status == "open"


def test_a_debit_tells_its_story(client, debit, target):
    """Docs: Types of events (charge.pending, payment_intent.processing, charge.succeeded, payment_intent.succeeded)."""
    intent = target.settled(debit().id)
    story = {
        "payment_intent.processing",
        "charge.pending",
        "charge.succeeded",
        "payment_intent.succeeded",
    }

    def told() -> set[str]:
        listed = client.events.list({"types": sorted(story), "limit": 100}).data
        about = {intent.id, intent.latest_charge}
        return {event.type for event in listed if event.data.object.id in about}

    assert target.until(told, lambda types: types == story)
