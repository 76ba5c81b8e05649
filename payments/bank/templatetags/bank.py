"""What pages of the rooms below show of the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone

from campaigns.enums import CampaignStatus
from crowdfund.kit import clock
from payments.bank.enums import LineStatus, ListStatus
from payments.bank.formula import in_groups
from payments.bank.selectors.backer import campaign_takes_transfers
from payments.bank.selectors.waiting import wait_ends_at, waits_for_bank

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from django.utils.functional import _StrOrPromise

    from campaigns.models import Campaign
    from payments.bank.models import BankLineEvent, CreditListEvent

register = template.Library()


def _now(context: Mapping[str, Any]) -> dt.datetime:
    found: dt.datetime = context.get("now") or timezone.now() + clock.offset()
    return found


@register.inclusion_tag("payments/bank/_pay_otherwise.html", takes_context=True)
def pay_otherwise(context: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    """Lead from the form for cards to the one for bank transfers, while the campaign takes them."""
    return {"campaign": campaign, "open": campaign_takes_transfers(campaign, _now(context))}


@register.inclusion_tag("payments/bank/_bank_wait.html", takes_context=True)
def bank_wait(context: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    """Say that a campaign which has ended waits for the bank's statement; nothing otherwise."""
    closing = campaign.status == CampaignStatus.CLOSING and waits_for_bank(campaign, _now(context))
    return {"until": wait_ends_at(campaign) if closing else None}


@register.filter
def groups(text: str) -> str:
    """Write a reference or an IBAN in groups of four."""
    return in_groups(text)


@register.filter
def became(event: BankLineEvent | CreditListEvent) -> _StrOrPromise:
    """Say what a line or a list became."""
    statuses = LineStatus if hasattr(event, "line_id") else ListStatus
    return statuses(event.to_status).label
