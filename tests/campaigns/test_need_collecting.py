"""Needs collected at a meeting: the same one sent again is recorded once."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from accounts.enums import Role
from campaigns.codesign.models import Need
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from tests import world
from tests.campaigns.codesign_rows import at_once, need

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


def written(**fields):
    world.neighbourhood()
    entry = {"title": "Una panchina", "neighbourhood": "barona", "theme": "green", "kind": "latent"}
    return entry | {"client_key": str(uuid.uuid4())} | fields


def test_the_script_sends_one_twice_and_it_is_there_once(client):
    client.force_login(world.staff(Role.ANIMATOR))
    entry = written()
    answers = [client.post(reverse("needs_collect"), entry, headers=JSON) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    made = Need.objects.get()
    assert {answer.json()["url"] for answer in answers} == {made.get_absolute_url()}
    assert (made.source, made.kind, made.status) == ("meeting", "latent", "published")
    wrong = client.post(reverse("needs_collect"), written(title=""), headers=JSON)
    assert wrong.status_code == 422
    assert wrong.json()["wrong"]
    assert Need.objects.count() == 1


def test_the_page_works_without_the_script_and_keeps_the_place(client):
    client.force_login(world.staff(Role.ANIMATOR))
    answer = client.post(reverse("needs_collect"), written())
    text = client.get(answer["Location"]).content.decode()
    assert 'value="barona" selected' in text
    assert "error-summary" in client.post(reverse("needs_collect"), written(theme="")).content.decode()
    client.force_login(world.person())
    assert client.get(reverse("needs_collect")).status_code == 403


def test_a_key_is_its_reporters_alone_and_a_latent_need_is_seen_by_who_works_there():
    key = uuid.uuid4()
    need(client_key=key)
    with pytest.raises(Refused):
        need("Altro", client_key=key)
    with pytest.raises(NotAllowed):
        need(kind="latent", by=world.person())
    with pytest.raises(Invalid):
        need(kind="rumour")
    assert Need.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_need_twice_in_the_same_moment_is_recorded_once():
    key, by = uuid.uuid4(), world.staff(Role.ANIMATOR)
    made = at_once(*[lambda: need(client_key=key, by=by)] * 2)
    assert made == [Need.objects.get()] * 2
