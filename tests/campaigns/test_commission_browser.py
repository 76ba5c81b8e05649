"""An evaluator on a phone of 320 px: signs, declares, gives points, closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings as configured
from django.test import Client
from playwright.sync_api import expect

from campaigns.commission.models import Evaluator, Sheet
from crowdfund.kit import clock
from tests.browsing import nothing_wrong
from tests.campaigns import scoring
from tests.campaigns.scoring import THEN

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def log_in(page: Page, base: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    name = configured.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.session.session_key or "", "url": base}])


def test_an_evaluator_declares_scores_and_closes_on_a_phone(live_server, phone):
    phone.set_viewport_size({"width": 320, "height": 640})
    commission = scoring.commission(evaluators=1)
    application = scoring.apply(commission.call)
    Evaluator.objects.update(signed_at=None)
    eva = Evaluator.objects.get().user
    with clock.moved(THEN - clock.real_now()):
        log_in(phone, live_server.url, eva)
        phone.goto(f"{live_server.url}/commissione/{commission.pk}/schede/")
        nothing_wrong(phone)
        phone.get_by_role("button", name="Firma la dichiarazione").click()
        phone.get_by_role("link", name=application.project.title).click()
        phone.get_by_label("No: posso valutarlo liberamente").check()
        nothing_wrong(phone)
        phone.get_by_role("button", name="Dichiara").click()
        expect(phone.get_by_role("heading", name="La tua scheda")).to_be_visible()
        nothing_wrong(phone)
        phone.get_by_label("Bisogno: punti da 0 a 20").fill("17,5")
        phone.get_by_label("Bisogno: perché").fill("Lo chiedono i vicini.")
        phone.get_by_role("button", name="Salva e chiudi").click()
        expect(phone.get_by_role("alert").first).to_be_visible()  # the plan has no points yet
        nothing_wrong(phone)
        phone.get_by_label("Piano: punti da 0 a 10").fill("8")
        phone.get_by_label("Piano: perché").fill("I numeri tornano.")
        phone.get_by_role("button", name="Salva e chiudi").click()
        expect(phone.get_by_text("Fatte 1 su 1.")).to_be_visible()
        nothing_wrong(phone)
        phone.goto(f"{live_server.url}/commissione/{commission.pk}/")  # the chair's page
        nothing_wrong(phone)
        phone.goto(f"{live_server.url}/graduatorie/{scoring.published(commission).pk}/")
        nothing_wrong(phone)
    assert list(Sheet.objects.get().scores.values_list("tenths", flat=True)) == [175, 80]
