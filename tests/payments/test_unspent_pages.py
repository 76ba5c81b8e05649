"""Pages of money that was not spent: proposed, decided, returned by two people; and what everybody reads of it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.enums import Role
from payments.matching.models import MatchFund
from payments.matching.selectors import books_that_disagree
from payments.models import MatchReturn, UnspentDecision
from tests import world
from tests.payments.test_disburse import proved  # noqa: F401 - a fixture
from tests.payments.test_unspent import arrived, decided, reported
from tests.world import NOW

pytestmark = pytest.mark.django_db
USE = "Attrezzi per l'orto <della scuola>"
SHOWN = "Attrezzi per l&#x27;orto &lt;della scuola&gt;"


@pytest.fixture
def officer():
    return world.staff(Role.OFFICER)


@pytest.fixture
def approver():
    return world.staff(Role.APPROVER)


@pytest.fixture
def campaign(officer):
    return reported(officer)


def public(client, campaign) -> str:
    client.logout()
    page: str = client.get(reverse("campaign_spending", args=[campaign.slug])).content.decode()
    return page


def test_the_whole_way_through_the_pages(proved, client, campaign, officer, approver):  # noqa: F811
    new = reverse("unspent_new", args=[campaign.slug])
    shown = proved(officer).get(new).content.decode()
    for words in ("6.000,00", "4.000,00", "7.000,00", "1.800,00", "1.200,00"):
        assert words in shown
    wrong = proved(officer).post(new, {"reason": "Rendiconto", "crowd_use": " "})
    assert (wrong.status_code, UnspentDecision.objects.count()) == (422, 0)
    assert proved(officer).post(new, {"reason": "Rendiconto", "crowd_use": USE}).status_code == 302
    decision = UnspentDecision.objects.get()
    page = reverse("unspent", args=[decision.pk])
    assert SHOWN not in public(client, campaign)  # not before it is decided
    proved(officer).post(page, {"approve": "1"})
    decision.refresh_from_db()
    assert decision.status == "proposed"  # not decided by who proposed it
    assert proved(approver).post(page, {"approve": "1"}).status_code == 302
    told = public(client, campaign)
    assert SHOWN in told
    assert "1.200,00" in told
    body = {
        "return": "1",
        "amount_cents": "1800",
        "way": "treasury",
        "document": "Q 7",
        "reason": "Quietanza",
    }
    too_much = proved(officer).post(page, body | {"amount_cents": "1800,01", "arrived_on": str(NOW.date())})
    assert (too_much.status_code, MatchReturn.objects.count()) == (422, 0)
    assert proved(officer).post(page, body | {"arrived_on": str(NOW.date())}).status_code == 302
    returned = reverse("match_return", args=[MatchReturn.objects.get().pk])
    free = MatchFund.objects.get().free_cents
    assert proved(approver).get(returned).status_code == 200
    assert proved(approver).post(returned, {"approve": "1"}).status_code == 302
    assert MatchFund.objects.get().free_cents - free == 180_000
    assert books_that_disagree() == []


def test_turned_down_with_the_reason(proved, campaign, officer, approver):  # noqa: F811
    decision = decided(campaign, officer, approver)
    made = arrived(decision, officer, 1_000)
    page = reverse("match_return", args=[made.pk])
    assert proved(approver).post(page, {"reject": "1", "why": ""}).status_code == 422
    assert proved(approver).post(page, {"reject": "1", "why": "Non risulta"}).status_code == 302
    made.refresh_from_db()
    assert made.status == "rejected"


def test_who_sees_them(proved, client, campaign, officer, approver):  # noqa: F811
    decision = decided(campaign, officer, approver)
    made = arrived(decision, officer, 1_000)
    owner = campaign.project.organisation.memberships.first().user
    new = reverse("unspent_new", args=[campaign.slug])
    pages = [reverse("unspent", args=[decision.pk]), reverse("match_return", args=[made.pk])]
    for page in (new, *pages):
        assert client.get(page).status_code == 302
    for person in (world.person(), owner):
        assert [proved(person).get(page).status_code for page in (new, *pages)] == [403] * 3
    for role in (Role.OFFICER, Role.APPROVER, Role.AUDITOR):
        staff = world.staff(role)
        assert [proved(staff).get(page).status_code for page in pages] == [200, 200]
        assert proved(staff).get(new).status_code == (200 if role == Role.OFFICER else 403)
    assert proved(officer).get(reverse("unspent", args=[decision.pk + 1])).status_code == 404
