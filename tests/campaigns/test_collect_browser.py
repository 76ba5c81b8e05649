"""An animator collects needs on a phone at a street meeting: the network goes and comes, each need arrives once."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from playwright.sync_api import expect

from accounts.enums import Role
from campaigns.codesign.models import Need
from tests import world
from tests.browsing import nothing_wrong

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def write(phone, title):
    phone.locator("[name=title]").fill(title)
    phone.get_by_role("button", name="Registra il bisogno").press("Enter")


def test_needs_written_offline_arrive_later_and_once(live_server, phone, client):
    world.neighbourhood()
    animator = world.staff(Role.ANIMATOR, name="Anita")
    client.force_login(animator)
    name = django_settings.SESSION_COOKIE_NAME
    phone.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    phone.set_viewport_size({"width": 320, "height": 700})
    phone.goto(live_server.url + reverse("needs_collect"))
    phone.locator("[name=neighbourhood]").select_option("barona")
    phone.locator("[name=theme]").select_option("green")
    phone.context.set_offline(True)
    write(phone, "Una panchina")
    write(phone, "Una fontanella")
    waiting = phone.locator("[data-waiting]")
    expect(waiting).to_contain_text("Una fontanella")
    expect(phone.locator("[data-status]")).to_contain_text("quando torna la rete")
    expect(phone.locator("[name=neighbourhood]")).to_have_value("barona")
    nothing_wrong(phone)
    assert not Need.objects.exists()
    phone.context.set_offline(False)
    expect(waiting).to_be_hidden()
    assert set(Need.objects.values_list("title", "source", "reported_by")) == {
        ("Una panchina", "meeting", animator.pk),
        ("Una fontanella", "meeting", animator.pk),
    }

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    phone.route("**/*", lose_the_answer, times=1)
    write(phone, "Un campo da basket")
    expect(phone.locator("[data-status]")).to_contain_text("quando torna la rete")
    assert Need.objects.count() == 3
    phone.get_by_role("button", name="Invia adesso").click()
    expect(waiting).to_be_hidden()
    assert Need.objects.count() == 3
