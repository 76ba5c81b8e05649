"""The ledger on real PostgreSQL: balanced by construction, append-only, sealed."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from payments.ledger import formula
from payments.ledger.documents import proof_of
from payments.ledger.enums import Book
from payments.ledger.models import DailyRoot, LedgerAccount, LedgerSeal, LedgerTransfer
from payments.ledger.selectors import balances, credit_balance, debit_balance
from payments.ledger.services import close_days, post, reverse, seal
from tests.world import NOW

pytestmark = pytest.mark.django_db


def collected(reference: str = "attempt:1", cents: int = 2_500) -> LedgerTransfer:
    return post(
        book=Book.CASH,
        debit="cash:stripe",
        credit="held:1:card",
        amount_cents=cents,
        code="charge_collected",
        reference=reference,
        now=NOW,
    )


def test_a_transfer_moves_both_balances():
    collected()
    assert debit_balance("cash:stripe") == 2_500
    assert credit_balance("held:1:card") == 2_500
    assert balances("held:") == {"held:1:card": -2_500}


def test_the_same_event_is_never_booked_twice():
    collected()
    with pytest.raises(IntegrityError), transaction.atomic():
        collected()
    assert LedgerTransfer.objects.count() == 1


def test_a_reversal_names_what_it_reverses_and_happens_once():
    first = collected()
    reverse(transfer=first, reference="correction:1", now=NOW)
    assert debit_balance("cash:stripe") == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        reverse(transfer=first, reference="correction:2", now=NOW)


@pytest.mark.parametrize("cents", [0, -1])
def test_no_empty_or_negative_transfer(cents):
    with pytest.raises(IntegrityError), transaction.atomic():
        collected(cents=cents)


def test_a_transfer_stays_inside_one_book():
    collected()
    LedgerAccount.objects.create(code="fund:1", book=Book.BUDGET)
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerTransfer.objects.create(
            book=Book.CASH,
            debit_id="cash:stripe",
            credit_id="fund:1",
            amount_cents=1,
            code="x",
            reference="y",
            posted_at=NOW,
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_ledgertransfer SET amount_cents = 1",
        "DELETE FROM ledger_ledgertransfer",
        "UPDATE ledger_ledgeraccount SET code = 'x'",
        "DELETE FROM ledger_ledgerseal",
    ],
)
def test_rows_are_only_appended(sql):
    collected()
    seal(book=Book.CASH, now=NOW)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert debit_balance("cash:stripe") == 2_500


def test_truncate_is_refused_outside_tests():
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL crowdfund.may_truncate = 'off'")
        cursor.execute("TRUNCATE ledger_ledgertransfer CASCADE")


def test_the_database_writes_the_digest_that_anyone_computes():
    row = collected()
    row.refresh_from_db()
    text = formula.canonical_text(
        transfer_id=row.pk,
        book="cash",
        debit="cash:stripe",
        credit="held:1:card",
        amount_cents=2_500,
        code="charge_collected",
        reference="attempt:1",
        reverses_id=None,
        posted_at=NOW,
    )
    assert bytes(row.digest) == formula.transfer_digest(text)


def test_seals_chain_and_days_close():
    for n in range(3):
        collected(f"attempt:{n}")
    assert seal(book=Book.CASH, now=NOW) == 3
    assert seal(book=Book.CASH, now=NOW) == 0
    collected("attempt:late")
    assert seal(book=Book.CASH, now=NOW + dt.timedelta(days=1)) == 1
    links = [
        formula.Seal(s.seq, bytes(s.transfer.digest), bytes(s.previous_hash), bytes(s.hash))
        for s in LedgerSeal.objects.select_related("transfer").order_by("seq")
    ]
    assert formula.first_broken_seal(book="cash", seals=links) is None
    assert close_days(book=Book.CASH, now=NOW + dt.timedelta(days=2)) == 2
    first, second = DailyRoot.objects.order_by("day")
    assert (first.first_seq, first.last_seq, second.first_seq) == (1, 3, 4)
    assert bytes(second.previous_root) == bytes(first.root)


def test_a_day_with_its_root_gets_no_more_seals():
    collected("attempt:1")
    seal(book=Book.CASH, now=NOW)
    close_days(book=Book.CASH, now=NOW + dt.timedelta(days=1))
    collected("attempt:2")
    seal(book=Book.CASH, now=NOW)  # a clock that went back
    root = DailyRoot.objects.get()
    assert LedgerSeal.objects.get(seq=2).sealed_on > root.day


def test_a_transfer_is_proved_from_the_next_days_root_on():
    transfers = [collected(f"attempt:{n}") for n in range(1, 6)]
    assert proof_of(transfers[3]) is None  # not sealed
    seal(book=Book.CASH, now=NOW)
    assert proof_of(transfers[3]) is None  # sealed, and its day not over
    close_days(book=Book.CASH, now=NOW + dt.timedelta(days=1))
    root = DailyRoot.objects.get()
    for place, transfer in enumerate(transfers, start=1):
        proof = proof_of(transfer)
        assert proof
        assert (proof.index, proof.size, proof.seq, proof.root) == (place, 6, place, bytes(root.root))
        assert proof.holds
        assert not dataclasses.replace(proof, text=proof.text.replace("2500", "2501")).holds


def test_a_second_days_proof_stands_on_the_first_day_too():
    collected("attempt:1")
    seal(book=Book.CASH, now=NOW)
    close_days(book=Book.CASH, now=NOW + dt.timedelta(days=1))
    later = collected("attempt:2")
    seal(book=Book.CASH, now=NOW + dt.timedelta(days=1))
    close_days(book=Book.CASH, now=NOW + dt.timedelta(days=2))
    proof = proof_of(later)
    first, second = DailyRoot.objects.order_by("day")
    assert proof.holds
    assert (proof.index, proof.size, proof.seq) == (1, 2, 2)
    assert proof.path == (formula.leaf_hash(bytes(first.root)),)
    assert proof.root == bytes(second.root)
