"""Disputes: reading what a bank says of a charge, and answering it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from payments.gateway.client import speaking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stripe.params import DisputeUpdateParamsEvidence


@dataclasses.dataclass(frozen=True, slots=True)
class SeenDispute:
    """A dispute at Stripe, in whole cents. `status` is Stripe's word.

    `withdrawn`, `reinstated` and `fee` are sums of its balance transactions, so they say what has really moved; a fee
    that was given back makes `fee` smaller.
    """

    id: str
    status: str
    amount_cents: int
    charge_id: str
    payment_intent_id: str
    reason: str = ""
    answer_by: dt.datetime | None = None
    withdrawn_cents: int = 0
    reinstated_cents: int = 0
    fee_cents: int = 0
    submitted: bool = False


def _read(dispute: Mapping[str, Any]) -> SeenDispute:
    moves = dispute.get("balance_transactions") or []
    details = dispute.get("evidence_details") or {}
    due_by = details.get("due_by")
    return SeenDispute(
        id=dispute["id"],
        status=dispute["status"],
        amount_cents=int(dispute["amount"]),
        charge_id=_id(dispute["charge"]),
        payment_intent_id=_id(dispute.get("payment_intent")),
        reason=dispute.get("reason") or "",
        answer_by=dt.datetime.fromtimestamp(due_by, dt.UTC) if due_by else None,
        withdrawn_cents=-sum(min(0, int(move["amount"])) for move in moves),
        reinstated_cents=sum(max(0, int(move["amount"])) for move in moves),
        fee_cents=sum(int(move["fee"]) for move in moves),
        submitted=bool(details.get("submission_count")),
    )


def _id(thing: Any) -> str:
    """Return the id of what is an id, an expanded object or nothing."""
    return (thing if isinstance(thing, str) else (thing or {}).get("id")) or ""


def read_dispute(dispute_id: str) -> SeenDispute:
    """Retrieve one dispute with what moved because of it. Raises `OutcomeUnknown` or `GatewayRefused`."""
    with speaking() as stripe:
        return _read(stripe.v1.disputes.retrieve(dispute_id).to_dict())


def submit_evidence(dispute_id: str, *, evidence: Mapping[str, str], key: str) -> SeenDispute:
    """Give evidence and submit it: it can't be changed afterwards. `evidence` holds Stripe's own fields of text.

    Raises `OutcomeUnknown` or `GatewayRefused`.
    """
    fields = cast("DisputeUpdateParamsEvidence", dict(evidence))
    with speaking() as stripe:
        answered = stripe.v1.disputes.update(
            dispute_id, params={"evidence": fields, "submit": True}, options={"idempotency_key": key}
        )
    return _read(answered.to_dict())


def accept_dispute(dispute_id: str, *, key: str) -> SeenDispute:
    """Accept a dispute: it is lost. Raises `OutcomeUnknown` or `GatewayRefused`."""
    with speaking() as stripe:
        closed = stripe.v1.disputes.close(dispute_id, options={"idempotency_key": key})
    return _read(closed.to_dict())
