"""The pages and the API of pots, extensions and corrections: who sees what, the whole way, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.enums import Role
from campaigns.calls.models import Call
from campaigns.models import Campaign
from payments.matching.formula import Crowd
from payments.matching.models import Extension, FundChange, MatchCorrection, MatchFund, Reservation
from payments.matching.services import propose_match, reserve_match
from payments.models import Settlement
from tests import world
from tests.payments import bank
from tests.payments.pots import closing, end_window, foundation, sponsored
from tests.payments.test_matching import application, call
from tests.world import NOW

pytestmark = pytest.mark.django_db
at = bank.at
JSON = "application/json"


@pytest.fixture
def proved(client, monkeypatch, at):
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)
    at(NOW)

    def log_in(user):
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def staff():
    """An officer, an approver and an auditor."""
    return [world.staff(role) for role in (Role.OFFICER, Role.APPROVER, Role.AUDITOR)]


def reserved(of: Call) -> Campaign:
    asked = application(of)
    [first, *_others] = reserve_match(application=asked, now=NOW)
    return first.campaign


def test_a_sponsors_pot_on_the_pages(proved, staff):
    officer, approver, auditor = staff
    of, sponsor = call(), foundation()
    new = reverse("sponsor_fund", args=[of.slug])
    assert proved(auditor).get(new).status_code == 403
    assert new in proved(officer).get(reverse("funds")).content.decode()
    wrong = proved(officer).post(new, {"organisation": sponsor.pk, "priority": "0", "themes": ["war"]})
    assert wrong.status_code == 422
    assert {"priority", "themes", "name", "amount_cents"} <= set(wrong.context["form"].errors)
    body = {
        "organisation": sponsor.pk, "name": "Fondo giovani", "amount_cents": "5.000", "money": "treasury",
        "priority": "20", "themes": ["green"], "neighbourhoods": [world.neighbourhood().pk], "reason": "Accordo",
    }  # fmt: skip
    assert proved(officer).post(new, body).status_code == 302
    change = FundChange.objects.get(kind="opening", organisation=sponsor)
    shown = proved(auditor).get(reverse("fund_change", args=[change.pk])).content.decode()
    assert "Fondo giovani" in shown
    assert "Barona" in shown
    assert (
        proved(approver).post(reverse("fund_change", args=[change.pk]), {"approve": "1"}).status_code == 302
    )
    fund = MatchFund.objects.get(organisation=sponsor)
    again = proved(officer).post(new, body)
    assert (again.status_code, FundChange.objects.filter(organisation=sponsor).count()) == (422, 1)
    page = proved(auditor).get(reverse("fund", args=[fund.pk])).content.decode()
    assert sponsor.name in page
    assert "5.000,00" in page


def test_a_pot_is_closed_on_its_page(proved, staff):
    officer, approver, _auditor = staff
    fund = sponsored(call(), 500_000)
    page = reverse("fund", args=[fund.pk])
    early = proved(officer).post(page, {"close": "1", "reason": "Fine"})
    assert early.status_code == 422
    assert proved(officer).post(page, {"close": "1", "reason": ""}).status_code == 422
    end_window(fund.call_id)
    assert proved(officer).post(page, {"close": "1", "reason": "Fine"}).status_code == 302
    change = FundChange.objects.get(kind="closing")
    assert proved(approver).get(reverse("fund_change", args=[change.pk])).status_code == 200
    proved(approver).post(reverse("fund_change", args=[change.pk]), {"approve": "1"})
    fund.refresh_from_db()
    assert (fund.free_cents, fund.closed_at is not None) == (0, True)
    assert proved(officer).get(page).status_code == 200


def test_the_public_sees_who_adds_what(client, django_assert_max_num_queries):
    of = call(pot_cents=400_000)
    sponsored(of, 500_000, themes=("green",))
    campaign = reserved(of)
    Campaign.objects.filter(pk=campaign.pk).update(status="live")
    page = client.get(of.get_absolute_url()).content.decode()
    assert "Fondazione Naviglio" in page
    with django_assert_max_num_queries(8):
        pots = client.get(reverse("api_call_funds", args=[of.slug])).json()
    assert [(pot["kind"], pot["opened_cents"], pot["free_cents"]) for pot in pots] == [
        ("municipality", 400_000, 0),
        ("sponsor", 500_000, 300_000),
    ]
    assert [pot["admitted_cents"] for pot in pots] == [400_000, 200_000]
    shares = client.get(reverse("api_campaign_match", args=[campaign.slug])).json()["shares"]
    assert [(share["kind"], share["maximum_cents"]) for share in shares] == [
        ("municipality", 400_000),
        ("sponsor", 200_000),
    ]
    assert "Fondazione Naviglio" in client.get(reverse("campaign", args=[campaign.slug])).content.decode()


def test_pots_over_the_api(proved, staff):
    officer, approver, auditor = staff
    of, sponsor = call(), foundation()
    url = reverse("api_call_funds", args=[of.slug])
    body = {
        "organisation": sponsor.slug,
        "name": "Fondo",
        "amount_cents": 500_000,
        "reason": "r",
        "themes": ["green"],
    }
    assert proved(auditor).post(url, body, JSON).status_code == 403
    assert proved(officer).post(url, body | {"priority": 0}, JSON).status_code == 400
    made = proved(officer).post(url, body, JSON)
    assert (made.status_code, made.json()["organisation"]) == (201, sponsor.slug)
    proved(approver).post(reverse("api_fund_change_approve", args=[made.json()["id"]]))
    fund = MatchFund.objects.get(organisation=sponsor)
    top_up = {"call": of.slug, "fund": fund.pk, "amount_cents": 1_000, "reason": "r"}
    more = proved(officer).post(reverse("api_fund_changes"), top_up, JSON)
    proved(approver).post(reverse("api_fund_change_approve", args=[more.json()["id"]]))
    assert proved(auditor).get(reverse("api_fund", args=[fund.pk])).json()["opened_cents"] == 501_000
    close = reverse("api_fund_close", args=[fund.pk])
    assert proved(officer).post(close, {"reason": "r"}, JSON).json()["code"] == "window_open"


def test_acts_of_two_pots(proved, staff):
    officer, approver, _auditor = staff
    of = call(pot_cents=400_000)
    theirs = sponsored(of, 500_000)
    campaign = reserved(of)
    propose_match(campaign=campaign, pledged=Crowd(400_000, 9), collected=Crowd(400_000, 9), now=NOW)
    page = reverse("commitment", args=[campaign.slug])
    assert "Fondazione Naviglio" in proved(officer).get(page).content.decode()
    assert proved(officer).get(page, {"fund": "999999"}).status_code == 404
    act = {
        "office": "Fondazione", "number": "3", "dated_on": "2026-11-01", "cup": "", "agreement": "Prot. 1",
    }  # fmt: skip
    assert proved(officer).post(f"{page}?fund={theirs.pk}", act).status_code == 302
    row = Reservation.objects.get(fund=theirs)
    assert row.status == "recorded"
    url = reverse("api_commitment", args=[campaign.slug])
    act |= {"cup": "B49D16010990006"}
    which = proved(officer).post(url, act, JSON)
    assert (which.status_code, which.json()["field"]) == (400, "fund")
    city = of.funds.get(kind="municipality")
    assert proved(officer).post(url, act | {"fund": city.pk}, JSON).json()["amount_cents"] == 400_000
    proved(approver).post(reverse("commitment_confirm", args=[row.acts.get().pk]))
    row.refresh_from_db()
    assert (row.status, row.bound_cents) == ("committed", 200_000)


def test_an_extension_on_page_and_api(proved, staff):
    officer, approver, auditor = staff
    campaign = reserved(call())
    page = reverse("officer_match", args=[campaign.slug])
    assert proved(world.person()).get(page).status_code == 403
    assert "extend" not in proved(auditor).get(page).content.decode()
    body = {"until": "2028-01-31", "office": "Area Economia", "number": "7/2026", "dated_on": "2026-11-20"}
    assert proved(officer).post(page, {"extend": "1"} | body | {"until": "2026-01-01"}).status_code == 422
    assert proved(officer).post(page, {"extend": "1"} | body).status_code == 302
    row = Extension.objects.get()
    assert proved(auditor).get(reverse("match_extension", args=[row.pk])).status_code == 200
    proved(approver).post(reverse("match_extension", args=[row.pk]), {"approve": "1"})
    assert Reservation.objects.get().expires_at.isoformat() == "2028-01-31T23:00:00+00:00"
    sent = proved(officer).post(reverse("api_match_extensions"), body | {"campaign": campaign.slug}, JSON)
    assert sent.status_code == 201
    reject = reverse("api_match_extensions_reject", args=[sent.json()["id"]])
    assert proved(approver).post(reject, {"why": "Doppia"}, JSON).json()["status"] == "rejected"
    assert proved(auditor).get(reverse("api_match_extensions")).json()["count"] == 2
    assert proved(auditor).get(page).status_code == 200


def test_a_correction_on_page_and_api(proved, staff):
    officer, approver, auditor = staff
    campaign = reserved(call())
    propose_match(campaign=campaign, pledged=Crowd(400_000, 9), collected=Crowd(400_000, 9), now=NOW)
    Campaign.objects.filter(pk=campaign.pk).update(
        status="funded", opens_at=NOW - dt.timedelta(days=70), deadline=NOW
    )
    Settlement.objects.create(
        campaign=campaign, decided_at=NOW, pledged_cents=400_000, pledges=9, goal_cents=400_000, goal_met=True,
        finished_at=NOW, collected_cents=400_000, collected_pledges=9, fees_cents=0,
    )  # fmt: skip
    bank.pledge(campaign, cents=300_000, status="collected", collected_at=NOW)
    page = reverse("officer_match", args=[campaign.slug])
    assert "4.500,00" in proved(auditor).get(page).content.decode()
    assert proved(officer).post(page, {"correct": "1", "reason": ""}).status_code == 422
    assert proved(officer).post(page, {"correct": "1", "reason": "Rimborsi"}).status_code == 302
    row = MatchCorrection.objects.get()
    assert proved(auditor).get(reverse("match_correction", args=[row.pk])).status_code == 200
    approve = reverse("api_match_corrections_approve", args=[row.pk])
    assert proved(officer).post(approve).status_code == 403
    assert proved(approver).post(approve).json()["status"] == "approved"
    assert Reservation.objects.get().proposed_cents == 450_000
    body = {"campaign": campaign.slug, "reason": "Ancora"}
    again = proved(officer).post(reverse("api_match_corrections"), body, JSON)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_correct")
    assert closing(MatchFund.objects.get()).kind == "closing"
