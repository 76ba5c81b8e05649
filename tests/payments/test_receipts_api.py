"""Receipts over the API: the same people see the same documents; amounts in whole cents."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.services import issue_token
from payments.ledger.enums import Book
from payments.ledger.formula import proof_holds
from payments.ledger.services import close_days, seal
from payments.models import Pledge
from payments.receipts.models import CorrectionRequest, DonorDetails, Receipt, ReceiptText
from payments.receipts.permissions import receipts_token
from payments.receipts.services.drains import correct_due, issue_due
from tests import world
from tests.payments.receipt_rows import collected, funded, give_back
from tests.world import NOW

pytestmark = pytest.mark.django_db
API = "/api/v1"
DONOR = {"name": "Ada Lovelace", "tax_code": "LVLDAA80T50F205R", "address": ""}


def ask(method: str, path: str, user: Any = None, body: Any = None, *, token: str = "") -> tuple[int, Any]:
    headers = {"Receipts-Token": token} if token else {}
    if user:
        key = issue_token(user=user, label="test", second_factor=True, by=user, now=NOW)
        headers["Authorization"] = f"Bearer {key}"
    given = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
    answer = getattr(Client(headers=headers), method)(f"{API}{path}", **given)
    return answer.status_code, answer.json()


@pytest.fixture
def pledge() -> Pledge:
    made = collected(funded(world.person("Olivia")), 5_000, name="Ada", backer=world.person())
    issue_due()
    return made


def owner_of(pledge: Pledge) -> Any:
    return pledge.campaign.project.organisation.memberships.get().user


def test_a_person_lists_their_receipts_and_a_year(pledge):
    give_back(pledge, 2_000)
    correct_due()
    status, found = ask("get", "/receipts/", pledge.backer)
    assert status == 200
    assert [(row["number"], row["kind"], row["voids"], row["void_by"]) for row in found["results"]] == [
        ("3/2026", "receipt", "", ""),
        ("2/2026", "correction", "1/2026", ""),
        ("1/2026", "receipt", "", "2/2026"),
    ]
    first = found["results"][0]
    assert (first["amount_cents"], first["traceable"], first["paid_on"]) == (3_000, True, "2026-11-22")
    path = first["pdf_url"].removeprefix("http://localhost:8000")
    assert Client().get(path)["Content-Type"] == "application/pdf"
    status, year = ask("get", "/receipts/summary/2026/", pledge.backer)
    assert (status, year["gifts_cents"], year["cash_cents"], year["payments_cents"]) == (200, 3_000, 0, 0)
    assert [row["number"] for row in year["receipts"]] == ["3/2026"]


def test_lists_are_for_people_and_hold_their_own_alone(pledge):
    assert ask("get", "/receipts/")[0] in {401, 403}
    assert ask("get", "/receipts/summary/2026/")[0] in {401, 403}
    assert ask("get", "/receipts/", world.person())[1]["results"] == []


def test_one_receipt_for_backer_link_organisation_and_staff_and_nobody_else(pledge):
    receipt = Receipt.objects.get()
    path = f"/receipts/{receipt.public_id}/"
    token = receipts_token(pledge)
    for who in (pledge.backer, owner_of(pledge), world.staff(Role.OFFICER), world.staff(Role.AUDITOR)):
        status, found = ask("get", path, who)
        assert (status, found["donor_name"], found["number"]) == (200, "Ada", "1/2026")
    assert ask("get", path, token=token)[1]["pdf_url"].endswith("/pdf/")
    for stranger in (None, world.person(), world.staff(Role.APPROVER)):
        assert ask("get", path, stranger)[0] == 404
    other = collected(funded())
    assert ask("get", path, token=receipts_token(other))[0] == 404


def test_the_proof_is_there_from_the_next_days_root_on(pledge):
    path = f"/receipts/{Receipt.objects.get().public_id}/proof/"
    token = receipts_token(pledge)
    assert ask("get", path, token=token)[0] == 404
    seal(book=Book.CASH, now=NOW)
    close_days(book=Book.CASH, now=NOW + dt.timedelta(days=1))
    status, proof = ask("get", path, token=token)
    assert status == 200
    roots = ask("get", "/ledger/roots/?day=2026-11-22")[1]["results"]
    assert [(row["book"], row["root"]) for row in roots] == [("cash", proof["root"])]
    assert proof_holds(
        text=proof["text"],
        index=proof["index"],
        size=proof["size"],
        path=[bytes.fromhex(step) for step in proof["path"]],
        root=bytes.fromhex(roots[0]["root"]),
    )
    assert ask("get", path, world.person())[0] == 404


def test_who_gives_is_said_before_and_asked_for_after():
    pledge = collected(funded(world.person("Olivia")), name="Ada")
    path, token = f"/pledges/{pledge.public_id}/donor/", receipts_token(pledge)
    assert ask("put", path, body=DONOR, token=token) == (200, DONOR)
    status, fault = ask("put", path, body=DONOR | {"tax_code": "x"}, token=token)
    assert (status, fault["field"]) == (400, "tax_code")
    assert ask("put", path, world.person(), body=DONOR)[0] == 404
    issue_due()
    assert Receipt.objects.get().donor.tax_code == DONOR["tax_code"]
    status, asked = ask("put", path, body=DONOR | {"name": "Ada Byron"}, token=token)
    assert (status, asked["status"]) == (202, "asked")
    status, fault = ask("put", path, body=DONOR | {"name": "Eva"}, token=token)
    assert (status, fault["code"]) == (409, "asked_already")
    assert DonorDetails.objects.get().name == "Ada Lovelace"
    grant = f"/receipt-corrections/{asked['id']}/grant/"
    assert ask("post", grant, world.person())[0] == 403
    assert ask("post", grant, owner_of(pledge))[1]["status"] == "granted"
    assert Receipt.objects.order_by("number").last().donor.name == "Ada Byron"
    assert ask("post", grant, owner_of(pledge))[0] == 409


def test_a_correction_is_declined_with_a_reason(pledge):
    ask("put", f"/pledges/{pledge.public_id}/donor/", pledge.backer, body=DONOR)
    path = f"/receipt-corrections/{CorrectionRequest.objects.get().pk}/decline/"
    assert ask("post", path, owner_of(pledge), body={"why": ""})[0] == 400
    status, answer = ask("post", path, owner_of(pledge), body={"why": "No."})
    assert (status, answer["status"], answer["answer"]) == (200, "declined", "No.")


def test_no_more_than_five_corrections_are_asked_for(pledge):
    for n in range(5):
        CorrectionRequest.objects.create(pledge=pledge, name=str(n), status="declined", asked_at=NOW)
    path = f"/pledges/{pledge.public_id}/donor/"
    assert ask("put", path, pledge.backer, body=DONOR)[1]["code"] == "too_many_requests"


def test_an_organisations_receipts_for_its_keepers_and_staff(pledge):
    path = f"/organisations/{pledge.campaign.project.organisation.slug}/receipts/"
    for who in (owner_of(pledge), world.staff(Role.OFFICER), world.staff(Role.AUDITOR)):
        assert [row["number"] for row in ask("get", path, who)[1]["results"]] == ["1/2026"]
        assert ask("get", f"{path}?year=2025", who)[1]["results"] == []
    for stranger in (None, world.person(), pledge.backer, world.staff(Role.APPROVER)):
        assert ask("get", path, stranger)[0] in {401, 403}


def test_a_text_is_handed_in_and_decided_on(pledge):
    path = f"/organisations/{pledge.campaign.project.organisation.slug}/receipt-text/"
    officer = world.staff(Role.OFFICER)
    assert ask("post", path, officer, body={"text": "x"})[0] == 403
    status, first = ask("post", path, owner_of(pledge), body={"text": "Primo."})
    assert (status, first["status"]) == (201, "proposed")
    second = ask("post", path, owner_of(pledge), body={"text": "Secondo."})[1]
    assert ask("post", f"/receipt-texts/{first['id']}/approve/", officer)[0] == 409  # replaced meanwhile
    assert ask("post", f"/receipt-texts/{second['id']}/approve/", officer)[1]["status"] == "approved"
    third = ask("post", path, owner_of(pledge), body={"text": "Terzo."})[1]
    answer = ask("post", f"/receipt-texts/{third['id']}/reject/", officer, body={"why": "No."})[1]
    assert (answer["status"], answer["answer"]) == ("rejected", "No.")
    fourth = ask("post", path, owner_of(pledge), body={"text": "Quarto."})[1]
    ask("post", f"/receipt-texts/{fourth['id']}/approve/", officer)
    standing = ReceiptText.objects.filter(status="approved")
    assert [text.text for text in standing] == ["Quarto."]
