"""A guest pledges on a phone, in Italian: from the home page through the hosted page to thanks, and to an account."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from campaigns.models import Campaign
from crowdfund.kit import clock, jobs
from payments.models import Pledge
from tests import world
from tests.browsing import PHONE, nothing_wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def campaign(live_server, settings):
    settings.SITE_URL = live_server.url
    now = clock.now()
    return world.campaign(
        world.person("Teresa"),
        project=world.project(title="Orto alla Barona", slug="orto-alla-barona", picture="pictures/orto.svg"),
        slug="orto-alla-barona",
        opens_at=now - dt.timedelta(days=58),
        deadline=now + dt.timedelta(days=2),
    )


def test_a_guest_pledges_on_a_phone_in_italian(live_server, phone, stripe, campaign):
    phone.goto(live_server.url + "/")
    nothing_wrong(phone)
    phone.get_by_role("link", name="Orto alla Barona").first.click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Orto alla Barona")
    nothing_wrong(phone)
    phone.get_by_role("link", name="Sostieni").first.click()
    nothing_wrong(phone)
    phone.set_viewport_size({"width": 320, "height": 700})
    nothing_wrong(phone)
    phone.locator("[name=amount_cents]").fill("25,50")
    expect(phone.locator("[data-amount-echo]")).to_have_text(re.compile(r"Dai 25,50.€, una volta sola"))
    phone.locator("[name=email]").fill("ada@example.net")
    phone.locator("[name=consent]").check()
    phone.locator("main form button[type=submit]").last.click()
    phone.wait_for_url(stripe.url + "/**")
    nothing_wrong(phone)
    phone.set_viewport_size(PHONE)
    phone.locator("input[value='4242424242424242']").first.check()
    phone.get_by_role("button", name=re.compile("salva|continua|conferma", re.IGNORECASE)).first.click()
    phone.wait_for_url(live_server.url + "/**")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Grazie")
    nothing_wrong(phone)
    pledge = Pledge.objects.get()
    assert (pledge.status, pledge.amount_cents, pledge.language) == ("active", 2_550, "it")
    jobs.run_until_quiet(["pledges.fold"])
    assert Campaign.objects.get().pledged_cents == 2_550
    the_account_instead(phone, stripe, live_server.url)
    pledge.refresh_from_db()
    assert (pledge.status, pledge.method, pledge.card_last4) == ("active", "sepa_debit", "3201")


def the_account_instead(phone, stripe, home: str) -> None:
    """Give an account in place of the card, by keyboard."""
    phone.get_by_role("link", name="Cambia o annulla").first.click()
    nothing_wrong(phone)
    change = phone.get_by_role("button", name="Usa un'altra carta o un altro conto")
    change.focus()
    phone.keyboard.press("Enter")
    phone.wait_for_url(stripe.url + "/**")
    phone.locator("input[name=method][value=sepa_debit]").check()
    phone.locator("[name=iban]").fill("AT61 1904 3002 3457 3201")
    phone.locator("[name=holder]").fill("Ada Rossi")
    phone.keyboard.press("Enter")
    phone.wait_for_url(home + "/**")
    expect(phone.locator("main")).to_contain_text("•••• 3201")
    nothing_wrong(phone)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("1.250,5,0", "25,50"), ("0", "2,00"), ("-5", "25,50"), ("dieci", "25,50"), ("10000,01", "10.000")],
)
def test_a_bad_amount_is_said_in_italian_and_changes_nothing(live_server, phone, campaign, typed, said):
    phone.goto(live_server.url + f"/campagne/{campaign.slug}/sostieni/")
    phone.locator("[name=amount_cents]").fill(typed)
    phone.locator("[name=email]").fill("ada@example.net")
    phone.locator("[name=consent]").check()
    phone.locator("main form button[type=submit]").last.click()
    expect(phone.get_by_role("alert").first).to_contain_text(said)
    nothing_wrong(phone)
    assert not Pledge.objects.exists()
