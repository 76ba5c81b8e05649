"""Balances: sums over transfers, always."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, Sum

from payments.ledger.models import LedgerTransfer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from payments.ledger.models import LedgerTransfer as Transfer

BALANCES = """
SELECT account, sum(cents)::bigint FROM (
  SELECT debit_id AS account, amount_cents AS cents FROM ledger_ledgertransfer
  UNION ALL
  SELECT credit_id, -amount_cents FROM ledger_ledgertransfer
) moves WHERE account LIKE %s GROUP BY account
"""


def debit_balance(code: str) -> int:
    """Return debits minus credits of one account, in cents: positive for assets, costs and steps of the ladder."""
    sums = LedgerTransfer.objects.filter(Q(debit=code) | Q(credit=code)).aggregate(
        debits=Sum("amount_cents", filter=Q(debit=code), default=0),
        credits=Sum("amount_cents", filter=Q(credit=code), default=0),
    )
    return int(sums["debits"] - sums["credits"])


def credit_balance(code: str) -> int:
    """Return credits minus debits of one account, in cents: positive for what we owe or hold for others."""
    return -debit_balance(code)


def balances(prefix: str = "") -> dict[str, int]:
    """Return account code → debits minus credits, in cents, for every account whose code starts with `prefix`."""
    pattern = prefix.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, [pattern])
        return {code: int(cents) for code, cents in cursor.fetchall()}


def transfers_of(codes: Iterable[str]) -> list[Transfer]:
    """Return every transfer that touches one of these accounts, oldest first."""
    wanted = list(codes)
    return list(LedgerTransfer.objects.filter(Q(debit__in=wanted) | Q(credit__in=wanted)).order_by("id"))
