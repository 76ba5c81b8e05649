"""An officer at 320 px: the desk, a month, and a simulation from its form to its charts."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from campaigns.enums import CampaignStatus
from payments.simulations.services import run_due
from tests import world
from tests.browsing import nothing_wrong
from tests.payments.test_cash_browser import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_officer_on_a_phone(live_server, phone):
    phone.set_viewport_size({"width": 320, "height": 640})
    today = dt.datetime.now(tz=dt.UTC)
    world.campaign(status=CampaignStatus.REVIEW, created_at=today - dt.timedelta(days=30))
    near = world.campaign(pledged_cents=390_000, opens_at=today, deadline=today + dt.timedelta(minutes=1))
    log_in(phone, live_server.url, world.staff(Role.OFFICER))
    phone.goto(f"{live_server.url}/ufficio/")
    expect(phone.get_by_role("heading", name="In ritardo")).to_be_visible()
    expect(phone.get_by_text("Una campagna è vicina all'obiettivo")).to_be_visible()
    nothing_wrong(phone)
    phone.get_by_role("link", name="Calendario delle scadenze").click()
    expect(phone.get_by_role("link", name=near.project.title)).to_be_visible()
    phone.get_by_role("button", name="Crea il mio link privato").click()
    nothing_wrong(phone)
    phone.goto(f"{live_server.url}/ufficio/simulazioni/nuova/edition/?typed=lump_sum")
    phone.get_by_label("2020-2021", exact=True).check()
    phone.get_by_label("Milano 2020-2021, come pubblicata").check()
    phone.get_by_label("Quante persone devono").fill("100")
    phone.get_by_label("Quanto aggiunge il Comune").fill("10.000")
    nothing_wrong(phone)
    phone.get_by_role("button", name="Simula").click()
    expect(phone.get_by_role("progressbar")).to_be_visible()
    nothing_wrong(phone)
    assert run_due() == 1
    phone.get_by_role("link", name="Riguarda").click()
    expect(phone.get_by_role("table", name="Costo per il Comune")).to_be_visible()
    nothing_wrong(phone)
