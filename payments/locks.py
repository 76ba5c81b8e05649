"""The locks of this room, over all rooms in this order.

Campaign, channel, fund, pledge, attempt, then dispute, refund and disbursement, then payout and reversal.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import connection

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from payments.models import (
    CampaignChannel,
    ChargeAttempt,
    Disbursement,
    Dispute,
    Payout,
    Pledge,
    Refund,
    TransferReversal,
)

if TYPE_CHECKING:
    import datetime as dt


@dataclasses.dataclass(frozen=True)
class HeldCampaign:
    """A campaign as it stands, and stays until the transaction ends. Times were compared by the database."""

    status: str
    over: bool  # the deadline has passed

    @property
    def may_change(self) -> bool:
        """Whether backers may still change or cancel what they pledged."""
        return self.status == CampaignStatus.LIVE and not self.over

    @property
    def counts_cards(self) -> bool:
        """Whether a card saved counts: until the settlement has decided, whoever learns of it first."""
        return self.status in {CampaignStatus.LIVE, CampaignStatus.CLOSING}


def hold_campaign(campaign_id: int, now: dt.datetime) -> HeldCampaign:
    """Hold a campaign's status until the transaction ends: pledges hold it together, a change of status waits.

    Without it a pledge could become active after the settlement has added up.
    """
    table = connection.ops.quote_name(Campaign._meta.db_table)  # noqa: SLF001 - the table's name, nothing else
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT status, deadline <= %s FROM {table} WHERE id = %s FOR SHARE",  # noqa: S608
            [now, campaign_id],
        )
        status, over = cursor.fetchone()
    return HeldCampaign(status, bool(over))


def lock_campaign(campaign_id: int) -> Campaign:
    """Lock a campaign against every change; waits for the pledges that hold it."""
    return Campaign.objects.select_for_update(of=("self",)).select_related("project").get(pk=campaign_id)


def lock_channel(campaign_id: int, channel: str) -> None:
    """Lock a campaign's money in one channel: for disbursement, refund and dispute, never for a charge."""
    CampaignChannel.objects.bulk_create(
        [CampaignChannel(campaign_id=campaign_id, channel=channel)], ignore_conflicts=True
    )
    CampaignChannel.objects.select_for_update().get(campaign_id=campaign_id, channel=channel)


def lock_pledge(pledge_id: int) -> Pledge:
    """Lock a pledge and read it anew."""
    return (
        Pledge.objects.select_for_update(of=("self",)).select_related("campaign__project").get(pk=pledge_id)
    )


def lock_attempt(attempt_id: int, *, fence: int | None = None) -> ChargeAttempt | None:
    """Lock an attempt and read it anew; None when somebody else has claimed it since `fence`."""
    attempt = ChargeAttempt.objects.select_for_update().get(pk=attempt_id)
    return attempt if fence is None or attempt.fence == fence else None


def lock_disbursement(disbursement_id: int) -> Disbursement:
    """Lock a disbursement and read it anew."""
    found = Disbursement.objects.select_for_update(of=("self",)).select_related(
        "campaign__project__organisation"
    )
    return found.get(pk=disbursement_id)


def lock_payout(payout_id: int) -> Payout:
    """Lock a payout and read it anew, with what it executes."""
    found = Payout.objects.select_for_update(of=("self",)).select_related("disbursement__campaign__project")
    return found.get(pk=payout_id)


def lock_refund(refund_id: int) -> Refund:
    """Lock a refund and read it anew."""
    return Refund.objects.select_for_update(of=("self",)).get(pk=refund_id)


def lock_dispute(dispute_id: int) -> Dispute:
    """Lock a dispute and read it anew, with its charge."""
    return Dispute.objects.select_for_update(of=("self",)).select_related("attempt").get(pk=dispute_id)


def lock_reversal(reversal_id: int) -> TransferReversal:
    """Lock a reversal and read it anew."""
    return TransferReversal.objects.select_for_update(of=("self",)).get(pk=reversal_id)
