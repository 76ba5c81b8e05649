"""Differences are put right from their page, accepted with a reason, opened again when they come again."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.enums import Role
from crowdfund.kit.errors import Invalid, NotAllowed, Refused
from payments import postings
from payments.ledger.selectors import balances, debit_balance
from payments.models import ChargeAttempt, Dispute, OwnAdvance
from payments.reconciliation.models import Difference
from payments.reconciliation.selectors.differences import officer_tasks, sentence_of
from payments.reconciliation.services.accept import (
    approve_acceptance,
    propose_acceptance,
    reject_acceptance,
)
from payments.reconciliation.services.resolve import resolve_difference
from payments.services.advances import approve_advance
from tests import world
from tests.payments.reconciling import at_stripe, reconciled
from tests.race import race
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga():
    return world.staff(Role.OFFICER)


def one(found, family) -> Difference:
    rows: list[Difference] = [row for row in found.values() if row.family == family]
    assert len(rows) == 1
    return rows[0]


def foreign_charge(books, cents=7_700):
    customer, card = books.card("pm_card_bypassPending")
    facts = {"customer": customer, "payment_method": card, "confirm": True, "off_session": True}
    books.stripe.payment_intents.create({"amount": cents, "currency": "eur", **facts})


def test_a_charge_that_nobody_told_us_of_is_looked_up_and_applied(books, olga, monkeypatch):
    monkeypatch.setattr("payments.services.charge.apply_outcome", lambda **_facts: None)
    [given] = books.charged(10_000)
    monkeypatch.undo()
    attempt = ChargeAttempt.objects.get(pledge=given)
    found = reconciled(books)
    assert {(row.family, row.kind) for row in found.values()} == {
        ("charge", "not_booked"),
        ("charge_fee", "not_booked"),
    }
    assert resolve_difference(difference=one(found, "charge"), by=olga, now=NOW)
    attempt.refresh_from_db()
    assert attempt.status == "succeeded"
    assert reconciled(books) == {}


def test_a_fee_of_stripes_is_booked_once(books, olga):
    foreign_charge(books)
    fee = one(reconciled(books), "stripe_fee")
    assert resolve_difference(difference=fee, by=olga, now=NOW)
    fee.refresh_from_db()
    assert (fee.status, fee.closed_by, balances()[postings.FEES]) == ("resolved", olga, 141)
    with pytest.raises(Refused) as caught:
        resolve_difference(difference=fee, by=olga, now=NOW)
    assert caught.value.code == "closed_already"
    assert {row.family for row in reconciled(books).values()} == {"charge"}


def test_the_payout_to_our_bank_is_booked_and_comes_back(books, olga):
    books.advance(80_000)
    to_bank = books.to_bank(30_000)
    row = one(reconciled(books), "to_bank")
    assert resolve_difference(difference=row, by=olga, now=NOW)
    assert (balances()[postings.TRANSIT], debit_balance("cash:stripe")) == (30_000, 50_000)
    books.control("payout", payout=to_bank, failure_code="account_closed")
    again = one(reconciled(books), "to_bank")
    assert (again.pk, again.kind, again.difference_cents) == (row.pk, "other_amount", 30_000)
    assert resolve_difference(difference=again, by=olga, now=NOW)
    assert (balances()[postings.TRANSIT], at_stripe(books)) == (0, debit_balance("cash:stripe"))
    assert reconciled(books) == {}


def test_money_paid_in_is_proposed_and_approved_by_another_person(books, olga):
    books.control("top-up", amount=5_000)
    row = one(reconciled(books), "advance")
    assert not resolve_difference(difference=row, by=olga, now=NOW), "one person alone books nothing"
    assert debit_balance("cash:stripe") == 0
    waiting = one(reconciled(books), "advance")
    assert (waiting.kind, waiting.proposal) == ("not_booked", "approve_advance")
    approve_advance(advance=OwnAdvance.objects.get(), by=world.staff(Role.APPROVER), now=NOW)
    assert reconciled(books) == {}
    assert debit_balance("cash:stripe") == 5_000


def test_a_dispute_whose_event_never_came_is_read(books, olga):
    [given] = books.charged(10_000)
    books.control("dispute", charge=books.charge_of(given))
    assert resolve_difference(difference=one(reconciled(books), "dispute"), by=olga, now=NOW) is False
    assert Dispute.objects.get().withdrawn_cents == 10_000
    assert reconciled(books) == {}, "the next reconciliation knows whose it is"


def test_stripe_away_changes_nothing(books, olga, monkeypatch):
    monkeypatch.setattr("payments.services.charge.apply_outcome", lambda **_facts: None)
    books.charged(10_000)
    monkeypatch.undo()
    row = one(reconciled(books), "charge")
    books.fault("GET /v1/payment_intents*", "error_before", times=9)
    with pytest.raises(Refused) as caught:
        resolve_difference(difference=row, by=olga, now=NOW)
    assert caught.value.code == "stripe_unreachable"
    row.refresh_from_db()
    assert row.status == "open"


def test_what_can_only_be_found_out_is_accepted_with_a_reason(books, olga):
    foreign_charge(books)
    charge = one(reconciled(books), "charge")
    with pytest.raises(Refused) as caught:
        resolve_difference(difference=charge, by=olga, now=NOW)
    assert caught.value.code == "nothing_to_do"
    for why in ("  ", "x" * 201):
        with pytest.raises(Invalid):
            propose_acceptance(difference=charge, why=why, by=olga, now=NOW)
    rejected = propose_acceptance(difference=charge, why="boh", by=olga, now=NOW)
    aldo = world.staff(Role.APPROVER)
    reject_acceptance(acceptance=rejected, why="Di chi?", by=aldo, now=NOW)
    made = propose_acceptance(difference=charge, why="prova di un collega", by=olga, now=NOW)
    with pytest.raises(Refused) as twice:
        propose_acceptance(difference=charge, why="prova", by=olga, now=NOW)
    assert twice.value.code == "proposed_already"
    for by in (olga, world.staff(Role.OFFICER), world.staff(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            approve_acceptance(acceptance=made, by=by, now=NOW)
    charge.refresh_from_db()
    assert charge.status == "open"
    assert next(task.action for task in officer_tasks(aldo, NOW)).startswith("Decidi se")
    approve_acceptance(acceptance=made, by=aldo, now=NOW)
    charge.refresh_from_db()
    assert (charge.status, charge.reason, charge.accepted_cents) == (
        "accepted",
        "prova di un collega",
        7_700,
    )
    assert "charge" not in {row.family for row in reconciled(books).values()}
    with pytest.raises(Refused):
        propose_acceptance(difference=charge, why="ancora", by=olga, now=NOW)


def test_an_acceptance_is_void_when_the_difference_has_changed(books, olga):
    foreign_charge(books)
    charge = one(reconciled(books), "charge")
    made = propose_acceptance(difference=charge, why="prova", by=olga, now=NOW)
    Difference.objects.filter(pk=charge.pk).update(moved_cents=1)
    with pytest.raises(Refused) as caught:
        approve_acceptance(acceptance=made, by=world.staff(Role.APPROVER), now=NOW)
    made.refresh_from_db()
    charge.refresh_from_db()
    assert (caught.value.code, made.status, charge.status) == ("void", "void", "open")


def test_an_accepted_difference_opens_again_when_its_amount_changes(books, olga):
    top_up = books.control("top-up", amount=5_000)["id"]
    advance = OwnAdvance.objects.create(
        place="stripe", amount_cents=5_000, proof=top_up, reason="r", status="approved",
        **OwnAdvance.proposal(olga, NOW), **OwnAdvance.decision(world.staff(Role.APPROVER), NOW),
    )  # fmt: skip
    row = one(reconciled(books), "advance")
    made = propose_acceptance(difference=row, why="si vede poi", by=olga, now=NOW)
    approve_acceptance(acceptance=made, by=world.staff(Role.APPROVER), now=NOW)
    assert reconciled(books) == {}
    postings.own_advance(into="cash:stripe", cents=4_000, reference=f"advance:{advance.pk}", now=NOW)
    again = one(reconciled(books), "advance")
    assert (again.pk, again.status, again.kind, again.difference_cents) == (
        row.pk,
        "open",
        "other_amount",
        1_000,
    )
    postings.own_advance(into="cash:stripe", cents=1_000, reference=f"advance:{advance.pk}:2", now=NOW)
    assert reconciled(books) == {}
    again.refresh_from_db()
    assert [event.to_status for event in again.events.order_by("pk")] == [
        "open",
        "accepted",
        "open",
        "resolved",
    ]


def test_only_officers_put_right_and_accept(books):
    foreign_charge(books)
    found = reconciled(books)
    before = list(Difference.objects.values_list())
    for who in (world.person(), world.staff(Role.AUDITOR), world.staff(Role.APPROVER)):
        with pytest.raises(NotAllowed):
            resolve_difference(difference=one(found, "stripe_fee"), by=who, now=NOW)
        with pytest.raises(NotAllowed):
            propose_acceptance(difference=one(found, "charge"), why="x", by=who, now=NOW)
    assert list(Difference.objects.values_list()) == before


def test_the_desk_says_that_the_books_differ(books, olga):
    assert officer_tasks(olga, NOW) == []
    foreign_charge(books)
    reconciled(books)
    [task] = officer_tasks(olga, NOW)
    assert (task.subject, task.url) == ("2 differenze", "/ufficio/riconciliazione/")
    assert officer_tasks(world.person(), NOW) == []


def test_a_difference_is_named_by_what_it_is_and_where_to_find_it(books):
    [given] = books.charged(10_000)
    key = ChargeAttempt.objects.get(pledge=given).idempotency_key
    reconciled(books)
    postings.charge_fee(
        campaign_id=given.campaign_id, cents=3, campaign_bears=True, reference=f"{key}:x", now=NOW
    )
    [row] = reconciled(books, after=dt.timedelta(hours=3)).values()
    assert sentence_of(row).startswith("Commissione di Stripe su un addebito · ch_")
    assert sentence_of(row).endswith(f" · {key}")


@pytest.mark.django_db(transaction=True)
def test_two_officers_book_one_fee(books):
    foreign_charge(books)
    fee = one(reconciled(books), "stripe_fee")
    officers = [world.staff(Role.OFFICER) for _ in range(2)]
    ends = race(2, lambda n: resolve_difference(difference=fee, by=officers[n], now=NOW))
    assert balances()[postings.FEES] == 141
    assert True in ends
