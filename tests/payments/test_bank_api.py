"""Transfers and the bank over the API: the same services, refusals with codes, the file as multipart."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import User
from payments.bank.enums import ListStatus
from payments.bank.models import BankLine, BankStatement, CreditList, Excess, LineMatch
from payments.bank.permissions import EXCESS
from payments.enums import PledgeStatus
from payments.models import Pledge
from payments.permissions import link_token
from tests import world
from tests.payments.bank_files.acting import TODAY, approver, bring, line, officer, paid, promise
from tests.payments.bank_files.writing import ADA, BO, OURS, Move, statement
from tests.payments.test_bank_lists import missed

pytestmark = pytest.mark.django_db


def api(user: User | None = None, token: str = "") -> APIClient:
    client = APIClient()
    if user:
        client.force_authenticate(user)
    if token:
        client.credentials(HTTP_PLEDGE_TOKEN=token)
    return client


def new(campaign: Any, **fields: Any) -> dict[str, Any]:
    return {
        "campaign": campaign.slug,
        "amount_cents": 2_500,
        "email": "ada@example.org",
        "iban": ADA,
        "holder": "Ada",
        "consent_version": "transfer-2026-11",
    } | fields


def upload(client: APIClient, content: bytes) -> Any:
    file = SimpleUploadedFile("e.xml", content, content_type="application/xml")
    return client.post(reverse("api_bank_statements"), {"file": file}, format="multipart")


class TestTheBacker:
    def test_a_guest_places_changes_and_cancels(self):
        campaign = world.campaign()
        answer = api().post(reverse("api_transfers"), new(campaign))
        assert answer.status_code == 201
        told = answer.json()
        assert (told["status"], told["pay_to_iban"], told["excesses"]) == ("awaiting_transfer", OURS, [])
        assert told["reference"] == Pledge.objects.get().transfer.reference
        mine = api(token=told["token"])
        address = reverse("api_transfer", args=[told["id"]])
        assert mine.patch(address, {"amount_cents": 1_000}).json()["promised_cents"] == 1_000
        refused = mine.patch(address, {"amount_cents": 9_000})
        assert (refused.status_code, refused.json()["code"]) == (400, "consent_missing")
        account = reverse("api_transfer_account", args=[told["id"]])
        assert mine.put(account, {"iban": BO, "holder": "Bo"}).status_code == 200
        assert mine.put(account, {"iban": "x", "holder": "Bo"}).json()["field"] == "iban"
        assert mine.delete(address).json()["status"] == "cancelled"
        assert mine.delete(address).status_code == 409
        for stranger in (api(), api(world.person()), api(token="x")):
            assert stranger.get(address).status_code == 404

    def test_the_same_key_places_one_pledge(self):
        campaign = world.campaign()
        client = api()
        first, again = (
            client.post(reverse("api_transfers"), new(campaign), HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)
        )
        assert first.json()["id"] == again.json()["id"]
        assert Pledge.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [({"amount_cents": 1}, "amount_too_small"), ({"iban": "IT1"}, "iban"), ({"holder": ""}, "blank")],
    )
    def test_what_is_wrong_has_a_code(self, wrong, code):
        answer = api().post(reverse("api_transfers"), new(world.campaign(), **wrong))
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert not Pledge.objects.exists()

    def test_the_terms_are_read_before(self):
        told = api().get(reverse("api_campaign_transfer_terms", args=[world.campaign().slug])).json()
        assert (told["version"], set(told["text"]), told["min_cents"]) == (
            "transfer-2026-11",
            {"it", "en"},
            500,
        )

    def test_the_backer_answers_for_money_that_came_besides(self):
        pledge = promise(world.campaign())
        bring(paid(pledge, 4_000))
        client = api(token=link_token(pledge, EXCESS))
        address = reverse("api_transfer_excess", args=[pledge.public_id, Excess.objects.get().pk])
        assert client.post(address, {"agree": True}).json()["code"] == "consent_missing"
        told = client.post(address, {"agree": True, "consent_version": "transfer-2026-11"}).json()
        assert (told["amount_cents"], told["excesses"][0]["status"]) == (4_000, "counted")
        assert client.post(address, {"agree": False}).status_code == 409
        assert api(world.person()).post(address, {"agree": False}).status_code == 404


class TestTheOffice:
    def test_statement_match_and_return(self):
        pledge = promise(world.campaign())
        one, two = api(officer()), api(approver())
        content = statement(
            [Move(2_500, ref="1", on=TODAY), Move(700, ref="2", name="", iban="", on=TODAY)], from_on=TODAY
        )
        answer = upload(one, content)
        assert (answer.status_code, answer.json()["new_lines"]) == (201, 2)
        assert upload(one, content).json()["known_lines"] == 2
        assert one.get(reverse("api_bank_statements")).json()["results"][0]["closing_cents"] == 3_200
        rows = one.get(reverse("api_bank_lines"), {"status": "unmatched"}).json()["results"]
        assert {row["amount_cents"] for row in rows} == {2_500, 700}
        first, second = line(amount_cents=2_500), line(amount_cents=700)
        address = reverse("api_bank_match", args=[first.pk])
        told = one.post(address, {"kind": "pledge", "reference": pledge.transfer.reference})
        assert (told.status_code, told.json()["status"]) == (201, "proposed")
        own = {"kind": "own_funds", "reason": "r", "document": "PG 41"}
        assert one.post(address, own).json()["code"] == "match_there"
        assert one.post(address, {"kind": "gift"}).status_code == 400
        approve = reverse("api_bank_match_approve", args=[told.json()["id"]])
        assert one.post(approve).status_code == 403
        assert two.post(approve).json()["status"] == "approved"
        pledge.refresh_from_db()
        assert pledge.status == PledgeStatus.RECEIVED
        address = reverse("api_bank_match", args=[second.pk])
        assert one.post(address, {"kind": "own_funds", "reason": "r"}).json()["field"] == "document"
        other = one.post(address, own).json()
        assert (other["reason"], other["document"]) == ("r", "PG 41")
        reject = reverse("api_bank_match_reject", args=[other["id"]])
        assert two.post(reject, {"why": "no"}).json()["status"] == "rejected"
        back = one.post(reverse("api_bank_line_return", args=[second.pk]), {"why": "r"})
        assert back.json()["status"] == "to_return"
        account = one.put(reverse("api_bank_line_account", args=[second.pk]), {"iban": BO, "holder": "C"})
        assert account.status_code == 200

    def test_a_list_goes_its_way(self, at):
        missed(at)
        one, two = api(officer()), api(approver())
        made = one.post(reverse("api_bank_lists")).json()
        items = [item["id"] for item in made["items"]]

        def step(client: APIClient, name: str, **body: Any) -> Any:
            return client.post(reverse("api_bank_list_step", args=[made["id"], name]), body)

        assert one.post(reverse("api_bank_item_drop", args=[items[0]])).json()["status"] == "dropped"
        assert step(one, "propose").json()["status"] == "proposed"
        assert step(one, "approve").status_code == 403
        assert step(two, "reject").status_code == 400
        assert step(two, "approve").json()["status"] == "approved"
        file = reverse("api_bank_list_file", args=[made["id"]])
        assert one.get(file).status_code == 404
        assert step(one, "export").json()["status"] == "exported"
        assert b"pain.001.001.09" in one.get(file).content
        failed = one.post(reverse("api_bank_item_fail", args=[items[1]]), {"why": "chiuso"})
        assert failed.json()["status"] == "failed"
        assert step(one, "wave").status_code == 404
        assert one.get(reverse("api_bank_list", args=[made["id"]])).json()["status"] == ListStatus.CLOSED
        assert one.post(reverse("api_bank_lists")).status_code == 201
        rejected = reverse("api_bank_list_step", args=[CreditList.objects.first().pk, "reject"])
        assert one.post(rejected, {"why": "bozza"}).json()["status"] == "rejected"

    def test_a_bad_file_is_refused_and_others_may_not(self):
        refused = upload(api(officer()), b"Data;Importo")
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
            400,
            "not_xml",
            "file",
        )
        assert api(officer()).post(reverse("api_bank_statements"), {}, format="multipart").status_code == 400
        good = statement([Move(5)])
        for who in (approver(), world.staff(Role.AUDITOR), world.person()):
            assert upload(api(who), good).status_code == 403
        assert upload(api(), good).status_code == 403
        for name in ("api_bank_statements", "api_bank_lines", "api_bank_lists"):
            assert api(world.person()).get(reverse(name)).status_code == 403
            assert api(world.staff(Role.AUDITOR)).get(reverse(name)).status_code == 200
        assert not BankStatement.objects.exists()
        assert not BankLine.objects.exists()
        assert not LineMatch.objects.exists()
