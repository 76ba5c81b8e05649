"""What lay on our account before its first statement: said and confirmed by two people, then in the books."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.enums import Role
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments.bank.models import OpeningBalance
from payments.bank.selectors.balance import opening_missing, our_account
from payments.bank.selectors.office import officer_tasks
from payments.bank.services.opening import approve_opening, propose_opening, reject_opening
from payments.enums import Place
from payments.ledger.selectors import credit_balance, debit_balance, faults
from payments.reconciliation.selectors.bank_side import bank_transfers_of, compare_bank
from payments.selectors.reserve import reserve
from tests import world
from tests.payments.bank_files.acting import TODAY, approver, bring, officer
from tests.payments.bank_files.writing import OURS, Move
from tests.payments.test_bank_api import api
from tests.payments.test_bank_pages import staff_client, text
from tests.world import NOW

pytestmark = pytest.mark.django_db
WEEK = NOW + dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def _account(settings):
    settings.BANK_ACCOUNT_IBAN = OURS


def propose(**fields) -> OpeningBalance:
    return propose_opening(**{"reason": "Determina 12/2026", "by": officer(), "now": NOW} | fields)


def differing() -> list[str]:
    return [one.subject for one in compare_bank(now=WEEK).differences]


def test_two_people_book_it_and_reconciliation_compares_from_there():
    bring(Move(-150, on=TODAY, ref="X1"), opening=100_000)
    assert "bank:opening" in differing()
    made = propose()
    for by in (officer(), world.staff(Role.AUDITOR), world.person()):
        with pytest.raises(NotAllowed):
            approve_opening(opening=made, by=by, now=NOW)
    assert credit_balance("own:funds") == 0
    approve_opening(opening=made, by=approver(), now=NOW)
    assert debit_balance("cash:bank") == credit_balance("own:funds") == 100_000
    assert (opening_missing(), "bank:opening" in differing(), list(faults())) == (0, False, [])
    assert [row.reference for row in bank_transfers_of("opening")] == [f"bank_opening:{made.pk}"]
    assert reserve(Place.BANK).advanced_cents == 100_000
    assert our_account().free_cents == 99_850
    with pytest.raises(Refused) as caught:
        propose()
    assert caught.value.code == "nothing_missing"


def test_an_account_that_was_overdrawn():
    bring(Move(150, on=TODAY, ref="X1"), opening=-4_000)
    approve_opening(opening=propose(), by=approver(), now=NOW)
    assert (credit_balance("own:funds"), differing()) == (-4_000, [])


def test_an_earlier_statement_makes_a_proposal_void_and_is_booked_by_another():
    bring(Move(500, on=TODAY, ref="X1"), opening=1_000)
    made = propose()
    bring(Move(300, on=TODAY - dt.timedelta(days=2), ref="X0"), opening=700)
    with pytest.raises(Refused) as caught:
        approve_opening(opening=made, by=approver(), now=NOW)
    made.refresh_from_db()
    assert (caught.value.code, made.status, debit_balance("own:funds")) == ("void", "void", 0)
    approve_opening(opening=propose(), by=approver(), now=NOW)
    assert (credit_balance("own:funds"), differing()) == (700, [])


def test_one_that_was_booked_before_an_earlier_statement_is_made_up_by_what_is_missing():
    bring(Move(500, on=TODAY, ref="X1"), opening=1_000)
    approve_opening(opening=propose(), by=approver(), now=NOW)
    bring(Move(300, on=TODAY - dt.timedelta(days=2), ref="X0"), opening=700)
    assert differing() == ["bank:opening"]
    assert propose().amount_cents == -300
    approve_opening(opening=OpeningBalance.objects.get(status="proposed"), by=approver(), now=NOW)
    assert (credit_balance("own:funds"), differing()) == (700, [])


def test_what_can_not_be_said():
    with pytest.raises(Refused):
        propose()
    bring(Move(500, on=TODAY, ref="X1"), opening=1_000)
    before = world.rows()
    with pytest.raises(Invalid) as caught:
        propose(reason=" ")
    assert (caught.value.field, world.rows()) == ("reason", before)
    made = propose()
    with pytest.raises(Refused) as twice:
        propose()
    assert twice.value.code == "proposed_already"
    reject_opening(opening=made, why="Quale determina?", by=approver(), now=NOW)
    assert (credit_balance("own:funds"), propose().status) == (0, "proposed")


def test_the_pages_lead_one_person_and_then_the_other():
    one, two = staff_client(officer()), staff_client(approver())
    page = reverse("bank_openings")
    assert "Ancora nessun estratto conto" in text(one.get(page))
    bring(Move(500, on=TODAY, ref="X1"), opening=1_000)
    actions = [task.action for task in officer_tasks(officer(), NOW)]
    assert "Registra il saldo iniziale del nostro conto" in actions
    assert page in one.get(reverse("bank_desk")).content.decode()
    assert one.post(page, {"reason": ""}).status_code == 422
    assert "Lo conferma un'altra persona" in text(one.post(page, {"reason": "Determina 12"}, follow=True))
    address = reverse("bank_opening", args=[OpeningBalance.objects.get().pk])
    assert [task.url for task in officer_tasks(approver(), NOW) if task.url == address]
    assert one.post(address, {"approve": "1"}).status_code == 302
    assert OpeningBalance.objects.get().status == "proposed"
    assert two.post(address, {"reject": "1", "why": ""}).status_code == 422
    assert "10,00" in text(two.get(address))
    two.post(address, {"approve": "1"})
    assert credit_balance("own:funds") == 1_000
    assert "già nei libri" in text(one.get(page))
    person = staff_client(world.person())
    assert [person.get(url).status_code for url in (page, address)] == [403, 403]


def test_the_api_does_the_same():
    bring(Move(500, on=TODAY, ref="X1"), opening=1_000)
    one, two = api(officer()), api(approver())
    made = one.post(reverse("api_bank_openings"), {"reason": "Determina 12"})
    assert (made.status_code, made.json()["amount_cents"]) == (201, 1_000)
    approve = reverse("api_bank_opening_approve", args=[made.json()["id"]])
    assert one.post(approve).status_code == 403
    assert two.post(approve).json()["status"] == "approved"
    assert api(world.person()).get(reverse("api_bank_openings")).status_code == 403
    assert (
        two.post(reverse("api_bank_opening_reject", args=[made.json()["id"]]), {"why": "x"}).status_code
        == 409
    )
