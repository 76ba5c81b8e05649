"""Money leaving to a connected account."""

from __future__ import annotations

from payments.gateway.client import speaking


def send_transfer(*, cents: int, account_id: str, campaign_id: int, payout_id: int, key: str) -> str:
    """Send cents from the platform's available balance to a connected account; return the transfer's id.

    Raises `OutcomeUnknown`, or `GatewayRefused` with code `balance_insufficient` while money is still pending.
    """
    with speaking() as stripe:
        transfer = stripe.v1.transfers.create(
            params={
                "amount": cents,
                "currency": "eur",
                "destination": account_id,
                "transfer_group": f"campaign:{campaign_id}",
                "metadata": {"payout": str(payout_id), "campaign": str(campaign_id)},
            },
            options={"idempotency_key": key},
        )
    return transfer.id


def find_transfer(*, campaign_id: int, payout_id: int) -> str | None:
    """Look a payout up among its campaign's transfers; None when it never reached Stripe."""
    with speaking() as stripe:
        page = stripe.v1.transfers.list(params={"transfer_group": f"campaign:{campaign_id}", "limit": 100})
        for transfer in page.auto_paging_iter():
            if (transfer.to_dict().get("metadata") or {}).get("payout") == str(payout_id):
                return transfer.id
    return None
