"""What was collected of a campaign and is still there: exact sums, for decisions."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from payments.enums import COUNTS_AS_COLLECTED, OF_THE_PLEDGE, STANDING_REFUNDS
from payments.models import Pledge, Refund

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclasses.dataclass(frozen=True)
class Collected:
    """Collected less what went back or is going back, by how many pledges, and the fees of their charges; cents."""

    cents: int
    pledges: int
    fees_cents: int


def collected_now(campaign_id: int, statuses: Collection[str] = COUNTS_AS_COLLECTED) -> Collected:
    """Add up the pledges in these statuses, less their refunds (two queries)."""
    standing = Pledge.objects.filter(campaign_id=campaign_id, status__in=statuses)
    came = standing.aggregate(
        cents=Sum("amount_cents", default=0), fees=Sum("fee_cents", default=0), pledges=Count("pk")
    )
    back = Refund.objects.filter(
        pledge__in=standing, reason__in=OF_THE_PLEDGE, status__in=STANDING_REFUNDS
    ).aggregate(cents=Sum("amount_cents", default=0))
    return Collected(int(came["cents"] - back["cents"]), int(came["pledges"]), int(came["fees"]))
