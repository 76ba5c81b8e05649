"""Connected accounts: where an organisation's card money goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.gateway.client import speaking

if TYPE_CHECKING:
    import datetime as dt


def create_account(*, organisation_id: int, now: dt.datetime, change_id: int | None = None) -> str:
    """Create a connected account that may receive transfers once its owner has given Stripe what it asks for.

    An organisation's first is asked for by the organisation; another one by the change of payee that wants it. Asked
    again within the hour it is the same account; later it may be another one, which costs nothing: Stripe would replay
    an error for a day.
    """
    name = f"payee_change:{change_id}" if change_id else f"organisation:{organisation_id}"
    with speaking() as stripe:
        account = stripe.v1.accounts.create(
            params={
                "country": "IT",
                "capabilities": {"transfers": {"requested": True}},
                "controller": {
                    "fees": {"payer": "application"},
                    "losses": {"payments": "application"},
                    "stripe_dashboard": {"type": "express"},
                },
                "metadata": {"organisation": str(organisation_id)},
            },
            options={"idempotency_key": f"{name}:account:{now:%Y-%m-%dT%H}"},
        )
    return account.id


def onboarding_link(*, account_id: str, return_url: str, refresh_url: str) -> str:
    """Return the address of Stripe's onboarding: one use, a few minutes."""
    with speaking() as stripe:
        link = stripe.v1.account_links.create(
            params={
                "account": account_id,
                "type": "account_onboarding",
                "return_url": return_url,
                "refresh_url": refresh_url,
            }
        )
    return link.url


def transfers_active(account_id: str) -> bool:
    """Whether a connected account can receive transfers now."""
    with speaking() as stripe:
        account = stripe.v1.accounts.retrieve(account_id).to_dict()
    return (account.get("capabilities") or {}).get("transfers") == "active"
