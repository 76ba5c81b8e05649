"""`verify_ledger` says that the ledger holds, and says that it is broken when a row was tampered with in SQL."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from payments.ledger.documents import export_rows, faults_in_file
from payments.ledger.enums import Book
from payments.ledger.services import seal
from tests.payments.test_ledger import NOW, collected

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger():
    rows = [collected(f"attempt:{n}", 1_000 + n) for n in range(5)]
    seal(book=Book.CASH, now=NOW)
    return rows


def tamper(sql: str) -> None:
    """Change a row as a superuser would: triggers off, change, triggers on."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_honest_ledger_holds(ledger, capsys):
    call_command("verify_ledger")
    assert "5 transfers" in capsys.readouterr().out


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_ledgertransfer SET amount_cents = 9 WHERE reference = 'attempt:3'",
        "UPDATE ledger_ledgertransfer SET posted_at = posted_at + interval '1 s' WHERE amount_cents = 1000",
        "UPDATE ledger_ledgertransfer SET credit_id = debit_id, debit_id = credit_id WHERE amount_cents = 1002",
        "UPDATE ledger_ledgertransfer SET amount_cents = 9, digest = sha256('forged') WHERE reference = 'attempt:1'",
        "DELETE FROM ledger_ledgerseal WHERE seq = 2",
        "UPDATE ledger_ledgerseal SET hash = sha256('forged') WHERE seq = 5",
    ],
)
def test_tampering_in_sql_shows(ledger, sql):
    tamper(sql)
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_ledger")


def test_a_change_before_sealing_shows_too():
    collected()
    tamper("UPDATE ledger_ledgertransfer SET amount_cents = 9")
    seal(book=Book.CASH, now=NOW)
    with pytest.raises(CommandError, match="digest"):
        call_command("verify_ledger")


def test_anyone_can_verify_the_export(ledger, tmp_path):
    file = tmp_path / "ledger.csv"
    file.write_text("".join(export_rows()))
    assert list(faults_in_file(str(file))) == []
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines).replace(",1003,", ",9003,"))
    assert any("digest" in fault for fault in faults_in_file(str(file)))
    file.write_text("".join(lines[:2] + lines[3:]))
    assert any("chain" in fault for fault in faults_in_file(str(file)))
