"""On a phone: a team adds two expenses with photos of receipts and hands its report in; an officer sends one back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from campaigns.reporting.models import ReportItem, SpendingReport
from campaigns.reporting.services.planning import plan_reports
from crowdfund.kit import clock
from tests import world
from tests.browsing import nothing_wrong
from tests.campaigns.reporting import funded

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def logged_in(live_server, phone, client, monkeypatch, settings):
    """Give the browser somebody's session."""
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)

    def log_in(user):
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        phone.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return log_in


def add_expense(phone, number: str, euros: str) -> None:
    phone.get_by_role("link", name="Aggiungi una spesa").click()
    nothing_wrong(phone)
    phone.get_by_label("Voce del budget").select_option(label="Terra e semi")
    phone.get_by_label("Che cosa si è comprato").fill(f"Terra {number}")
    phone.locator("[name=amount_cents]").fill(euros)
    phone.locator("[name=dated_on]").fill("2026-11-02")
    phone.get_by_label("Fornitore").fill("Vivaio Rossi")
    phone.locator("[name=document_number]").fill(number)
    phone.locator("[name=paid_on]").fill("2026-11-03")
    photo = {"name": "ricevuta.png", "mimeType": "image/png", "buffer": world.picture().read()}
    phone.locator("[name=receipt]").set_input_files(photo)
    phone.get_by_role("button", name="Salva la spesa").click()
    expect(phone.get_by_text("La spesa è aggiunta.")).to_be_visible()


def test_a_report_by_phone_and_an_officer_who_sends_one_back(live_server, phone, logged_in):
    owner, officer = world.person("Teresa"), world.staff(Role.OFFICER)
    campaign = funded(owner)
    plan_reports(campaign=campaign, now=clock.now())
    logged_in(owner)
    phone.goto(f"{live_server.url}/squadra/campagne/{campaign.slug}/rendiconti/")
    nothing_wrong(phone)
    phone.get_by_role("link", name="Rendiconto finale").click()
    add_expense(phone, "1", "120,50")
    add_expense(phone, "2", "80")
    phone.set_viewport_size({"width": 320, "height": 700})
    nothing_wrong(phone)
    phone.get_by_role("button", name="Consegna il rendiconto").click()
    expect(phone.get_by_text("Il rendiconto è consegnato.")).to_be_visible()
    logged_in(officer)
    report = SpendingReport.objects.get()
    phone.goto(f"{live_server.url}/ufficio/rendiconti/{report.pk}/")
    nothing_wrong(phone)
    good = ReportItem.objects.get(document_number="1")
    phone.locator(f"form:has(#reason{good.pk}) [name=eligible]").click()
    bad = ReportItem.objects.get(document_number="2")
    phone.locator(f"#reason{bad.pk}").fill("La foto non si legge")
    phone.locator(f"form:has(#reason{bad.pk}) [name=not_eligible]").click()
    phone.locator("#send_back_reason").fill("Rifai la foto della seconda")
    phone.get_by_role("button", name="Rimanda il rendiconto").click()
    expect(phone.get_by_text("Il rendiconto è rimandato")).to_be_visible()
    report.refresh_from_db()
    verdicts = report.items.order_by("pk").values_list("amount_cents", "verdict")
    assert (report.status, list(verdicts)) == ("sent_back", [(12_050, "eligible"), (8_000, "not_eligible")])
    phone.goto(f"{live_server.url}/campagne/{campaign.slug}/spese/")
    nothing_wrong(phone)
