"""What a backer's pages read of a pledge by transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from campaigns.enums import CampaignStatus
from payments.enums import Channel
from payments.models import Pledge
from payments.selectors.backer import with_campaign

if TYPE_CHECKING:
    import datetime as dt
    import uuid

    from django.db.models import QuerySet

    from campaigns.models import Campaign
    from payments.bank.models import Excess


def campaign_takes_transfers(campaign: Campaign, now: dt.datetime) -> bool:
    """Say whether a pledge by transfer can be placed now: the service decides anew."""
    if not settings.BANK_ACCOUNT_IBAN or campaign.deadline is None:
        return False
    return campaign.status == CampaignStatus.LIVE and now < campaign.deadline


def transfer_by_public_id(public_id: uuid.UUID) -> Pledge | None:
    """Find a pledge by transfer with its campaign."""
    transfers = Pledge.objects.filter(channel=Channel.BANK, transfer__isnull=False, public_id=public_id)
    return with_campaign(transfers).select_related("transfer", "backer").first()


def excesses_of(pledge: Pledge) -> QuerySet[Excess]:
    """Return the money that came besides a pledge, oldest first."""
    return pledge.excesses.select_related("line", "pledge__campaign__project", "pledge__backer")
