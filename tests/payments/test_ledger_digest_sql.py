"""The trigger's digest and Python's are one: the same bytes from PostgreSQL, for any transfer."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.ledger.formula import DIGEST_SQL, canonical_text, transfer_digest

ROW = """
SELECT {digest} FROM (SELECT
  %(transfer_id)s::bigint AS id, %(book)s::text AS book, %(debit)s::text AS debit, %(credit)s::text AS credit,
  %(amount_cents)s::bigint AS amount_cents, %(code)s::text AS code, %(reference)s::text AS reference,
  %(reverses_id)s::bigint AS reverses_id, %(posted_at)s::timestamptz AS posted_at
) AS t
"""
NAME = st.text(st.characters(exclude_characters="|\0", exclude_categories=["Cs"]), max_size=20)
ID = st.integers(1, 2**63 - 1)
YEARS = datetime(2000, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001


def digest_in_database(transfer):
    digest = DIGEST_SQL.format(row="t", debit="t.debit", credit="t.credit")
    with connection.cursor() as cursor:
        cursor.execute(ROW.format(digest=digest), transfer)
        return cursor.fetchone()[0]


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "transfer_id": ID,
            "book": NAME,
            "debit": NAME,
            "credit": NAME,
            "amount_cents": ID,
            "code": NAME,
            "reference": NAME,
            "reverses_id": st.none() | ID,
            "posted_at": st.datetimes(*YEARS, timezones=st.just(UTC)),
        }
    )
)
def test_the_database_and_python_make_the_same_digest(transfer):
    assert bytes(digest_in_database(transfer)) == transfer_digest(canonical_text(**transfer))


@pytest.mark.django_db
def test_a_missing_field_leaves_no_digest():
    transfer = dict.fromkeys(
        [
            "transfer_id",
            "book",
            "debit",
            "credit",
            "amount_cents",
            "code",
            "reference",
            "reverses_id",
            "posted_at",
        ],
        None,
    )
    assert digest_in_database(transfer) is None
