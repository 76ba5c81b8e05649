"""What other pages show of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from campaigns.calls.models import Call
from campaigns.calls.selectors.cards import call_cards
from crowdfund.kit import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

register = template.Library()


@register.simple_tag(takes_context=True)
def open_calls(context: Mapping[str, Any], limit: int = 2) -> list[dict[str, Any]]:
    """Return the calls that take applications, soonest to close first, as `components/call_card.html` takes them.

    `{% open_calls as calls %}`; `now` is taken from the context when the page has it. One query.
    """
    now = context.get("now") or clock.now()
    calls = Call.objects.open(now).select_related("programme", "rule").order_by("closes_at")[:limit]
    return call_cards(calls, now)
