"""The hosted page with a choice between cards and SEPA debits."""

import pytest

from tests.payments.standin.conftest import fetch, submit

BOTH = ["card", "sepa_debit"]
ACCOUNT = {"method": "sepa_debit", "account": "AT611904300234573201", "holder": "Ada Backer"}


def test_an_account_is_saved_with_the_mandate_shown(client, setup_session):
    """Docs: SEPA Direct Debit, Save details for future payments (Checkout)."""
    session = setup_session(allowed_payment_method_types=BOTH)
    page = fetch(session.url).text
    assert "entro otto settimane" in page
    assert "AT61 1904 3002 3457 3201" in page
    assert submit(session.url, **ACCOUNT).location.endswith(session.id)
    after = client.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    assert (after.status, after.setup_intent.status) == ("complete", "succeeded")
    method = after.setup_intent.payment_method
    assert (method.type, method.billing_details.name, method.customer) == (
        "sepa_debit",
        "Ada Backer",
        session.customer,
    )
    mandate = client.mandates.retrieve(after.setup_intent.mandate)
    assert mandate.customer_acceptance.online.ip_address == "127.0.0.1"
    reference = mandate.payment_method_details.sepa_debit
    assert reference.reference in fetch(reference.url).text


def test_a_card_can_still_be_chosen(client, setup_session):
    """Docs: SEPA Direct Debit, Accept a payment (Checkout)."""
    session = setup_session(allowed_payment_method_types=BOTH)
    assert submit(session.url, method="card", card="4242424242424242", iban="").status == 303
    after = client.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    assert after.setup_intent.payment_method.type == "card"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"iban": "AT00 1904 3002 3457 3201"}, "iban"),
        ({"iban": "nonsense"}, "iban"),
        ({"holder": " "}, "holder"),
    ],
)
def test_a_typed_account_is_checked_field_by_field(client, setup_session, fields, wrong):
    """Docs: SEPA Direct Debit (name and IBAN are required)."""
    session = setup_session(allowed_payment_method_types=BOTH)
    reply = submit(session.url, **{**ACCOUNT, **fields})
    assert reply.status == 422
    assert f'href="#{wrong}"' in reply.text
    assert client.checkout.sessions.retrieve(session.id).status == "open"


def test_a_typed_account_is_taken_before_the_chosen_one(client, setup_session):
    """The stand-in's own rule."""
    session = setup_session(allowed_payment_method_types=["sepa_debit"])
    assert submit(session.url, iban="it40 s054 2811 1010 0000 0123 456", holder="Ada").status == 303
    after = client.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    account = after.setup_intent.payment_method.sepa_debit
    assert (account.country, account.bank_code, account.branch_code) == ("IT", "05428", "11101")


@pytest.mark.parametrize(
    ("account", "status", "event"),
    [
        ("AT611904300234573201", "paid", "checkout.session.async_payment_succeeded"),
        ("AT861904300235473202", "unpaid", "checkout.session.async_payment_failed"),
    ],
)
def test_a_session_paid_by_debit_is_complete_first_and_paid_later(
    client, control, payment_session, account, status, event
):
    """Docs: SEPA Direct Debit, Confirm the payment is successful (events of the session)."""
    session = payment_session(allowed_payment_method_types=BOTH)
    submit(session.url, **{**ACCOUNT, "account": account})
    after = client.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    assert (after.payment_intent.status, after.payment_intent.transfer_group) == ("processing", "campaign_1")
    control("settle", payment_intent=after.payment_intent.id)
    after = client.checkout.sessions.retrieve(session.id)
    assert (after.status, after.payment_status) == ("complete", status)
    told = client.events.list({"type": event, "limit": 1}).data[0]
    assert (told.data.object.id, told.data.object.payment_status) == (session.id, status)


def test_a_session_of_cards_offers_no_account(setup_session):
    """Docs: API reference, Create a Checkout Session (allowed_payment_method_types)."""
    session = setup_session(allowed_payment_method_types=["card"])
    assert "IBAN" not in fetch(session.url).text
    assert (
        submit(session.url, **ACCOUNT).status == 303
    )  # the fields of a debit mean nothing: the chosen card is taken
