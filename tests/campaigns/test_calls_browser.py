"""A team applies on a phone: begins, sees what is missing, comes back, submits."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from campaigns.calls.models import Application
from campaigns.calls.services.applications import declare
from campaigns.services.logframe import set_logframe
from crowdfund.kit import clock
from tests import world
from tests.browsing import nothing_wrong
from tests.campaigns import applying
from tests.campaigns.applying import rungs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def call():
    """A call that is open now, whatever the clock says."""
    now = clock.now()
    return applying.call(
        title="Bando 2026",
        opens_at=now - dt.timedelta(days=1),
        closes_at=now + dt.timedelta(days=30),
    )


def enter(phone, client, user, home):
    """Come in as somebody who has logged in."""
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    phone.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": home}])


def test_a_team_applies_on_a_phone(live_server, phone, client, call):
    owner = world.person("Teresa")
    project = world.project(owner, title="Orto alla Barona")
    home = live_server.url
    enter(phone, client, owner, home)
    phone.set_viewport_size({"width": 320, "height": 700})
    phone.goto(home + call.get_absolute_url())
    phone.get_by_role("link", name="Candida il tuo progetto").click()
    phone.locator("[name=project]").select_option(label="Orto alla Barona")
    phone.locator("[name=cost_cents]").fill("10.000")
    phone.get_by_role("button", name="Salva e continua").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Il progetto")
    nothing_wrong(phone)
    phone.locator("[name=motivation]").fill("Manca un posto dove stare insieme.")
    phone.get_by_role("button", name="Salva e finisci dopo").click()
    expect(phone.locator("main")).to_contain_text("Il quadro logico non ha l'obiettivo generale.")
    nothing_wrong(phone)
    phone.get_by_role("link", name="Costo e budget").click()
    phone.locator("[name=lines-0-label]").fill("Terra e semi")
    phone.locator("[name=lines-0-amount_cents]").fill("9.700")
    phone.locator("[name=lines-1-kind]").select_option("fees")
    phone.locator("[name=lines-1-label]").fill("Commissioni")
    phone.locator("[name=lines-1-amount_cents]").fill("300")
    nothing_wrong(phone)
    phone.get_by_role("button", name="Salva e continua").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Obiettivo di raccolta e altri soldi")
    phone.get_by_role("button", name="Salva e continua").click()
    phone.locator("[name=plan]").fill("Corsi a pagamento.")
    phone.get_by_role("button", name="Salva e finisci dopo").click()
    phone.get_by_role("link", name="Piano economico").click()
    phone.get_by_role("link", name="Mese 1", exact=True).click()
    phone.locator("[name=earned]").fill("1.200")
    phone.locator("[name=staff]").fill("1.000")
    phone.locator("[name=until]").fill("12")
    nothing_wrong(phone)
    phone.get_by_role("button", name="Salva il mese").click()
    expect(phone.locator("main")).to_contain_text("14.400,00")
    nothing_wrong(phone)
    now = clock.now()
    set_logframe(project=project, rungs=rungs(), by=owner, now=now)  # its pages are walked elsewhere
    phone.goto(home + phone.url.removeprefix(home).replace("/plan/", "/logframe/"))
    nothing_wrong(phone)
    declare(application=Application.objects.get(), by=owner, now=now)
    phone.get_by_role("link", name="Torna alla candidatura").first.click()
    phone.get_by_role("button", name="Invia la candidatura").click()
    expect(phone.locator("main, [role=status], .toast").first).to_be_visible()
    nothing_wrong(phone)
    assert Application.objects.get().status == "submitted"
