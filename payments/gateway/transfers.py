"""Money leaving to a connected account."""

from __future__ import annotations

from payments.gateway.client import speaking
from payments.gateway.events import configured


def available_cents() -> int | None:
    """Return the cents that can leave the platform's balance now; None where there is nobody to ask.

    Raises `OutcomeUnknown` or `GatewayRefused`.
    """
    if not configured():
        return None
    with speaking() as stripe:
        balance = stripe.v1.balance.retrieve()
    return sum(line.amount for line in balance.available if line.currency == "eur")


def send_transfer(
    *, cents: int, account_id: str, campaign_id: int, payout_id: int, try_n: int, key: str
) -> str:
    """Send cents from the platform's available balance to a connected account; return the transfer's id.

    `try_n` tells the tries of one payout apart. Raises `OutcomeUnknown`, or `GatewayRefused` with code
    `balance_insufficient` while money is still pending.
    """
    with speaking() as stripe:
        transfer = stripe.v1.transfers.create(
            params={
                "amount": cents,
                "currency": "eur",
                "destination": account_id,
                "transfer_group": f"campaign:{campaign_id}",
                "metadata": {"payout": str(payout_id), "try": str(try_n), "campaign": str(campaign_id)},
            },
            options={"idempotency_key": key},
        )
    return transfer.id


def find_transfer(*, campaign_id: int, payout_id: int, try_n: int) -> str | None:
    """Look a try of a payout up among its campaign's transfers; None when it never reached Stripe.

    A transfer that was taken back whole pays nothing: it is passed over.
    """
    with speaking() as stripe:
        page = stripe.v1.transfers.list(params={"transfer_group": f"campaign:{campaign_id}", "limit": 100})
        for transfer in page.auto_paging_iter():
            names = transfer.to_dict().get("metadata") or {}
            ours = names.get("payout") == str(payout_id) and names.get("try") == str(try_n)
            if ours and not transfer.reversed:
                return transfer.id
    return None


def reverse_transfer(*, transfer_id: str, cents: int, name: str, key: str) -> str:
    """Take cents of a transfer back from the connected account; return the reversal's id.

    `name` finds it again. Raises `OutcomeUnknown`, or `GatewayRefused`: the account holds too little, or is gone.
    """
    with speaking() as stripe:
        reversal = stripe.v1.transfers.reversals.create(
            transfer_id,
            params={"amount": cents, "metadata": {"reversal": name}},
            options={"idempotency_key": key},
        )
    return reversal.id


def find_reversal(*, transfer_id: str, name: str) -> str | None:
    """Look a reversal up among its transfer's; None when it never reached Stripe."""
    with speaking() as stripe:
        page = stripe.v1.transfers.reversals.list(transfer_id, params={"limit": 100})
        for reversal in page.auto_paging_iter():
            if (reversal.to_dict().get("metadata") or {}).get("reversal") == name:
                return reversal.id
    return None
