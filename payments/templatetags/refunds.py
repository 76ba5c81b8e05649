"""What a backer's page shows of asking for money back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from payments.enums import RequestStatus
from payments.services.refund_requests import may_ask

if TYPE_CHECKING:
    from payments.models import Pledge

register = template.Library()


@register.inclusion_tag("payments/_refund_ask.html")
def refund_ask(pledge: Pledge, token: str) -> dict[str, Any]:
    """Lead the backer of a collected pledge to ask for it back, or say that the answer is awaited."""
    waiting = pledge.refund_requests.filter(status=RequestStatus.OPEN).exists()
    return {"waiting": waiting, "may_ask": not waiting and may_ask(pledge), "token": token}
