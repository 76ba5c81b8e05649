"""The locks of this room. The order, over all rooms: campaign, then fund, then pledge."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db import connection

from campaigns.enums import CampaignStatus
from campaigns.models import Campaign

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
