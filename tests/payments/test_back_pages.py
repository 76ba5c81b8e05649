"""Pages and API of what goes back: who sees them, what they do, in both languages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from crowdfund.kit import desk
from payments.enums import RefundStatus
from payments.models import (
    Dispute,
    OwnAdvance,
    Payout,
    Receivable,
    ReceivableClosing,
    Refund,
    RefundDecision,
    RefundRequest,
    TransferReversal,
)
from payments.permissions import MANAGE, link_token
from payments.services.advances import propose_advance
from payments.services.bring_back import owe
from payments.services.disputes import apply_dispute
from payments.services.other_ways import propose_other_way
from payments.services.receivables import propose_closing
from payments.services.refund_requests import ask_refund
from tests import world
from tests.payments.back import again, as_collected, decided, funded, propose
from tests.payments.test_disburse import proved  # noqa: F401 - a fixture
from tests.payments.test_disputes import seen_of
from tests.payments.test_refund_races import proposed
from tests.world import NOW

pytestmark = pytest.mark.django_db


class Stage:
    """One row of each kind, on one campaign."""

    def __init__(self) -> None:
        self.owner = world.person("Tea")
        self.officer, self.approver = world.staff(Role.OFFICER), world.staff(Role.APPROVER)
        self.campaign = funded(project=world.project(self.owner))
        self.given = as_collected(self.campaign, language="en")
        self.disputed = as_collected(self.campaign, cents=7_700)
        ask_refund(pledge=self.given, text="Ho cambiato idea", by=None, token=self.token, now=NOW)
        self.decision = propose(self.given, 4_000, by=self.officer)
        self.failed = decided(as_collected(self.campaign), 1_000)
        Refund.objects.filter(pk=self.failed.pk).update(status=RefundStatus.FAILED, error="declined")
        self.failed.refresh_from_db()
        self.other = propose_other_way(
            refund=self.failed, proof="CRO 1", paid_on=NOW.date(), reason="Per telefono", by=self.officer,
            now=NOW,
        )  # fmt: skip
        apply_dispute(seen=seen_of(self.disputed, answer_by=NOW + dt.timedelta(days=7)), now=NOW)
        self.debt = owe(
            need=Refund.objects.get(pk=self.failed.pk), cents=500, why="r", reference="t", now=NOW
        )
        self.closing = propose_closing(
            receivable=self.debt, kind="paid", amount_cents=200, reason="CRO 2", by=self.officer, now=NOW
        )
        self.advance = propose_advance(
            place="bank", amount_cents=900, proof="CRO 3", reason="Fondo", by=self.officer, now=NOW
        )

    @property
    def token(self) -> str:
        return link_token(self.given, MANAGE)

    @property
    def dispute(self) -> Dispute:
        return Dispute.objects.get()

    def officers(self) -> list[tuple[str, list[object]]]:
        """The officers' pages."""
        return [
            ("refunds", []),
            ("refund", [self.failed.pk]),
            ("refund_new", [self.given.public_id]),
            ("refund_decision", [self.decision.pk]),
            ("refund_request", [RefundRequest.objects.get().pk]),
            ("other_way", [self.other.pk]),
            ("disputes", []),
            ("dispute", [self.dispute.pk]),
            ("receivables", []),
            ("receivable", [self.debt.pk]),
            ("receivable_closing", [self.closing.pk]),
            ("reserve", []),
            ("advance_new", []),
            ("advance", [self.advance.pk]),
        ]


@pytest.fixture
def stage() -> Stage:
    return Stage()


class TestWhoSees:
    def test_officers_in_both_languages(self, proved, stage):  # noqa: F811
        browser = proved(stage.officer)
        for language in ("it", "en"):
            with translation.override(language):
                for name, args in stage.officers():
                    answer = browser.get(reverse(name, args=args))
                    assert answer.status_code == 200, name
        text = browser.get(reverse("dispute", args=[stage.dispute.pk])).content.decode()
        assert stage.disputed.consent.text in text, "what goes to the bank is shown"

    def test_strangers_and_the_team_do_not(self, proved, stage):  # noqa: F811
        for user in (world.person(), stage.owner):
            browser = proved(user)
            for name, args in [*stage.officers(), ("reversal", [1])]:
                assert browser.get(reverse(name, args=args)).status_code in {403, 404}, name
        browser = proved(world.person())
        assert browser.get(reverse("campaign_refunds", args=[stage.campaign.slug])).status_code == 403
        assert browser.get(reverse("team_dispute", args=[stage.dispute.pk])).status_code == 403

    def test_the_team_sees_amounts_and_no_names(self, proved, stage):  # noqa: F811
        browser = proved(stage.owner)
        text = browser.get(reverse("campaign_refunds", args=[stage.campaign.slug])).content.decode()
        assert "77,00" in text
        assert stage.given.email not in text
        page = reverse("team_dispute", args=[stage.dispute.pk])
        assert page in text
        assert page in [task.url for task in desk.team_tasks(stage.owner, NOW)]
        empty = browser.post(page, {"draft": "1", "text": " "})
        assert empty.status_code == 422
        assert browser.post(page, {"draft": "1", "text": "Ecco le foto"}).status_code == 302
        assert stage.dispute.draft == "Ecco le foto"
        money = browser.get(reverse("campaign_money", args=[stage.campaign.slug])).content.decode()
        assert reverse("campaign_refunds", args=[stage.campaign.slug]) in money

    def test_desks_lead_to_what_waits_for_whom(self, stage):
        officer = {task.url for task in desk.officer_tasks(stage.officer, NOW)}
        approver = {task.url for task in desk.officer_tasks(stage.approver, NOW)}
        assert reverse("dispute", args=[stage.dispute.pk]) in officer - approver
        for name, row in (
            ("refund_decision", stage.decision),
            ("other_way", stage.other),
            ("receivable_closing", stage.closing),
            ("advance", stage.advance),
        ):
            assert reverse(name, args=[row.pk]) in approver - officer, name
        assert reverse("refund_request", args=[RefundRequest.objects.get().pk]) not in officer, (
            "it is proposed"
        )

    def test_lists_cost_few_queries(self, proved, stage, django_assert_max_num_queries):  # noqa: F811
        for _ in range(3):
            decided(as_collected(stage.campaign), 100)
        browser = proved(stage.officer)
        with django_assert_max_num_queries(14):
            browser.get(reverse("refunds"))
        with django_assert_max_num_queries(12):
            browser.get(reverse("disputes"))


