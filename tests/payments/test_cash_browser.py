"""A hub operator on a phone of 320 px: cash taken in one form, the receipt at once, the day closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings as configured
from django.test import Client
from playwright.sync_api import expect

from accounts.enums import Role
from payments.cash.models import DeskClosing
from tests import world
from tests.browsing import nothing_wrong
from tests.payments import counter
from tests.payments.counter import miss, owed, take

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def log_in(page: Page, base: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session.save()
    name = configured.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": session.session_key or "", "url": base}])


def test_a_day_at_the_desk_on_a_phone(live_server, phone):
    phone.set_viewport_size({"width": 320, "height": 640})
    desk, campaign, missed = counter.desk(name="Hub Barona"), world.campaign(), world.campaign()
    nina = counter.operator(desk)
    back = take(desk, nina, missed)
    miss(missed)
    log_in(phone, live_server.url, nina)
    phone.goto(f"{live_server.url}/cassa/{desk.pk}/")
    nothing_wrong(phone)
    phone.get_by_role("link", name="Prendi contanti").click()
    phone.get_by_label("Quale progetto?").select_option(campaign.slug)
    phone.get_by_role("button", name="Avanti").click()
    phone.get_by_role("button", name="20 €").click()
    phone.get_by_label("Chi li dà?").fill("Dario Fo")
    nothing_wrong(phone)
    phone.get_by_role("button", name="Prendi i contanti").click()
    expect(phone.get_by_role("heading", level=2).first).to_have_text(f"Ricevuta {desk.pk}/2026/2")
    expect(phone.get_by_role("button", name="Stampa")).to_be_visible()
    nothing_wrong(phone)
    phone.goto(f"{live_server.url}/cassa/{desk.pk}/restituzioni/{owed(back).pk}/")
    nothing_wrong(phone)
    phone.get_by_role("button", name="Restituisci 50,00").click()
    nothing_wrong(phone)
    phone.goto(f"{live_server.url}/cassa/{desk.pk}/chiudi/")
    phone.get_by_label("Contanti contati in cassa").fill("20")
    nothing_wrong(phone)
    phone.get_by_role("button", name="Chiudi la giornata").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Chiusura del")
    log_in(phone, live_server.url, world.staff(Role.OFFICER))
    phone.reload()
    nothing_wrong(phone)
    phone.get_by_role("button", name="Anch'io ho contato 20,00").click()
    assert DeskClosing.objects.get().status == "signed"
    for page in ("ufficio/casse/", f"ufficio/casse/{desk.pk}/", "cassa/"):
        phone.goto(f"{live_server.url}/{page}")
        nothing_wrong(phone)
