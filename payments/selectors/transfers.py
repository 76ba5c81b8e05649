"""The transfers of the ledger behind a figure: of an account or of many like it, and of some events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When

from payments.ledger.models import LedgerTransfer

if TYPE_CHECKING:
    from collections.abc import Sequence


def transfers_touching(account: str, codes: Sequence[str] = ()) -> QuerySet[LedgerTransfer]:
    """Return the transfers of an account, newest first, with `into_cents`: what it brought (negative: took) there.

    `account` ends in `:` for all accounts that begin so; `#` in it stands for any number. Nothing named: all transfers,
    each with its amount. `codes` keeps the business events named.
    """
    found = LedgerTransfer.objects.order_by("-id")
    if codes:
        found = found.filter(code__in=codes)
    if not account:
        return found.annotate(into_cents=F("amount_cents"))
    came, went = _is("credit", account), _is("debit", account)
    return found.filter(came | went).annotate(
        into_cents=Case(When(came, then=F("amount_cents")), default=0)
        - Case(When(went, then=F("amount_cents")), default=0)
    )


def sums_of(transfers: QuerySet[LedgerTransfer]) -> dict[str, int]:
    """Add up transfers of an account: how many, what came in, what went out, and what is left."""
    sums = transfers.order_by().aggregate(
        count=Count("pk"),
        came=Sum("into_cents", filter=Q(into_cents__gt=0), default=0),
        went=-Sum("into_cents", filter=Q(into_cents__lt=0), default=0),
    )
    return sums | {"left": sums["came"] - sums["went"]}


def _is(side: str, account: str) -> Q:
    """Say that one side of a transfer is one of the accounts meant; what stands before a `#` is found by the index."""
    if not (account.endswith(":") or "#" in account):
        return Q(**{side: account})
    begins = account.partition("#")[0]
    names = re.escape(account).replace(re.escape("#"), "[0-9]+") + (".*" if account.endswith(":") else "")
    return Q(**{f"{side}__code__startswith": begins, f"{side}__code__regex": f"^{names}$"})
