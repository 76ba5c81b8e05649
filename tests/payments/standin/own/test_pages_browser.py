"""The hosted pages in a real browser: accessible, narrow, without a mouse."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import nothing_wrong
from tests.payments.standin.conftest import Receiver

pytestmark = pytest.mark.browser


@pytest.fixture
def page(system_chromium: Browser) -> Iterator[Page]:
    context = system_chromium.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


@pytest.fixture
def session(client, customer, receiver: Receiver):
    """Open a session whose success page is a real server: the policy of forms is held to redirects too."""
    origin = receiver.url.removesuffix("/hook")

    def open_one(mode: str, **more):
        item = {
            "quantity": 1,
            "price_data": {"currency": "eur", "unit_amount": 125_000, "product_data": {"name": "Orto"}},
        }
        params = {
            "mode": mode,
            "customer": customer.id,
            "success_url": f"{origin}/done?session={{CHECKOUT_SESSION_ID}}",
            "cancel_url": f"{origin}/back",
            "locale": "it",
            **({"currency": "eur"} if mode == "setup" else {"line_items": [item]}),
            **more,
        }
        return client.checkout.sessions.create(params)

    return open_one


@pytest.mark.parametrize("mode", ["setup", "payment"])
def test_the_hosted_journey_is_accessible_on_a_phone(page, session, mode):
    """Docs: Checkout; Testing, 3D Secure authentication."""
    opened = session(mode)
    page.goto(opened.url)
    nothing_wrong(page)
    page.get_by_label("4000 0000 0000 0002").check()
    page.get_by_role("button").click()
    page.get_by_role("alert").wait_for()
    nothing_wrong(page)
    page.get_by_label("4000 0027 6000 3184").check()
    page.get_by_role("button").click()
    page.get_by_role("button", name="Conferma").wait_for()
    nothing_wrong(page)
    page.get_by_role("button", name="Conferma").click()
    page.wait_for_url(f"**/done?session={opened.id}")
    page.goto(opened.url)
    nothing_wrong(page)


def test_the_hosted_page_works_by_keyboard_alone(page, session):
    """Docs: Checkout."""
    opened = session("setup")
    page.goto(opened.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "4242424242424242"
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/done?session={opened.id}")


def test_a_form_error_is_read_with_its_field(page, session):
    """Docs: Testing, Invalid data."""
    page.goto(session("setup").url)
    page.get_by_label("Numero della carta").fill("1234")
    page.get_by_role("button").click()
    nothing_wrong(page)
    field = page.get_by_label("Numero della carta")
    assert field.get_attribute("aria-invalid") == "true"
    assert "number-wrong" in field.get_attribute("aria-describedby")


def test_the_onboarding_page_is_accessible(page, client):
    """Docs: Connect, Account Links."""
    account = client.accounts.create({"type": "express", "capabilities": {"transfers": {"requested": True}}})
    link = client.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "http://127.0.0.1:9/a",
            "return_url": "http://127.0.0.1:9/b",
        }
    )
    page.goto(link.url)
    nothing_wrong(page)


def test_an_expired_session_and_a_missing_page_are_accessible(page, client, session, standin):
    """Docs: API reference, Expire a Checkout Session."""
    opened = session("setup")
    client.checkout.sessions.expire(opened.id)
    for address in (opened.url, f"{standin.url}/nothing"):
        page.goto(address)
        nothing_wrong(page)


def test_a_debit_is_chosen_by_keyboard_and_reads_its_errors(page, session):
    """Docs: SEPA Direct Debit, Accept a payment (Checkout)."""
    opened = session("payment", allowed_payment_method_types=["card", "sepa_debit"])
    page.goto(opened.url)
    nothing_wrong(page)
    assert page.get_by_label("Numero della carta").is_visible()
    assert page.get_by_label("IBAN", exact=True).is_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.get_by_label("Numero della carta").is_hidden()
    page.get_by_label("IBAN", exact=True).fill("IT00")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id") == "iban"
    nothing_wrong(page)
    page.get_by_label("IBAN", exact=True).fill("AT61 1904 3002 3457 3201")
    page.get_by_label("Nome del titolare del conto").fill("Ada Backer")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/done?session={opened.id}*")  # a browser keeps the fragment through a redirect
