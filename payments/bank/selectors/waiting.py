"""Why a campaign's close still waits for the bank."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from crowdfund.kit import clock
from payments.bank.enums import LineStatus
from payments.bank.models import BankLine
from payments.bank.selectors.balance import covered, statements
from payments.enums import Channel, PledgeStatus
from payments.models import Pledge

if TYPE_CHECKING:
    from django.db.models import QuerySet

OPEN = (LineStatus.NEW, LineStatus.UNMATCHED)
AWAITED = Q(pledges__channel=Channel.BANK, pledges__status=PledgeStatus.AWAITING_TRANSFER)


def wait_ends_at(campaign: Campaign) -> dt.datetime | None:
    """Say until when a close waits for the bank at most."""
    return campaign.deadline and campaign.deadline + dt.timedelta(days=settings.BANK_WAIT_DAYS)


def waits_for_bank(campaign: Campaign, now: dt.datetime) -> bool:
    """Say whether a transfer booked in time may still be unknown, at most `BANK_WAIT_DAYS` after the deadline.

    It may when no whole statement reaches the deadline's day, or a line booked by then has no place yet.
    """
    ends_at = wait_ends_at(campaign)
    if ends_at is None or campaign.deadline is None or now >= ends_at:
        return False
    awaited = Pledge.objects.filter(
        campaign=campaign, channel=Channel.BANK, status=PledgeStatus.AWAITING_TRANSFER
    )
    if not awaited.exists():
        return False
    last = campaign.deadline.astimezone(clock.CIVIL).date()
    return not covered(last) or _open_until(last).exists()


def _open_until(day: dt.date) -> QuerySet[BankLine]:
    return BankLine.objects.filter(credit=True, status__in=OPEN, booked_on__lte=day)


def campaigns_waiting(now: dt.datetime) -> list[Campaign]:
    """Return the campaigns whose close waits for the bank."""
    closing = Campaign.objects.filter(AWAITED, status=CampaignStatus.CLOSING).select_related("project")
    return [campaign for campaign in closing.distinct() if waits_for_bank(campaign, now)]


def statement_overdue(now: dt.datetime, *, days: int = 3) -> bool:
    """Say whether transfers are awaited and no statement has come for some days."""
    if not Pledge.objects.filter(channel=Channel.BANK, status=PledgeStatus.AWAITING_TRANSFER).exists():
        return False
    newest = statements().filter(final=True).first()
    return newest is None or newest.to_on < now.astimezone(clock.CIVIL).date() - dt.timedelta(days=days)
