"""What other pages show of calls."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.formats import number_format

from accounts.templatetags.ui import day
from campaigns.calls.models import Call
from campaigns.calls.selectors.cards import call_cards
from campaigns.enums import BudgetKind, IndicatorField, IndicatorKind, LogframeLevel
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


CHOICES = {one.__name__: one for one in (BudgetKind, IndicatorField, IndicatorKind, LogframeLevel)}


@register.filter
def label_of(value: str, kind: str) -> str:
    """A stored choice in words: `{{ row.level|label_of:"LogframeLevel" }}`; unknown, as it is."""
    choices = CHOICES[kind]
    return str(choices(value).label) if value in choices.values else value


@register.filter
def plain_number(value: str | None) -> str:
    """A decimal kept as text in the reader's language, without the decimals of a whole number."""
    if not value:
        return ""
    number = Decimal(value)
    return number_format(number, decimal_pos=0 if number == number.to_integral_value() else 2)


@register.filter
def iso_day(value: str) -> str:
    """A day kept as text, in words."""
    return day(dt.date.fromisoformat(value))
