"""Giving a charge back, whole or in part."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from payments.gateway.client import speaking

if TYPE_CHECKING:
    from collections.abc import Mapping


class RefundOutcome(StrEnum):
    """What became of a refund."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"


@dataclasses.dataclass(frozen=True, slots=True)
class SeenRefund:
    """A refund at Stripe. `left`: its money has left the balance; `name`: our row's, from the metadata."""

    id: str
    outcome: RefundOutcome
    left: bool = True
    name: str = ""
    payment_intent_id: str = ""
    failure: str = ""


OUTCOMES = {
    "succeeded": RefundOutcome.SUCCEEDED,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}


def _read(refund: Mapping[str, Any]) -> SeenRefund:
    outcome = OUTCOMES.get(refund.get("status") or "", RefundOutcome.PENDING)
    return SeenRefund(
        id=refund["id"],
        outcome=outcome,
        left=bool(refund.get("balance_transaction")) and outcome != RefundOutcome.FAILED,
        name=(refund.get("metadata") or {}).get("refund", ""),
        payment_intent_id=refund.get("payment_intent") or "",
        failure=refund.get("failure_reason") or ("canceled" if refund.get("status") == "canceled" else ""),
    )


def refund_charge(*, payment_intent_id: str, cents: int, key: str, name: str) -> SeenRefund:
    """Refund `cents` of a charge. The same `key` never refunds twice; `name` finds the refund again, whatever the key.

    Raises `OutcomeUnknown` or `GatewayRefused` (too little available, disputed, refunded already).
    """
    with speaking() as stripe:
        refund = stripe.v1.refunds.create(
            params={"payment_intent": payment_intent_id, "amount": cents, "metadata": {"refund": name}},
            options={"idempotency_key": key},
        )
    return _read(refund.to_dict())


def find_refund(*, payment_intent_id: str, name: str) -> SeenRefund | None:
    """Look a refund up by its name among its charge's, newest first; None when it never reached Stripe."""
    with speaking() as stripe:
        page = stripe.v1.refunds.list(params={"payment_intent": payment_intent_id, "limit": 100})
        for refund in page.auto_paging_iter():
            seen = _read(refund.to_dict())
            if seen.name == name:
                return seen
    return None


def read_refund(refund_id: str) -> SeenRefund:
    """Retrieve one refund."""
    with speaking() as stripe:
        return _read(stripe.v1.refunds.retrieve(refund_id).to_dict())