class TestWhatTheyDo:
    def test_find_propose_approve(self, proved, stage):  # noqa: F811
        officer = proved(stage.officer)
        found = officer.get(reverse("refunds"), {"q": stage.given.email}).content.decode()
        page = reverse("refund_new", args=[stage.given.public_id])
        assert page in found
        assert officer.get(reverse("refunds"), {"q": str(stage.given.public_id)}).status_code == 200
        wrong = officer.post(page, {"propose": "1", "amount_cents": "1000000", "reason": "r"})
        assert wrong.status_code == 422
        assert "field-wrong" in wrong.content.decode()
        assert officer.post(page, {"propose": "1", "amount_cents": "12,50", "reason": "r"}).status_code == 302
        made = RefundDecision.objects.get(amount_cents=1_250)
        deciding = reverse("refund_decision", args=[made.pk])
        assert officer.post(deciding, {"approve": "1"}).status_code == 302
        made.refresh_from_db()
        assert made.status == "proposed", "an officer can't approve"
        approver = proved(stage.approver)
        no_reason = approver.post(deciding, {"reject": "1", "why": ""})
        assert no_reason.status_code == 422
        assert approver.post(deciding, {"approve": "1"}).status_code == 302
        assert Refund.objects.filter(decision=made, amount_cents=1_250).exists()
        gone = approver.post(
            reverse("refund_decision", args=[stage.decision.pk]), {"approve": "1"}, follow=True
        )
        stage.decision.refresh_from_db()
        assert (gone.status_code, stage.decision.status) == (200, "void")

    def test_each_decision_by_its_button(self, proved, stage):  # noqa: F811
        browser = proved(stage.approver)
        for name, row in (
            ("other_way", stage.other),
            ("receivable_closing", stage.closing),
            ("advance", stage.advance),
        ):
            assert browser.post(reverse(name, args=[row.pk]), {"approve": "1"}).status_code == 302
            row.refresh_from_db()
            assert row.status == "approved", name
        assert again(stage.failed.pledge).status == "partly_refunded"

    def test_officers_write(self, proved, stage):  # noqa: F811
        browser = proved(stage.officer)
        asked = reverse("refund_request", args=[RefundRequest.objects.get().pk])
        assert browser.post(asked, {"refuse": "1", "answer": ""}).status_code == 422
        assert browser.post(asked, {"refuse": "1", "answer": "No, ecco perché"}).status_code == 302
        assert RefundRequest.objects.get().status == "refused"
        debt = reverse("receivable", args=[stage.debt.pk])
        closing = {"close": "1", "kind": "write_off", "amount_cents": "3", "reason": "Sciolta"}
        assert browser.post(debt, closing | {"amount_cents": "100"}).status_code == 422
        assert browser.post(debt, closing).status_code == 302
        assert ReceivableClosing.objects.filter(kind="write_off", amount_cents=300).exists()
        new = {"place": "bank", "amount_cents": "10", "proof": "CRO 9", "reason": "Fondo"}
        assert browser.post(reverse("advance_new"), new | {"proof": ""}).status_code == 422
        assert browser.post(reverse("advance_new"), new).status_code == 302
        assert OwnAdvance.objects.filter(proof="CRO 9").exists()
        page = reverse("dispute", args=[stage.dispute.pk])
        assert browser.post(page, {"accept": "1", "reason": ""}).status_code == 422
        assert browser.post(page, {"accept": "1", "reason": "Ha ragione"}).status_code == 302
        assert "Ha ragione" in browser.get(page).content.decode()
        assert browser.post(page, {"evidence": "1", "text": ""}).status_code == 422
        assert browser.post(page, {"evidence": "1", "text": "Consegnato"}).status_code == 302
        assert stage.dispute.answer.text == "Consegnato"
        assert browser.post(page, {"accept": "1"}).status_code == 302
        assert stage.dispute.answer.kind == "evidence", "answered already"

    def test_a_refused_reversal_is_decided_on_its_page(self, proved, stage):  # noqa: F811
        payout = Payout.objects.create(
            disbursement=proposed(stage.given, 100), kind="connect_transfer", amount_cents=100, created_at=NOW,
            idempotency_key="p", transfer_id="tr_1",
        )  # fmt: skip
        row = TransferReversal.objects.create(
            payout=payout, refund=stage.failed, transfer_id="tr_1", amount_cents=100, status="failed",
            idempotency_key="r", error="balance_insufficient", created_at=NOW,
        )  # fmt: skip
        page = reverse("reversal", args=[row.pk])
        assert page in {task.url for task in desk.officer_tasks(stage.officer, NOW)}
        assert proved(stage.approver).post(page, {"impossible": "1"}).status_code == 302
        row.refresh_from_db()
        assert row.status == "failed"
        browser = proved(stage.officer)
        assert "balance_insufficient" in browser.get(page).content.decode()
        assert browser.post(page, {"again": "1"}).status_code == 302
        row.refresh_from_db()
        assert row.status == "created"
        TransferReversal.objects.filter(pk=row.pk).update(status="failed")
        assert browser.post(page, {"impossible": "1"}).status_code == 302
        assert Receivable.objects.filter(amount_cents=100).exists()


