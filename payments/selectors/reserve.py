"""The platform's own money: what covers fees and losses. Sums of the ledger, in whole cents."""

from __future__ import annotations

from django.db.models import Q, Sum

from payments.ledger.models import LedgerTransfer

OURS = ("own:", "cost:", "receivable:")


def reserve_left_cents(place: str) -> int:
    """Give what is left of the platform's own money in one place (`stripe`, `bank`): advanced − costs − receivables."""
    ours = Q()
    for prefix in OURS:
        ours |= Q(debit__code__startswith=prefix) | Q(credit__code__startswith=prefix)
    rows = LedgerTransfer.objects.filter(ours).order_by().values_list("debit_id", "credit_id")
    left = 0
    for debit, credit, cents in rows.annotate(cents=Sum("amount_cents")):
        for account, other, sign in ((debit, credit, -1), (credit, debit, 1)):
            if account.startswith(OURS) and _place(other) == place:
                left += sign * int(cents)
    return left


def _place(account: str) -> str:
    if account.startswith(OURS):
        return ""
    at_stripe = account.startswith(("cash:stripe", "disputed:")) or account.endswith(":card")
    return "stripe" if at_stripe else "bank"
