"""What a neighbourhood has: offered by anybody, read before it is public."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.enums import Role
from campaigns.codesign.models import Resource
from campaigns.codesign.services.resources import offer_resource
from crowdfund.kit.errors import Invalid
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_a_guest_offers_and_an_animator_publishes_and_hides(client):
    world.neighbourhood()
    offer = {"title": "<b>Una sala</b>", "kind": "places", "neighbourhood": "barona", "text": ""}
    page = reverse("neighbourhood", args=["barona"])
    assert "error-summary" in client.post(reverse("resource_offer"), offer | {"kind": ""}).content.decode()
    assert client.post(reverse("resource_offer"), offer)["Location"] == page
    made = Resource.objects.get()
    assert (made.status, made.offered_by) == ("waiting", None)
    assert "Una sala" not in client.get(page).content.decode()
    client.force_login(world.person())
    assert client.post(reverse("resource_judge", args=[made.pk]), {"deed": "publish"}).status_code == 403
    client.force_login(world.staff(Role.ANIMATOR))
    assert "Una sala" in client.get(reverse("needs_waiting")).content.decode()
    client.post(reverse("resource_judge", args=[made.pk]), {"deed": "publish"})
    assert "&lt;b&gt;Una sala" in client.get(page).content.decode()
    client.post(reverse("resource_judge", args=[made.pk]), {"deed": "hide"})
    assert "Una sala" not in client.get(page).content.decode()
    assert [event.to_status for event in made.events.all()] == ["waiting", "published", "hidden"]


def test_resources_over_the_api(client):
    world.neighbourhood()
    new = {"title": "Una sala", "kind": "places", "neighbourhood": "barona"}
    answer = client.post(reverse("api_resources"), new, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (201, "waiting")
    assert client.get(reverse("api_resources")).json()["results"] == []
    Resource.objects.update(status="published")
    (one,) = client.get(reverse("api_resources"), {"neighbourhood": "barona", "kind": "places"}).json()[
        "results"
    ]
    assert one["title"] == "Una sala"


@pytest.mark.parametrize("wrong", [{"kind": "money"}, {"title": " "}, {"text": "x" * 4001}])
def test_what_is_wrong_changes_nothing(wrong):
    offer = {"neighbourhood": world.neighbourhood(), "kind": "skills", "title": "So cucire"} | wrong
    with pytest.raises(Invalid):
        offer_resource(**offer, by=None, now=NOW)
    assert not Resource.objects.exists()
