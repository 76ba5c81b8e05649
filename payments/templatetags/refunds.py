"""What goes back, on the pages of a backer, a team and an officer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from payments.enums import RequestStatus
from payments.selectors.refunds import given_back
from payments.services.refund_requests import may_ask

if TYPE_CHECKING:
    from campaigns.models import Campaign
    from payments.models import Pledge

register = template.Library()


@register.inclusion_tag("payments/_refund_ask.html")
def refund_ask(pledge: Pledge, token: str) -> dict[str, Any]:
    """Lead the backer of a collected pledge to ask for it back, or say that the answer is awaited."""
    waiting = pledge.refund_requests.filter(status=RequestStatus.OPEN).exists()
    return {"waiting": waiting, "may_ask": not waiting and may_ask(pledge), "token": token}


@register.inclusion_tag("payments/_money_back.html")
def money_back(campaign: Campaign) -> dict[str, Any]:
    """Show what went back of a campaign's money, and lead to its refunds and disputes."""
    return {"campaign": campaign, "back": given_back(campaign.pk)}
