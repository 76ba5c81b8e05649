"""What part of a campaign's collected money waits before it may be released."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Sum

from campaigns.calls.models import Application
from payments.enums import Channel, PledgeStatus
from payments.models import Pledge, Settlement

if TYPE_CHECKING:
    from campaigns.models import Campaign

LONGEST_DAYS = 60


def held_back_cents(campaign: Campaign, now: dt.datetime, *, channel: str = Channel.CARD) -> int:
    """Return how much of what was collected in this channel the call's rule holds back yet, in whole cents."""
    application = Application.objects.select_related("call__rule").filter(campaign=campaign).first()
    terms = application.call.rule.data if application else {}
    percent = int(terms.get("hold_back_percent") or 0)
    ended = Settlement.objects.filter(campaign=campaign).values_list("finished_at", flat=True).first()
    days = int(terms.get("hold_back_days") or LONGEST_DAYS)
    if not percent or (ended is not None and now >= ended + dt.timedelta(days=days)):
        return 0
    collected = Pledge.objects.filter(
        campaign=campaign, channel=channel, status__in=[PledgeStatus.COLLECTED, PledgeStatus.PARTLY_REFUNDED]
    ).aggregate(cents=Sum("amount_cents", default=0))
    return -(-int(collected["cents"]) * percent // 100)
