"""Cash over the API: the same services and permissions as the pages."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import User
from payments.cash.models import CashDesk, DeskReceipt
from tests import world
from tests.payments import counter
from tests.payments.counter import miss, owed, take, till

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture(autouse=True)
def _proved(monkeypatch):
    """Sessions of staff have proved their second factor; that they must is tested with the middleware."""
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)


@pytest.fixture
def desk() -> CashDesk:
    return counter.desk()


@pytest.fixture
def nina(desk):
    return counter.operator(desk)


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user:
        client.force_login(user)
    return client


def test_cash_is_taken_once_a_key(desk, nina):
    campaign = world.campaign()
    body = {"campaign": campaign.slug, "amount_cents": 2_000, "donor": "Dario Fo"}
    first = api(nina).post(f"{API}/cash-desks/{desk.pk}/receipts/", body, headers={"Idempotency-Key": "a"})
    again = api(nina).post(f"{API}/cash-desks/{desk.pk}/receipts/", body, headers={"Idempotency-Key": "a"})
    assert first.status_code == 201, first.data
    assert first.json() == again.json()
    assert (first.json()["number"], first.json()["kind"]) == (f"{desk.pk}/2026/1", "received")
    assert (DeskReceipt.objects.count(), till(desk)) == (1, 2_000)
    listed = api(nina).get(f"{API}/cash-desks/{desk.pk}/receipts/?kind=received").json()
    assert [row["amount_cents"] for row in listed["results"]] == [2_000]


def test_refusals_have_a_code_and_a_field(desk, nina):
    campaign = world.campaign()
    answer = api(nina).post(
        f"{API}/cash-desks/{desk.pk}/receipts/", {"campaign": campaign.slug, "amount_cents": 100_001}
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
        400,
        "amount_too_large",
        "amount_cents",
    )
    answer = api(nina).post(
        f"{API}/cash-desks/{desk.pk}/receipts/", {"campaign": "none", "amount_cents": 100}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_campaign")


def test_a_receipt_is_cancelled_and_cash_handed_back(desk, nina):
    campaign = world.campaign()
    wrong, right = take(desk, nina, campaign, cents=100), take(desk, nina, campaign)
    client = api(nina)
    answer = client.post(f"{API}/desk-receipts/{wrong.pk}/cancel/", {"why": "doppio"})
    assert (answer.status_code, answer.json()["cancels"]) == (201, wrong.full_number)
    miss(campaign)
    found = client.get(f"{API}/cash-desks/{desk.pk}/returns/", {"q": right.full_number}).json()
    assert [(row["amount_cents"], row["receipt"]) for row in found] == [(5_000, right.full_number)]
    body = {"refund": found[0]["refund"], "signature_name": "Dario Fo"}
    answer = client.post(f"{API}/cash-desks/{desk.pk}/returns/", body)
    assert (answer.status_code, answer.json()["kind"], till(desk)) == (201, "returned", 0)
    assert client.post(f"{API}/cash-desks/{desk.pk}/returns/", body).status_code == 404
    assert owed(right).status == "done"


def test_a_donor_takes_cash_back(desk, nina):
    receipt = take(desk, nina, world.campaign())
    path = f"{API}/desk-receipts/{receipt.pk}/withdraw/"
    assert api(world.person()).post(path).status_code == 403
    answer = api(nina).post(path)
    assert (answer.status_code, answer.json()["receipt"]) == (201, receipt.full_number)
    assert api(nina).post(path).status_code == 409


def test_a_day_is_closed_signed_sent_and_arrives(desk, nina):
    take(desk, nina, world.campaign())
    olga = world.staff(Role.OFFICER)
    answer = api(nina).post(f"{API}/cash-desks/{desk.pk}/closings/", {"counted_cents": 4_990})
    assert (answer.status_code, answer.json()["field"]) == (400, "reason")
    answer = api(nina).post(
        f"{API}/cash-desks/{desk.pk}/closings/", {"counted_cents": 4_990, "reason": "resto"}
    )
    made = answer.json()
    assert (answer.status_code, made["difference_cents"], made["status"]) == (201, -10, "counted")
    step = f"{API}/desk-closings/{made['id']}"
    assert api(nina).post(f"{step}/countersign/").status_code == 403
    assert api(olga).post(f"{step}/countersign/").json()["status"] == "signed"
    assert api(nina).post(f"{step}/send/", {"cents": 4_990, "bag": "7"}).json()["status"] == "sent"
    assert api(nina).post(f"{step}/bank/", {"proof": "riga 3"}).status_code == 403
    assert api(olga).post(f"{step}/bank/", {"proof": "riga 3"}).json()["status"] == "banked"
    assert api(olga).post(f"{step}/reject/", {"why": "x"}).status_code == 409
    assert len(api(olga).get(f"{API}/cash-desks/{desk.pk}/closings/").json()["results"]) == 1


def test_the_officer_manages_desks(desk, nina):
    olga, ivo = world.staff(Role.OFFICER), world.person("Ivo")
    card = {"name": "Hub", "address": "Via 1", "neighbourhood": desk.neighbourhood.slug}
    made = api(olga).post(f"{API}/cash-desks/", card)
    assert (made.status_code, made.json()["status"]) == (201, "open")
    here = f"{API}/cash-desks/{made.json()['id']}/"
    assert api(olga).put(here, card | {"hours": "lun 9–12"}).json()["hours"] == "lun 9–12"
    assigned = api(olga).post(f"{here}operators/", {"email": ivo.email})
    assert (assigned.status_code, assigned.json()["name"]) == (201, "Ivo")
    assert len(api(olga).get(f"{here}operators/").json()) == 1
    assert api(User.objects.get(pk=ivo.pk)).get(here).json()["till"]["till_cents"] == 0
    ended = api(olga).delete(f"{API}/desk-operators/{assigned.json()['id']}/")
    assert ended.status_code == 204
    assert api(User.objects.get(pk=ivo.pk)).get(here).status_code == 403


def test_everybody_sees_where_and_nobody_else_sees_more(desk, nina):
    receipt = take(desk, nina, world.campaign())
    assert [row["name"] for row in api().get(f"{API}/cash-desks/").json()] == [desk.name]
    stranger, auditor = api(world.person()), api(world.staff(Role.AUDITOR))
    for path in ("", "receipts/", "closings/"):
        assert stranger.get(f"{API}/cash-desks/{desk.pk}/{path}").status_code == 403, path
        assert auditor.get(f"{API}/cash-desks/{desk.pk}/{path}").status_code == 200, path
    writes = [
        (f"{API}/cash-desks/", {"name": "x", "address": "y", "neighbourhood": desk.neighbourhood.slug}),
        (f"{API}/cash-desks/{desk.pk}/receipts/", {"campaign": "x", "amount_cents": 1}),
        (f"{API}/cash-desks/{desk.pk}/closings/", {"counted_cents": 1}),
        (f"{API}/cash-desks/{desk.pk}/operators/", {"email": "a@example.org"}),
        (f"{API}/desk-receipts/{receipt.pk}/cancel/", {"why": "x"}),
        (f"{API}/cash-desks/{desk.pk}/returns/", {"refund": 1, "signature_name": "x"}),
    ]
    for path, body in writes:
        assert auditor.post(path, body).status_code == 403, path
        assert stranger.post(path, body).status_code == 403, path
    assert auditor.get(f"{API}/cash-desks/{desk.pk}/returns/").status_code == 403
