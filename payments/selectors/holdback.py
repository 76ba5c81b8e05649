"""What part of a campaign's collected money waits before it may be released.

Two reasons, both published with the call's rule: for eight weeks whoever was debited gets the money back from their
bank without being asked why, so that the debits' share waits unless the call accepts that risk; and a rule may hold
back a percentage of the rest for some days from the end of the collection.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from payments.enums import COUNTS_AS_COLLECTED, OF_THE_PLEDGE, STANDING_REFUNDS, Channel, Method
from payments.formula import DEBIT_RISK_DAYS, LONGEST_HOLD_BACK_DAYS, percent_held
from payments.models import Pledge, Refund, Settlement
from payments.selectors.rules import rule_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from campaigns.models import Campaign


def held_back_cents(campaign: Campaign, now: dt.datetime, *, channel: str = Channel.CARD) -> int:
    """Return how much of what was collected in this channel is not to be released yet, in whole cents.

    Gross of fees and net of refunds. Disputed money is not in it: that is frozen anyway. What may be released is what
    is held less this, and never below nothing.
    """
    rule = rule_of(campaign)
    terms: Mapping[str, Any] = rule.data if rule else {}
    collected = Pledge.objects.filter(campaign=campaign, channel=channel, status__in=COUNTS_AS_COLLECTED)
    debits = 0
    if not terms.get("accepts_debit_risk"):
        debits = _net_cents(_debits_at_risk(collected, now))
    percent = _percent(terms, campaign, now)
    return debits + percent_held(_net_cents(collected) - debits, percent) if percent else debits


def debits_free_at(campaign: Campaign) -> dt.datetime | None:
    """Return when the last debit's eight weeks end; None when there is none."""
    last = (
        Pledge.objects.filter(campaign=campaign, method=Method.SEPA_DEBIT, status__in=COUNTS_AS_COLLECTED)
        .order_by("-collected_at")
        .values_list("collected_at", flat=True)
        .first()
    )
    return last + dt.timedelta(days=DEBIT_RISK_DAYS) if last else None


def _debits_at_risk(collected: QuerySet[Pledge], now: dt.datetime) -> QuerySet[Pledge]:
    """Keep the debits that a bank may still give back; counted from their success, which is later than the debit."""
    since = now - dt.timedelta(days=DEBIT_RISK_DAYS)
    return collected.filter(method=Method.SEPA_DEBIT, collected_at__gt=since)


def _percent(terms: Mapping[str, Any], campaign: Campaign, now: dt.datetime) -> int:
    percent = int(terms.get("hold_back_percent") or 0)
    ended = Settlement.objects.filter(campaign=campaign).values_list("finished_at", flat=True).first()
    if not percent or ended is None:
        return percent
    days = int(terms.get("hold_back_days") or LONGEST_HOLD_BACK_DAYS)
    return percent if now < ended + dt.timedelta(days=days) else 0


def _net_cents(pledges: QuerySet[Pledge]) -> int:
    """Sum pledges, less what went back or is going back of them."""
    given = pledges.aggregate(cents=Sum("amount_cents", default=0))["cents"]
    back = Refund.objects.filter(
        pledge__in=pledges, reason__in=OF_THE_PLEDGE, status__in=STANDING_REFUNDS
    ).aggregate(cents=Sum("amount_cents", default=0))["cents"]
    return int(given - back)
