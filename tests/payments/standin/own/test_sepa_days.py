"""SEPA debits by the stand-in's clock and switches."""

import datetime as dt

import pytest
import stripe

from tests.payments.standin.balances import available, pending
from tests.payments.standin.conftest import Control, refusal

BOTH = ["card", "sepa_debit"]


@pytest.fixture
def on(control: Control):
    """Move the clock to a day at nine in the morning, counted from the next Monday."""
    today = dt.datetime.now(dt.UTC)
    monday = today.replace(hour=9, minute=0, second=0) + dt.timedelta(days=7 - today.weekday())

    def move(day: int) -> None:
        wanted = monday + dt.timedelta(days=day)
        control("clock", offset=int((wanted - dt.datetime.now(dt.UTC)).total_seconds()))

    return move


@pytest.fixture
def debit(client, customer):
    """Debit an account that was saved for it."""

    def pay(token: str = "pm_success_at", amount: int = 2500):
        setup = client.setup_intents.create(
            {
                "customer": customer.id,
                "allowed_payment_method_types": BOTH,
                "payment_method": token,
                "confirm": True,
                "mandate_data": {"customer_acceptance": {"type": "offline"}},
            }
        )
        return client.payment_intents.create(
            {
                "amount": amount,
                "currency": "eur",
                "customer": customer.id,
                "payment_method": setup.payment_method,
                "allowed_payment_method_types": BOTH,
                "off_session": True,
                "confirm": True,
                "expand": ["latest_charge.balance_transaction"],
            }
        )

    return pay


@pytest.mark.parametrize(
    ("token", "begun", "day", "outcome"),
    [
        ("pm_success_at", 0, 8, "succeeded"),  # Monday to Tuesday week: six business days
        ("pm_success_at", 4, 14, "succeeded"),  # two weekends between
        ("pm_success_at", 5, 15, "succeeded"),  # a Saturday's debit is Monday's
        ("pm_successDelayed_de", 0, 18, "succeeded"),  # fourteen business days
        ("pm_failed_at", 0, 3, "requires_payment_method"),
        ("pm_failedDelayed_de", 0, 18, "requires_payment_method"),
    ],
)
def test_a_bank_answers_after_so_many_business_days(client, debit, on, token, begun, day, outcome):
    """Docs: SEPA Direct Debit, Timing (T+6); Payment timing and failures."""
    on(begun)
    intent = debit(token)
    on(day - 1)
    assert client.payment_intents.retrieve(intent.id).status == "processing"
    on(day)
    assert client.payment_intents.retrieve(intent.id).status == outcome


def test_the_money_is_pending_while_the_bank_is_asked(client, debit, on):
    """Docs: Changes to balance transactions for debit payment methods; SEPA Direct Debit, Timing (funds available)."""
    on(0)
    before = available(client), pending(client)
    entry = debit(amount=10_000).latest_charge.balance_transaction
    assert (entry.status, entry.fee, entry.net) == ("pending", 35, 9_965)
    assert (available(client), pending(client)) == (before[0], before[1] + 9_965)
    on(8)
    assert client.balance_transactions.retrieve(entry.id).status == "available"


def test_a_refused_debit_costs_its_fee(client, debit, control):
    """The stand-in's own choice: the documentation does not say whether a failed debit's fee comes back."""
    before = available(client) + pending(client)
    intent = debit("pm_failed_at", amount=10_000)
    control("settle", payment_intent=intent.id)
    assert available(client) + pending(client) - before == -35
    assert client.refunds.list({"payment_intent": intent.id}).data == []
    failed = client.charges.retrieve(
        intent.latest_charge.id,
        {"expand": ["refunds", "failure_balance_transaction.source"]},
    )
    assert (failed.refunds.data, failed.amount_refunded) == ([], 0)
    assert failed.failure_balance_transaction.source.charge == failed.id


def test_every_debit_can_be_settled_at_once_and_refused_for_any_reason(client, debit, control):
    """The stand-in's own switch; Docs: SEPA Direct Debit, Mandates (inactive after a refusal)."""
    good, refused = debit(), debit()
    control("settle", payment_intent=refused.id, failure_code="debit_not_authorized")
    assert good.id in control("settle")["settled"]
    assert client.payment_intents.retrieve(good.id).status == "succeeded"
    after = client.payment_intents.retrieve(refused.id)
    assert after.last_payment_error.code == "debit_not_authorized"
    method = after.last_payment_error.payment_method.id
    mandate = refused.latest_charge.payment_method_details.sepa_debit.mandate
    assert client.mandates.retrieve(mandate).status == "inactive"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.confirm(refused.id, {"payment_method": method, "off_session": True})
    assert caught.value.code == "payment_intent_mandate_invalid"
    assert refusal(caught).payment_intent.id == refused.id


def test_a_second_try_is_not_answered_by_the_day_of_the_first(client, debit, control, on):
    """The stand-in's own rule: each debit has its own days."""
    on(0)
    intent = debit("pm_successDelayed_at")
    control("settle", payment_intent=intent.id, failure_code="insufficient_funds")
    on(14)
    method = client.payment_intents.retrieve(intent.id).last_payment_error.payment_method.id
    client.payment_intents.confirm(intent.id, {"payment_method": method, "off_session": True})
    on(20)
    assert client.payment_intents.retrieve(intent.id).status == "processing"


def test_a_saved_account_may_run_dry(client, debit, control):
    """The stand-in's own switch: a saved account changes its behaviour."""
    intent = debit()
    control("card", payment_method=intent.payment_method, behaves_like="AT981904300002222227")
    control("settle", payment_intent=intent.id)
    assert client.payment_intents.retrieve(intent.id).last_payment_error.code == "insufficient_funds"


def test_a_debit_is_refunded_within_180_days(client, debit, control, on):
    """Docs: SEPA Direct Debit, Refunds."""
    on(0)
    intent = debit()
    on(8)
    client.refunds.create({"payment_intent": intent.id, "amount": 100})
    on(181)
    with pytest.raises(stripe.InvalidRequestError):
        client.refunds.create({"payment_intent": intent.id, "amount": 100})
