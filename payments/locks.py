"""The locks of this room, over all rooms in this order.

Campaign, channel, fund, pledge, attempt, then dispute, refund and disbursement, then payout and reversal. What a
pledge draws comes last in the transaction of its change, after its reward: the call's book (`matching.services.book`),
then the pots, which nobody who holds them leaves for a pledge.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import connection

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Project
from payments.enums import MATCH_CHANNELS, Channel
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
    from collections.abc import Iterable


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


@dataclasses.dataclass(frozen=True)
class CampaignToPledge:
    """A campaign held like `HeldCampaign`, with its project's title fetched and its times compared."""

    campaign: Campaign
    not_yet: bool  # it has not opened
    over: bool


def hold_to_pledge(campaign: Campaign | str, now: dt.datetime) -> CampaignToPledge | None:
    """Read a campaign, by itself or by its slug, and hold it until the transaction ends: all in one statement."""
    names = {"campaign": Campaign._meta.db_table, "project": Project._meta.db_table}  # noqa: SLF001
    column, value = ("slug", campaign) if isinstance(campaign, str) else ("id", campaign.pk)
    sql = (
        "SELECT c.*, c.opens_at > %s AS not_yet, c.deadline <= %s AS over, p.title AS project_title "
        "FROM {campaign} c JOIN {project} p ON p.id = c.project_id WHERE c.{column} = %s FOR SHARE OF c"
    )
    sql = sql.format(
        column=column, **{name: connection.ops.quote_name(table) for name, table in names.items()}
    )
    rows: Iterable[Any] = Campaign.objects.raw(sql, [now, now, value])
    for found in rows:
        title = [found.project_id, found.project_title]
        found.project = Project.from_db(connection.alias, ["id", "title"], title)
        return CampaignToPledge(found, bool(found.not_yet), bool(found.over))
    return None


def lock_campaign(campaign_id: int) -> Campaign:
    """Lock a campaign against every change; waits for the pledges that hold it.

    Not against rows that point at it (`FOR NO KEY UPDATE`): whoever holds the channel would wait for this at its
    commit, when the database looks at foreign keys, and this for the channel.
    """
    locked = Campaign.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("project").get(pk=campaign_id)


RESERVE_LOCK = 7_311


def lock_reserve() -> None:
    """Let one transaction at a time lean on the platform's reserve, until it ends. Taken after the campaign."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RESERVE_LOCK])


def lock_channel(campaign_id: int, channel: str) -> None:
    """Lock a campaign's money in one channel: for disbursement, refund and dispute, never for a charge.

    A match has one lock, whoever pays it.
    """
    channel = Channel.MATCH if channel in MATCH_CHANNELS else channel
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
