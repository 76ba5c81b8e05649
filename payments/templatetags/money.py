"""A campaign's money as figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from payments.enums import HeldUpBy
from payments.selectors.money import money_accounts, money_of

if TYPE_CHECKING:
    from campaigns.models import Campaign

register = template.Library()


@register.filter
def payout_reason(code: str) -> str:
    """Say why a payout waits, failed or is void, in a sentence; words that somebody wrote stay as they are."""
    if code in HeldUpBy.values:
        return f"{HeldUpBy(code).label}."
    sentences = {
        "the payee has changed": _("The payee has changed since it was approved."),
        "the amount has changed": _("The amount is no longer what was approved."),
        "account_closed": _("The account is closed."),
        "account_invalid": _("The account at the payment service does not exist any more."),
        "resource_missing": _("The account at the payment service does not exist any more."),
    }
    return sentences.get(code, _("The reason given: %(why)s") % {"why": code} if code else "")


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
