"""The platform's balance at Stripe: every movement of it, and what it holds now."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from payments.gateway.client import speaking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stripe.params import BalanceTransactionListParams

PAGE = 100
CURRENCY = "eur"


@dataclasses.dataclass(frozen=True, slots=True)
class Movement:
    """One balance transaction, in whole cents: `net` = `gross` − `fee`, negative when money leaves.

    `type` and `category` are Stripe's words. `charge_id`, `payment_intent_id` and `transfer_id` are what the source
    itself says it belongs to, `metadata` is the source's.
    """

    id: str
    type: str
    category: str
    source_id: str
    gross_cents: int
    fee_cents: int
    net_cents: int
    currency: str
    balance_type: str
    created_at: dt.datetime
    available_on: dt.datetime
    description: str = ""
    charge_id: str = ""
    payment_intent_id: str = ""
    transfer_id: str = ""
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Balance:
    """What the platform holds at Stripe, in whole cents; `reserved` is held back for connected accounts in debt."""

    available_cents: int
    pending_cents: int
    reserved_cents: int = 0

    @property
    def cents(self) -> int:
        """All of it."""
        return self.available_cents + self.pending_cents + self.reserved_cents


def movements_since(moment: dt.datetime | None) -> Iterator[list[Movement]]:
    """Yield pages of the movements created at or after a moment (all of them for None), newest first.

    Raises `OutcomeUnknown` or `GatewayRefused`.
    """
    params: BalanceTransactionListParams = {"limit": PAGE, "expand": ["data.source"]}
    if moment is not None:
        params["created"] = {"gte": int(moment.timestamp())}
    while True:
        with speaking() as stripe:
            page = stripe.v1.balance_transactions.list(params=params)
        if page.data:
            yield [_read(movement.to_dict()) for movement in page.data]
        if not page.has_more:
            return
        params["starting_after"] = page.data[-1].id


def _read(movement: Mapping[str, Any]) -> Movement:
    source = movement.get("source")
    whole: Mapping[str, Any] = source if isinstance(source, dict) else {}
    source_id = whole.get("id") or (source if isinstance(source, str) else "")
    return Movement(
        id=movement["id"],
        type=movement["type"],
        category=movement["reporting_category"],
        source_id=source_id,
        gross_cents=int(movement["amount"]),
        fee_cents=int(movement["fee"]),
        net_cents=int(movement["net"]),
        currency=movement["currency"],
        balance_type=movement.get("balance_type") or "payments",
        created_at=_moment(movement["created"]),
        available_on=_moment(movement["available_on"]),
        description=movement.get("description") or "",
        charge_id=source_id if whole.get("object") == "charge" else _id(whole.get("charge")),
        payment_intent_id=_id(whole.get("payment_intent")),
        transfer_id=source_id if whole.get("object") == "transfer" else _id(whole.get("transfer")),
        metadata=dict(whole.get("metadata") or {}),
    )


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _id(thing: Any) -> str:
    """Return the id of what is an id, an expanded object or nothing."""
    return (thing if isinstance(thing, str) else (thing or {}).get("id")) or ""


def read_balance() -> Balance:
    """Read what the platform holds at Stripe, in euro. Raises `OutcomeUnknown` or `GatewayRefused`."""
    with speaking() as stripe:
        found = stripe.v1.balance.retrieve().to_dict()

    def total(name: str) -> int:
        return sum(int(part["amount"]) for part in found.get(name) or [] if part["currency"] == CURRENCY)

    return Balance(total("available"), total("pending"), total("connect_reserved"))