class TestTheBacker:
    def test_asks_on_the_page_of_the_pledge(self, client):
        given = as_collected(funded())
        token = link_token(given, MANAGE)
        manage, ask = reverse("pledge_manage", args=[token]), reverse("refund_ask", args=[token])
        assert ask in client.get(manage).content.decode()
        assert client.post(ask, {"text": " "}).status_code == 422
        assert client.post(ask, {"text": "Ho cambiato idea"}).status_code == 302
        assert RefundRequest.objects.get().pledge == given
        assert ask not in client.get(manage).content.decode()
        again_asked = client.post(ask, {"text": "Allora?"})
        assert again_asked.status_code == 422
        assert client.get(reverse("refund_ask", args=["forged"])).status_code == 404

    def test_nothing_to_ask_for(self, client):
        given = as_collected(funded())
        type(given).objects.filter(pk=given.pk).update(status="refunded")
        token = link_token(given, MANAGE)
        assert (
            reverse("refund_ask", args=[token])
            not in client.get(reverse("pledge_manage", args=[token])).content.decode()
        )
        assert "<form" not in client.get(reverse("refund_ask", args=[token])).content.decode().split("<h1")[1]


class TestTheApi:
    def test_lists_are_for_staff(self, proved, stage):  # noqa: F811
        names = ["refunds", "refund_decisions", "refund_requests", "refunds_another_way", "reversals"]
        names += ["disputes", "receivables", "receivable_closings", "reserve", "reserve_advances"]
        stranger = proved(world.person())
        for name in names:
            assert stranger.get(reverse(f"api_{name}")).status_code == 403, name
        browser = proved(stage.officer)
        for name in names:
            answer = browser.get(reverse(f"api_{name}"))
            assert answer.status_code == 200, name
        assert [place["left_cents"] for place in answer_of(browser, "reserve")] == [-2_500, 0]
        assert browser.get(reverse("api_refunds"), {"status": "failed"}).json()["count"] == 1

    def test_the_same_services(self, proved, stage):  # noqa: F811
        officer = proved(stage.officer)
        new = {"pledge": str(stage.given.public_id), "amount_cents": 10_001, "reason": "r"}
        url = reverse("api_refund_decisions")
        refused = officer.post(url, new, "application/json")
        assert (refused.status_code, refused.json()["field"]) == (400, "amount_cents")
        made = officer.post(url, new | {"amount_cents": 50}, "application/json")
        assert (made.status_code, made.json()["status"]) == (201, "proposed")
        door = reverse("api_refund_decisions_approve", args=[made.json()["id"]])
        assert officer.post(door).status_code == 403
        draft = reverse("api_disputes_draft", args=[stage.dispute.pk])
        assert proved(world.person()).post(draft, {"text": "x"}, "application/json").status_code == 403
        assert proved(stage.owner).post(draft, {"text": "Foto"}, "application/json").json()["draft"] == "Foto"
        approver = proved(stage.approver)
        assert approver.post(door).json()["status"] == "approved"
        rejected = approver.post(
            reverse("api_reserve_advances_reject", args=[stage.advance.pk]), {"why": "no"}, "application/json"
        )
        assert rejected.json()["status"] == "rejected"

    def test_a_guest_asks_by_token(self):
        given = as_collected(funded())
        door = reverse("api_pledge_ask_refund", args=[given.public_id])
        body = {"text": "Per favore"}
        assert Client().post(door, body, "application/json").status_code == 404
        made = Client().post(
            door, body, "application/json", headers={"Pledge-Token": link_token(given, MANAGE)}
        )
        assert (made.status_code, made.json()["status"]) == (201, "open")


def answer_of(browser: Client, name: str) -> Any:
    return browser.get(reverse(f"api_{name}")).json()
