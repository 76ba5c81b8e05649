"""The pages and the API of the ladder: every figure with its history, for who may see what it is of."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from rest_framework.test import APIClient

from accounts.enums import Role
from campaigns.calls.models import Call
from crowdfund.kit import clock
from payments.ledger.models import LedgerTransfer
from payments.matching.formula import Crowd
from payments.matching.models import MatchFund
from payments.matching.selectors import fund_ladder, programme_ladder
from payments.matching.services import confirm_act, propose_match, record_act, reserve_match
from payments.spending import formula
from payments.spending.models import Contract, ContractDocument, ContractMovement
from payments.spending.selectors import ladders
from payments.spending.services import propose_correction
from tests import world
from tests.payments.spending_rows import PERSON, People, booked, confirmed, proposed, recorded, sheet
from tests.payments.test_matching import ACT, application, call
from tests.world import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=40)


@pytest.fixture(autouse=True)
def _proved(monkeypatch: Any) -> None:
    """Sessions of staff have proved their second factor; that they must is tested with the middleware."""
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
def who() -> People:
    return People()


@pytest.fixture
def city(who: People) -> Any:
    """A programme with a call whose campaign has a match bound, and a contract of which a mandate was paid."""
    of: Any = call()
    asked = application(of)
    reserve_match(application=asked, now=NOW)
    crowd = Crowd(400_000, 9)
    propose_match(campaign=asked.campaign, pledged=crowd, collected=crowd, now=LATER)
    reservation = asked.campaign.reservations.select_related("campaign__project", "fund").get()
    act = record_act(reservation=reservation, act=ACT, by=who.officer, now=LATER)
    confirm_act(act=act, by=who.approver, now=LATER)
    contract = confirmed(who, of.programme)
    booked(who, contract)
    of.campaign, of.contract = reservation.campaign, contract
    return of


class TestTheStory:
    def test_every_ladder_is_what_the_balances_say(self, city: Any) -> None:
        programme, fund = city.programme, MatchFund.objects.get()
        for scope, figures in (
            (ladders.scope_of_programme(programme), programme_ladder(programme)),
            (ladders.scope_of_fund(fund), fund_ladder(fund)),
            (ladders.scope_of_call(city), fund_ladder(fund)),
        ):
            told = ladders.story(scope, LATER)
            assert told.figures == figures
            for step, cents in figures.steps():
                behind: Any = ladders.transfers_behind(told, step)
                assert sum(int(row.change) for row in behind) == cents
        campaign = ladders.story(ladders.scope_of_project(city.campaign.project), LATER).figures
        assert [cents for _name, cents in campaign.steps()] == [600_000, 600_000, 600_000, 0]
        contract = ladders.story(ladders.scope_of_contract(city.contract), LATER).figures
        assert [cents for _name, cents in contract.steps()] == [4_000_000, 4_000_000, 4_000_000, 1_500_000]

    def test_months_add_up_and_have_no_gap(self, city: Any) -> None:
        told = ladders.story(ladders.scope_of_programme(city.programme), LATER + dt.timedelta(days=70))
        assert [f"{one.month:%Y-%m}" for one in told.months] == [
            "2026-11",
            "2026-12",
            "2027-01",
            "2027-02",
            "2027-03",
        ][: len(told.months)]
        for before, after in zip(told.months, told.months[1:], strict=False):
            assert after.after == tuple(a + b for a, b in zip(before.after, after.added, strict=True))

    def test_a_transfer_counts_only_where_it_crosses(self) -> None:
        assert formula.changes(debit=3, credit=2, cents=5) == (0, 0, 5, 0)
        assert formula.changes(debit=2, credit=4, cents=5) == (0, 0, -5, -5)
        assert formula.changes(debit=1, credit=0, cents=5) == (5, 0, 0, 0)
        assert formula.changes(debit=2, credit=0, cents=5) == (5, 5, 0, 0)
        scope = formula.programme_scope(1, [12])
        assert [scope.step(code) for code in ("fund:12", "fund:1", "bound:p1:4", "bound:p12:4", "x")] == [
            2,
            0,
            3,
            0,
            0,
        ]
        assert formula.by_month([]) == []


class TestPages:
    def test_every_ladder_has_a_page_in_both_languages(self, client: Any, city: Any) -> None:
        city.campaign.status = "live"
        city.campaign.save()
        fund = MatchFund.objects.get()
        for language in ("it", "en"):
            with translation.override(language):
                for name, key in (
                    ("programme_ladder", city.programme.slug),
                    ("call_ladder", city.slug),
                    ("fund_ladder", fund.pk),
                    ("project_ladder", city.campaign.project.slug),
                ):
                    page = client.get(reverse(name, args=[key]), {"figure": "bound"})
                    assert page.status_code == 200
                    assert "<svg" in page.content.decode()
                    assert ">None" not in page.content.decode()

    def test_a_figure_leads_to_its_movements_and_each_to_its_transfer(self, client: Any, city: Any) -> None:
        url = reverse("programme_ladder", args=[city.programme.slug])
        page = client.get(url, {"figure": "bound", "month": f"{NOW:%Y-%m}"})
        rows = page.context["movements"]
        assert [(row["text"], row["change_cents"], row["running_cents"]) for row in rows] == [
            ("Contratto impegnato con un atto", 4_000_000, 4_000_000)
        ]
        assert rows[0]["subject"].url == city.contract.get_absolute_url()
        later = client.get(url, {"figure": "bound", "month": f"{LATER:%Y-%m}"}).context["movements"]
        assert [row["running_cents"] for row in later] == [4_600_000]
        for row in LedgerTransfer.objects.all():
            one = client.get(reverse("budget_transfer", args=[row.pk]))
            assert one.status_code == 200
            assert bytes(row.digest).hex() in one.content.decode()
        assert client.get(reverse("budget_transfer", args=[10**9])).status_code == 404

    def test_what_is_asked_wrongly_is_said(self, client: Any, city: Any) -> None:
        url = reverse("programme_ladder", args=[city.programme.slug])
        for wrong in ({"figure": "spent"}, {"month": "2020-13"}, {"month": "x"}):
            page = client.get(url, wrong)
            assert page.status_code == 422
            assert page.context["form"].errors
        assert client.get(url, {"page": "999"}).status_code == 200

    def test_what_is_not_public_is_not_found(self, client: Any, city: Any, who: People) -> None:
        draft = Call.objects.create(
            programme=city.programme, title="Bozza", slug="bozza", summary="s", text="t", rule=city.rule,
            pot_cents=1, opens_at=NOW, closes_at=LATER, created_at=NOW,
        )  # fmt: skip
        fund = MatchFund.objects.create(call=draft, name="Bozza", opened_cents=0, free_cents=0, opened_at=NOW)
        private = [
            reverse("call_ladder", args=[draft.slug]),
            reverse("fund_ladder", args=[fund.pk]),
            reverse("project_ladder", args=[city.campaign.project.slug]),
            reverse("api_call_ladder_history", args=[draft.slug]),
            reverse("contract", args=[recorded(who, city.programme, cig="B01B2C3D4E").pk]),
        ]
        assert [client.get(url).status_code for url in private] == [404] * 5
        client.force_login(who.officer)
        assert [client.get(url).status_code for url in private] == [200] * 5

    def test_a_ladder_costs_few_queries_however_long_its_story(
        self, client: Any, city: Any, django_assert_max_num_queries: Any
    ) -> None:
        url = reverse("programme_ladder", args=[city.programme.slug])
        client.get(url)
        with django_assert_max_num_queries(10):
            client.get(url)

    def test_nothing_yet_is_said(self, client: Any) -> None:
        from tests.campaigns import calling

        made = calling.create_programme(sheet=calling.sheet(), by=calling.officer(), now=NOW)
        page = client.get(reverse("programme_ladder", args=[made.slug]))
        assert "Ancora nessun movimento" in page.content.decode()


class TestContracts:
    def test_a_contract_from_form_to_mandate(
        self, client: Any, who: People, tmp_path: Any, settings: Any
    ) -> None:
        settings.PRIVATE_ROOT = tmp_path
        programme = call().programme
        client.force_login(who.officer)
        new = reverse("contract_new", args=[programme.slug])
        given = vars(sheet()) | {"amount_cents": "40.000", "act_on": "2026-10-01", "cig": "a01b2c3d4e"}
        wrong = client.post(new, given | {"tax_code": "123", "cig": "", "amount_cents": "4.00.0"})
        assert wrong.status_code == 422
        assert not Contract.objects.exists()
        client.post(new, given)
        made = Contract.objects.get()
        assert (made.amount_cents, made.cig) == (4_000_000, "A01B2C3D4E")
        own = client.post(made.get_absolute_url(), {"approve": "1"})
        assert own.status_code == 403
        client.force_login(who.approver)
        assert client.get(made.get_absolute_url()).context["may_decide"]
        client.post(made.get_absolute_url(), {"approve": "1"})
        made.refresh_from_db()
        assert made.status == "confirmed"
        client.force_login(who.officer)
        mandate = reverse("contract_mandate_new", args=[made.pk])
        too_much = {"number": "77", "dated_on": "2026-11-01", "amount_cents": "40.000,01"}
        assert client.post(mandate, too_much).status_code == 422
        client.post(mandate, too_much | {"amount_cents": "15.000"})
        movement = ContractMovement.objects.get()
        page = reverse("contract_movement", args=[movement.pk])
        assert not client.get(page).context["may_decide"]
        client.force_login(who.approver)
        client.post(page, {"approve": "1"})
        made.refresh_from_db()
        assert made.disbursed_cents == 1_500_000
        client.force_login(who.officer)
        assert client.get(page).context["may_correct"]
        assert client.post(page, {"correct": "1", "why": ""}).status_code == 422
        client.post(page, {"correct": "1", "why": "Importo sbagliato"})
        assert ContractMovement.objects.filter(undoes=movement).exists()
        attach = reverse("contract_document_new", args=[made.pk])
        assert (
            client.post(attach, {"title": "Atto", "file": SimpleUploadedFile("a.pdf", b"MZ")}).status_code
            == 422
        )
        client.post(attach, {"title": "Atto", "file": SimpleUploadedFile("a.pdf", b"%PDF-1\n%%EOF")})
        file = reverse("contract_document", args=[ContractDocument.objects.get().pk])
        answer = client.get(file)
        assert answer["Content-Disposition"] == 'attachment; filename="a.pdf"'
        assert b"".join(answer) == b"%PDF-1\n%%EOF"
        client.force_login(world.person())
        assert client.get(file).status_code == 403
        client.logout()
        shown = client.get(made.get_absolute_url()).content.decode()
        assert "Cooperativa Ponti" in shown
        assert "Atto" not in shown.split("</h1>")[1].split("<footer")[0].replace("L'atto", "")

    def test_reductions_annulments_and_rejections(self, client: Any, who: People) -> None:
        made = confirmed(who)
        client.force_login(who.officer)
        economy = reverse("contract_economy_new", args=[made.pk])
        given = {"number": "9", "dated_on": "2026-11-01", "amount_cents": "10", "reason": ""}
        assert client.post(economy, given).status_code == 422
        client.post(economy, given | {"reason": "Meno ore"})
        movement = reverse("contract_movement", args=[ContractMovement.objects.get().pk])
        annul = reverse("contract_annul", args=[made.pk])
        assert client.post(annul, {"why": "Doppione"}).status_code == 422  # something waits
        client.force_login(who.approver)
        assert client.post(movement, {"reject": "1", "why": ""}).status_code == 422
        client.post(movement, {"reject": "1", "why": "No"})
        client.force_login(who.officer)
        client.post(annul, {"why": "Doppione"})
        assert ContractMovement.objects.latest("pk").kind == "annulment"
        waiting = recorded(who, made.programme, cig="B01B2C3D4E")
        client.force_login(who.approver)
        assert client.post(waiting.get_absolute_url(), {"reject": "1", "why": ""}).status_code == 422
        client.post(waiting.get_absolute_url(), {"reject": "1", "why": "Manca il CUP"})
        waiting.refresh_from_db()
        assert waiting.status == "rejected"
        assert client.get(reverse("office_contracts")).status_code == 200
        listed = reverse("programme_contracts", args=[made.programme.slug])
        assert len(client.get(listed).context["contracts"]) == 2
        client.logout()
        assert len(client.get(listed).context["contracts"]) == 1

    def test_a_persons_tax_number_is_never_shown(self, client: Any, who: People) -> None:
        made = confirmed(who, tax_code=PERSON, beneficiary="Mario Rossi")
        for url in (
            made.get_absolute_url(),
            reverse("api_contract", args=[made.pk]),
            reverse("api_contracts"),
        ):
            answer = client.get(url).content.decode()
            assert "Mario Rossi" in answer
            assert PERSON not in answer


class TestApi:
    def test_history_and_movements(self, client: Any, city: Any) -> None:
        slug = city.programme.slug
        history = client.get(reverse("api_programme_ladder_history", args=[slug])).json()
        assert history["now"] == client.get(reverse("api_programme_ladder", args=[slug])).json()
        assert history["months"][-1]["after"] == history["now"]
        url = reverse("api_programme_ladder_movements", args=[slug])
        page = client.get(url, {"figure": "disbursed"}).json()
        assert [row["change_cents"] for row in page["results"]] == [1_500_000]
        assert page["results"][0]["subject"] == city.contract.subject
        assert client.get(url, {"figure": "disbursed", "month": "2026-11"}).json()["results"]
        wrong = client.get(url, {"figure": "spent"})
        assert (wrong.status_code, wrong.json()["field"]) == (400, "figure")
        for kind, key in (("call", city.slug), ("fund", MatchFund.objects.get().pk)):
            figures = client.get(reverse(f"api_{kind}_ladder", args=[key])).json()
            assert figures["bound_cents"] == 600_000

    def test_contracts(self, who: People, tmp_path: Any, settings: Any) -> None:
        settings.PRIVATE_ROOT = tmp_path
        programme = call().programme
        officer, approver, anyone = APIClient(), APIClient(), APIClient()
        officer.force_authenticate(who.officer)
        approver.force_authenticate(who.approver)
        url = reverse("api_contracts")
        given = vars(sheet()) | {"programme": programme.slug, "act_on": "2026-10-01"}
        assert anyone.post(url, given).status_code in {401, 403}
        bad = officer.post(url, given | {"cig": "", "kind": "gift"})
        assert (bad.status_code, bad.json()["code"]) == (400, "invalid_choice")
        made = officer.post(url, given).json()["id"]
        assert anyone.get(reverse("api_contract", args=[made])).status_code == 404
        assert officer.post(reverse("api_contract_confirm", args=[made])).status_code == 403
        assert approver.post(reverse("api_contract_confirm", args=[made])).json()["bound_cents"] == 4_000_000
        movement = {"kind": "mandate", "number": "77", "dated_on": "2026-11-01", "amount_cents": 1_500_000}
        moves = reverse("api_contract_movements", args=[made])
        assert officer.post(moves, movement | {"amount_cents": 10**9}).json()["code"] == "above_bound"
        row = officer.post(moves, movement).json()["id"]
        approver.post(reverse("api_contract_movement_approve", args=[row]))
        assert anyone.get(reverse("api_contract", args=[made])).json()["disbursed_cents"] == 1_500_000
        undo = officer.post(reverse("api_contract_movement_correct", args=[row]), {"why": "Errore"}).json()
        assert undo["undoes"] == row
        rejected = approver.post(reverse("api_contract_movement_reject", args=[undo["id"]]), {"why": "No"})
        assert rejected.json()["status"] == "rejected"
        assert officer.post(reverse("api_contract_annul", args=[made]), {"why": "x"}).status_code == 409
        file = {"title": "Atto", "file": SimpleUploadedFile("a.pdf", b"%PDF-1\n%%EOF")}
        kept = officer.post(reverse("api_contract_documents", args=[made]), file, format="multipart")
        assert (kept.status_code, kept.json()["kind"]) == (201, "pdf")
        second = officer.post(url, given | {"cig": "B01B2C3D4E"}).json()["id"]
        assert approver.post(reverse("api_contract_reject", args=[second]), {"why": "No"}).status_code == 200

    def test_a_correction_is_linked_both_ways(self, client: Any, who: People) -> None:
        from payments.spending.services import approve_movement

        made = confirmed(who)
        undone = propose_correction(movement=booked(who, made), why="x", by=who.officer, now=NOW)
        approve_movement(movement=undone, by=who.approver, now=NOW)
        url = reverse("api_programme_ladder_movements", args=[made.programme.slug])
        first, second = client.get(url, {"figure": "disbursed"}).json()["results"]
        assert (first["reversed_by"], second["reverses"]) == (second["id"], first["id"])
        assert second["running_cents"] == 0
        assert proposed(who, made, number="78").status == "proposed"
        assert world.staff(Role.AUDITOR).pk
