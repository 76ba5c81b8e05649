"""On a phone: a resident looks at a hub, books a space every week, and who runs the hub says yes."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from campaigns.hubs.models import Agreement, Booking
from crowdfund.kit import clock
from tests import world
from tests.browsing import nothing_wrong
from tests.campaigns import hubbing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def logged_in(live_server, phone, client, settings):
    """Give the browser somebody's session."""

    def log_in(user):
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        phone.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return log_in


def test_a_space_is_booked_on_a_phone(live_server, phone, logged_in):
    owner, bea = world.person("Olivia"), world.person("Bea")
    hub = hubbing.hub(world.organisation(owner), name="Hub di Barona")
    hubbing.space(hub, name="Sala grande", equipment="Sedie, schermo")
    today = clock.today()
    year = dt.timedelta(days=365)
    Agreement.objects.update(starts_on=today - year, ends_on=today + year)
    logged_in(bea)
    phone.set_viewport_size({"width": 320, "height": 700})
    phone.goto(f"{live_server.url}/hub/")
    nothing_wrong(phone)
    phone.get_by_role("link", name="Hub di Barona").click()
    nothing_wrong(phone)
    phone.get_by_role("link", name="Prenota “Sala grande”").click()
    nothing_wrong(phone)
    day = today + dt.timedelta(days=8)
    phone.locator("[name=title]").fill("Corso di cucito")
    phone.locator("[name=day]").fill(str(day))
    phone.locator("[name=begins]").fill("06:00")
    phone.locator("[name=ends]").fill("10:00")
    phone.locator("[name=until]").fill(str(day + dt.timedelta(days=14)))
    phone.locator("[name=people]").fill("12")
    phone.get_by_role("button", name="Chiedi lo spazio").click()
    expect(phone.get_by_text("A quell'ora lo spazio non è aperto").first).to_be_visible()
    nothing_wrong(phone)
    phone.locator("[name=begins]").fill("08:00")
    phone.locator("[name=begins]").press("Enter")
    expect(phone.get_by_text("La tua richiesta per 3 settimane è partita")).to_be_visible()
    nothing_wrong(phone)
    logged_in(owner)
    phone.goto(f"{live_server.url}/hub/a/{hub.slug}/banco/")
    nothing_wrong(phone)
    phone.get_by_role("button", name="Conferma").click()
    expect(phone.get_by_text("Confermata. Scriviamo")).to_be_visible()
    assert set(Booking.objects.values_list("status", flat=True)) == {"confirmed"}
    phone.goto(f"{live_server.url}/hub/a/{hub.slug}/calendario/?from={day}")
    expect(phone.get_by_text("08:00–10:00").first).to_be_visible()
    nothing_wrong(phone)
