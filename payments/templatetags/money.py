"""A campaign's money as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.urls import reverse

from payments.selectors.money import money_accounts, money_of

if TYPE_CHECKING:
    from campaigns.models import Campaign

register = template.Library()


@register.inclusion_tag("payments/_money_panel.html")
def money_panel(campaign: Campaign, links: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - in a template
    """Show a campaign's money; with `links` (for staff) each figure leads to the transfers it comes from."""
    accounts = money_accounts(campaign.pk)

    def source(name: str) -> str:
        return f"{reverse('ledger_transfers')}?account={accounts[name]}" if links else ""

    return {
        "money": money_of(campaign),
        "held_url": source("card"),
        "payable_url": source("payable"),
        "refund_url": source("refund_due"),
    }
