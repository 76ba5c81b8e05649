"""Refunds, disputes and the reserve on a phone of 320 px: nothing axe would mind, nothing that scrolls sideways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from payments.permissions import MANAGE, link_token
from tests.browsing import nothing_wrong
from tests.payments.test_back_pages import Stage
from tests.payments.test_cash_browser import log_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_pages_hold_on_a_small_phone(live_server, phone: Page):
    stage = Stage()
    phone.set_viewport_size({"width": 320, "height": 640})
    log_in(phone, live_server.url, stage.officer)
    for name, args in (("refunds", []), ("dispute", [stage.dispute.pk])):
        phone.goto(live_server.url + reverse(name, args=args))
        nothing_wrong(phone)
    log_in(phone, live_server.url, stage.approver)
    phone.goto(live_server.url + reverse("refund_decision", args=[stage.decision.pk]))
    phone.get_by_role("button", name="Respingi").click()
    nothing_wrong(phone)
    phone.goto(live_server.url + reverse("refund_ask", args=[link_token(stage.given, MANAGE)]))
    nothing_wrong(phone)
