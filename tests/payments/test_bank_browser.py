"""A guest promises a transfer on a phone, in Italian, and sees how to pay; an officer imports the statement."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from crowdfund.kit import clock
from payments.enums import PledgeStatus
from payments.models import Pledge
from tests import world
from tests.browsing import nothing_wrong
from tests.payments.bank_files.acting import bring, paid

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_transfer_on_a_phone_in_italian(live_server, phone, settings):
    settings.SITE_URL = live_server.url
    now = clock.now()
    campaign = world.campaign(opens_at=now - dt.timedelta(days=9), deadline=now + dt.timedelta(days=9))
    phone.set_viewport_size({"width": 320, "height": 640})
    phone.goto(f"{live_server.url}/campagne/{campaign.slug}/sostieni/")
    phone.get_by_role("link", name="Paga con bonifico").click()
    nothing_wrong(phone)
    phone.locator("[name=amount_cents]").fill("25,50")
    phone.locator("[name=email]").fill("ada@example.net")
    phone.locator("[name=iban]").fill("IT60 X054 2811 1010 0000 0123 456")
    phone.locator("[name=holder]").fill("Ada Lovelace")
    phone.locator("main form button[type=submit]").last.click()
    expect(phone.get_by_role("alert").first).to_contain_text("Senza il tuo accordo")
    nothing_wrong(phone)
    phone.locator("[name=consent]").check()
    phone.locator("main form button[type=submit]").last.click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Fai il bonifico")
    pledge = Pledge.objects.get()
    reference = pledge.transfer.reference
    expect(
        phone.get_by_text(f"{reference[:4]} {reference[4:8]} {reference[8:12]} {reference[12:]}")
    ).to_be_visible()
    expect(phone.locator("figure svg")).to_be_visible()
    nothing_wrong(phone)
    bring(paid(pledge, 3_000, on=now.date()), now=now)
    phone.reload()
    expect(phone.get_by_role("link", name="Di' che cosa farne")).to_be_visible()
    phone.get_by_role("link", name="Di' che cosa farne").click()
    nothing_wrong(phone)
    phone.get_by_role("button", name="Sì, dateli al progetto").click()
    expect(phone.get_by_text("vanno al progetto").first).to_be_visible()
    pledge.refresh_from_db()
    assert (pledge.status, pledge.amount_cents) == (PledgeStatus.RECEIVED, 3_000)
