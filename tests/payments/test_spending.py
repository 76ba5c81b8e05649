"""Contracts climb the ladder: recorded and confirmed by two people, paid by mandates, reduced, corrected."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from accounts.enums import Role, TeamRole
from accounts.models import Organisation, Person
from accounts.privacy import tax_code_digest
from campaigns.calls.models import Programme
from crowdfund.kit import desk
from crowdfund.kit.errors import Invalid, NotAllowed, Refused, Several
from crowdfund.kit.states import IllegalTransition
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import balances, debit_balance
from payments.matching.selectors import programme_ladder
from payments.matching.services import Ladder, open_programme_ladder
from payments.postings import contract_committed
from payments.spending.models import Contract, ContractDocument, ContractMovement
from payments.spending.selectors.contracts import books_that_disagree
from payments.spending.services import (
    approve_movement,
    attach_document,
    confirm_contract,
    propose_annulment,
    propose_correction,
    record_contract,
    reject_contract,
    reject_movement,
)
from payments.spending.services import contracts as service
from tests import world
from tests.campaigns import calling
from tests.payments.spending_rows import (
    FIRM,
    PERSON,
    People,
    booked,
    confirmed,
    proposed,
    recorded,
    sheet,
)
from tests.payments.test_matching import programme
from tests.race import race
from tests.world import NOW

MILLION = 100_000_000  # what `programme` has admitted, in cents


@pytest.fixture
def who(db: Any) -> People:
    return People()


def steps(of: Programme) -> list[int]:
    return [cents for _name, cents in programme_ladder(of).steps()]


class TestTheLadder:
    def test_a_contract_climbs_it(self, who: People) -> None:
        of = programme()
        made = recorded(who, of)
        assert steps(of) == [MILLION, MILLION, 0, 0]
        assert (made.status, made.bound_cents) == ("recorded", 0)
        confirm_contract(contract=made, by=who.approver, now=NOW)
        assert steps(of) == [MILLION, MILLION, 4_000_000, 0]
        booked(who, made)
        assert steps(of) == [MILLION, MILLION, 4_000_000, 1_500_000]
        booked(who, made, "economy", number="130/2026", reason="Ore non svolte", amount_cents=500_000)
        assert steps(of) == [MILLION, MILLION, 3_500_000, 1_500_000]
        assert (made.bound_cents, made.disbursed_cents, made.returned_cents) == (
            2_000_000,
            1_500_000,
            500_000,
        )
        assert debit_balance(f"admitted:{of.pk}") == MILLION - 3_500_000
        assert [event.to_status for event in made.events.all()] == ["recorded", "confirmed"]
        assert books_that_disagree() == []

    def test_the_published_sheet_comes_out(self, who: People) -> None:
        """MI3.3.1.d: a programme whose past was published, and then goes on."""
        hub = calling.create_programme(sheet=calling.sheet(code="MI3.3.1.d"), by=who.officer, now=NOW)
        figures = Ladder(297_198_600, 297_198_600, 159_049_100, 8_500_000)
        open_programme_ladder(programme=hub, figures=figures, by=who.officer, now=NOW)
        assert steps(hub) == [297_198_600, 297_198_600, 159_049_100, 8_500_000]
        booked(who, confirmed(who, hub))
        assert steps(hub) == [297_198_600, 297_198_600, 163_049_100, 10_000_000]

    def test_corrections_name_what_they_reverse(self, who: People) -> None:
        of = programme()
        made = confirmed(who, of)
        mandate = booked(who, made)
        undone = propose_correction(movement=mandate, why="Importo sbagliato", by=who.officer, now=NOW)
        with pytest.raises(Refused, check=lambda error: error.code == "movement_known"):
            propose_correction(movement=mandate, why="Ancora", by=who.officer, now=NOW)
        approve_movement(movement=undone, by=who.approver, now=NOW)
        last = LedgerTransfer.objects.latest("id")
        assert last.reverses is not None
        assert (last.reverses.code, last.reverses.reference) == (
            "contract_paid",
            f"contract_movement:{mandate.pk}",
        )
        assert steps(of) == [MILLION, MILLION, 4_000_000, 0]
        economy = booked(
            who, made, "economy", number="9", reason="Meno ore", amount_cents=made.bound_cents or 1_000_000
        )
        undone = propose_correction(movement=economy, why="Servono", by=who.officer, now=NOW)
        approve_movement(movement=undone, by=who.approver, now=NOW)
        made.refresh_from_db()
        assert (made.bound_cents, made.returned_cents) == (4_000_000, 0)
        with pytest.raises(Refused, check=lambda error: error.code == "not_booked"):
            propose_correction(movement=undone, why="x", by=who.officer, now=NOW)
        assert books_that_disagree() == []

    def test_a_contract_booked_in_error_is_annulled(self, who: People) -> None:
        of = programme()
        made = confirmed(who, of)
        annulment = propose_annulment(contract=made, why="Doppione", by=who.officer, now=NOW)
        approve_movement(movement=annulment, by=who.approver, now=NOW)
        made.refresh_from_db()
        assert (made.status, made.bound_cents) == ("annulled", 0)
        assert steps(of) == [MILLION, MILLION, 0, 0]
        assert LedgerTransfer.objects.latest("id").reverses.code == "contract_committed"
        with pytest.raises(Refused, check=lambda error: error.code == "not_confirmed"):
            proposed(who, made)
        assert recorded(who, of).cig == made.cig  # it may be recorded anew
        assert books_that_disagree() == []

    def test_a_contract_of_which_something_was_paid_is_not_annulled(self, who: People) -> None:
        made = confirmed(who)
        annulment = propose_annulment(contract=made, why="Doppione", by=who.officer, now=NOW)
        booked(who, made)
        before = world.rows()
        for deed in (
            lambda: propose_annulment(contract=made, why="x", by=who.officer, now=NOW),
            lambda: approve_movement(movement=annulment, by=who.approver, now=NOW),
        ):
            with pytest.raises(Refused, check=lambda error: error.code == "contract_moved"):
                deed()
            assert world.rows() == before

    def test_a_reduction_is_not_undone_when_the_programme_has_spent_the_money(self, who: People) -> None:
        of = programme(cents=4_000_000)
        made = confirmed(who, of)
        economy = booked(who, made, "economy", number="9", reason="Meno", amount_cents=1_000_000)
        confirmed(who, of, cig="B01B2C3D4E", amount_cents=1_000_000)
        undone = propose_correction(movement=economy, why="x", by=who.officer, now=NOW)
        with pytest.raises(Refused, check=lambda error: error.code == "programme_short"):
            approve_movement(movement=undone, by=who.approver, now=NOW)
        undone.refresh_from_db()
        assert undone.status == "proposed"


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"kind": "gift"}, "kind"),
            ({"procedure": "lottery"}, "procedure"),
            ({"subject": "  "}, "subject"),
            ({"beneficiary": ""}, "beneficiary"),
            ({"tax_code": "12345670018"}, "tax_code"),
            ({"tax_code": ""}, "tax_code"),
            ({"cig": "A01"}, "cig"),
            ({"cig": ""}, "cig"),
            ({"kind": "grant"}, "cig"),
            ({"cup": "B49"}, "cup"),
            ({"act_number": ""}, "act_number"),
            ({"act_on": dt.date(2026, 11, 23)}, "act_on"),
            ({"amount_cents": 0}, "amount_cents"),
            ({"amount_cents": -1}, "amount_cents"),
            ({"amount_cents": True}, "amount_cents"),
            ({"amount_cents": 12.5}, "amount_cents"),
            ({"amount_cents": 10**13}, "amount_cents"),
            ({"amount_cents": MILLION + 1}, "amount_cents"),
        ],
    )
    def test_a_sheet_that_is_wrong(self, who: People, fields: dict[str, Any], field: str) -> None:
        of = programme()
        before = world.rows()
        with pytest.raises(Refused) as refused:
            record_contract(programme=of, sheet=sheet(**fields), by=who.officer, now=NOW)
        problems = getattr(refused.value, "problems", [refused.value])
        assert {problem.field for problem in problems} == {field}
        assert all(str(problem) for problem in problems)
        assert world.rows() == before

    def test_everything_wrong_is_said_at_once(self, who: People) -> None:
        with pytest.raises(Several) as several:
            recorded(who, cig="", subject="", amount_cents=0)
        assert {problem.field for problem in several.value.problems} == {"cig", "subject", "amount_cents"}

    def test_a_cig_stands_once(self, who: People) -> None:
        of = programme()
        recorded(who, of)
        with pytest.raises(Refused, check=lambda error: error.code == "cig_taken"):
            recorded(who, of, cig="a01b2c3d4e")

    @pytest.mark.parametrize(
        ("kind", "fields", "code"),
        [
            ("mandate", {"amount_cents": 4_000_001}, "above_bound"),
            ("mandate", {"amount_cents": 0}, "amount"),
            ("mandate", {"number": " "}, "blank"),
            ("mandate", {"dated_on": dt.date(2026, 11, 23)}, "future_date"),
            ("mandate", {"dated_on": dt.date(2026, 9, 30)}, "before_act"),
            ("economy", {}, "missing"),
            ("annulment", {}, "unknown_kind"),
        ],
    )
    def test_a_movement_that_is_wrong(
        self, who: People, kind: str, fields: dict[str, Any], code: str
    ) -> None:
        made = confirmed(who)
        before = world.rows()
        with pytest.raises(Invalid) as refused:
            proposed(who, made, kind, **fields)
        assert refused.value.code == code
        assert world.rows() == before

    def test_what_waits_is_spoken_for_and_a_mandate_stands_once(self, who: People) -> None:
        made = confirmed(who)
        proposed(who, made, amount_cents=3_000_000)
        with pytest.raises(Refused, check=lambda error: error.code == "movement_known"):
            proposed(who, made, amount_cents=1_000_000)
        with pytest.raises(Invalid, check=lambda error: "10.000,00" in str(error)):
            proposed(who, made, number="78", amount_cents=1_000_001)

    def test_nothing_moves_before_a_contract_is_confirmed(self, who: People) -> None:
        made = recorded(who)
        with pytest.raises(Refused, check=lambda error: error.code == "not_confirmed"):
            proposed(who, made)

    def test_what_was_decided_is_not_decided_again(self, who: People) -> None:
        made = recorded(who)
        with pytest.raises(Invalid):
            reject_contract(contract=made, why=" ", by=who.approver, now=NOW)
        reject_contract(contract=made, why="Manca il CUP", by=who.approver, now=NOW)
        with pytest.raises(IllegalTransition):
            confirm_contract(contract=made, by=who.approver, now=NOW)
        other = confirmed(who, cig="B01B2C3D4E", of=made.programme)
        movement = proposed(who, other)
        reject_movement(movement=movement, why="Non è arrivato", by=who.approver, now=NOW)
        with pytest.raises(IllegalTransition):
            approve_movement(movement=movement, by=who.approver, now=NOW)
        assert proposed(who, other).status == "proposed"  # the same mandate, recorded anew
        assert books_that_disagree() == []


class TestTwoPeople:
    def test_one_person_is_not_two(self, who: People) -> None:
        both = world.staff(Role.OFFICER, Role.APPROVER)
        made = record_contract(programme=programme(), sheet=sheet(), by=both, now=NOW)
        with pytest.raises(NotAllowed):
            confirm_contract(contract=made, by=both, now=NOW)
        confirm_contract(contract=made, by=who.approver, now=NOW)
        movement = proposed(People(), made)
        with pytest.raises(NotAllowed):
            approve_movement(movement=movement, by=movement.proposed_by, now=NOW)

    def test_no_member_of_the_beneficiary(self, who: People) -> None:
        of, firm = programme(), world.organisation(tax_code=FIRM)
        world.organisation(tax_code=FIRM)  # twice in the house
        made = recorded(who, of)
        for user in (who.officer, who.approver):
            firm.memberships.create(user=user, role=TeamRole.EDITOR, since=NOW)
            vars(user).pop("team_roles", None)
            with pytest.raises(NotAllowed):
                confirm_contract(contract=made, by=who.approver, now=NOW)
            with pytest.raises(NotAllowed):
                record_contract(programme=of, sheet=sheet(cig="B01B2C3D4E"), by=who.officer, now=NOW)
            if user is who.officer:
                firm.memberships.all().delete()
                vars(user).pop("team_roles", None)
                firm.memberships.create(user=who.officer, role=TeamRole.OWNER, since=NOW)

    def test_nobody_confirms_a_contract_of_their_own(self, who: People) -> None:
        made = recorded(who, tax_code=PERSON)
        Person.objects.filter(pk=who.approver.person_id).update(tax_code_digest=tax_code_digest(PERSON))
        who.approver.person.refresh_from_db()
        with pytest.raises(NotAllowed):
            confirm_contract(contract=made, by=who.approver, now=NOW)
        assert made.public_tax_code == ""
        assert not Organisation.objects.exists()

    def test_the_desk_shows_what_waits_for_whom(self, who: People) -> None:
        made = recorded(who)
        assert [task.subject for task in desk.officer_tasks(who.approver, NOW)] == [made.subject]
        assert desk.officer_tasks(who.officer, NOW) == []
        confirm_contract(contract=made, by=who.approver, now=NOW)
        proposed(who, made)
        assert len(desk.officer_tasks(who.approver, NOW)) == 1


class TestTheBooks:
    def test_what_was_written_never_changes(self, who: People) -> None:
        made = confirmed(who)
        movement = proposed(who, made)
        for deed in (
            lambda: Contract.objects.filter(pk=made.pk).update(amount_cents=1),
            lambda: Contract.objects.filter(pk=made.pk).update(beneficiary="Altri"),
            lambda: ContractMovement.objects.filter(pk=movement.pk).update(number="1"),
            lambda: ContractMovement.objects.filter(pk=movement.pk).delete(),
            lambda: Contract.objects.filter(pk=made.pk).update(bound_cents=4_000_001),
            lambda: Contract.objects.filter(pk=made.pk).update(bound_cents=-1),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                deed()

    def test_rows_and_ledger_that_disagree_are_named(self, who: People) -> None:
        made = confirmed(who)
        Contract.objects.filter(pk=made.pk).update(bound_cents=3_999_999)
        contract_committed(programme_id=made.programme_id, contract_id=999, cents=5, reference="x", now=NOW)
        assert books_that_disagree() == [
            f"contract {made.pk}: bound 3999999, ledger 4000000",
            f"account bound:p{made.programme_id}:999 belongs to no contract: 5",
        ]
        with pytest.raises(CommandError, match="contract"):
            call_command("verify_ledger")

    def test_a_document_is_kept_out_of_reach(self, who: People, tmp_path: Any, settings: Any) -> None:
        settings.PRIVATE_ROOT = tmp_path
        made = recorded(who)
        pdf = SimpleUploadedFile("atto.pdf", b"%PDF-1.7\n%%EOF")
        kept = attach_document(contract=made, file=pdf, title="Determina", by=who.officer, now=NOW)
        assert (tmp_path / kept.stored).exists()
        for title, content in ((" ", b"%PDF-1.7\n%%EOF"), ("Atto", b"MZ")):
            with pytest.raises(Invalid):
                attach_document(
                    contract=made, file=SimpleUploadedFile("a.pdf", content), title=title, by=who.officer, now=NOW
                )  # fmt: skip
        assert ContractDocument.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def confirm_all(self) -> list[Any]:
        """Four contracts of which the programme can carry one, confirmed at once."""
        of = programme(cents=4_000_000)
        people = [People() for _ in range(4)]
        made = [recorded(one, of, cig=f"A00000000{n}") for n, one in enumerate(people)]

        def work(n: int) -> None:
            contract = Contract.objects.select_related("proposed_person").get(pk=made[n].pk)
            confirm_contract(contract=contract, by=people[n].approver, now=NOW)

        return race(4, work)

    def test_the_admitted_money_is_bound_once(self) -> None:
        ends = self.confirm_all()
        assert sorted(type(end).__name__ for end in ends) == ["NoneType", "Refused", "Refused", "Refused"]
        assert [cents for code, cents in balances("admitted:").items()] == [0]
        assert books_that_disagree() == []

    def test_without_the_lock_it_would_be_bound_several_times(self, monkeypatch: Any) -> None:
        gate = threading.Barrier(4)

        def careless(programme_id: int, cents: int, *, field: str | None = None) -> None:
            assert debit_balance(f"admitted:{programme_id}") >= cents or field
            gate.wait(10)

        held = service.hold_admitted

        def choose(programme_id: int, cents: int, *, field: str | None = None) -> None:
            (held if field else careless)(programme_id, cents, field=field)

        monkeypatch.setattr(service, "hold_admitted", choose)
        assert self.confirm_all() == [None] * 4
        assert min(balances("admitted:").values()) == -12_000_000

    def test_two_mandates_never_pay_more_than_the_contract(self) -> None:
        who = People()
        made = confirmed(who)
        rows = [
            ContractMovement.objects.create(  # past the service, which sees what waits
                contract=made, kind="mandate", amount_cents=3_000_000, number=number, dated_on=NOW.date(),
                **ContractMovement.proposal(who.officer, NOW),
            )
            for number in ("77", "78")
        ]  # fmt: skip

        def work(n: int) -> None:
            movement = ContractMovement.objects.select_related("contract", "proposed_person").get(
                pk=rows[n].pk
            )
            approve_movement(movement=movement, by=who.approver, now=NOW)

        ends = race(2, work)
        assert sorted(type(end).__name__ for end in ends) == ["NoneType", "Refused"]
        made.refresh_from_db()
        assert (made.bound_cents, made.disbursed_cents) == (1_000_000, 3_000_000)
        assert books_that_disagree() == []
