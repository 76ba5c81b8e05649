"""What was collected of a campaign and is still there: exact sums, for decisions."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from payments.enums import COUNTS_AS_COLLECTED, OF_THE_PLEDGE, STANDING_REFUNDS, PledgeStatus
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


def left_of_pledges(pledge_ids: Collection[int]) -> dict[int, int]:
    """Return what is left of each of these pledges that was collected, refunds taken off; what is disputed counts."""
    there = Pledge.objects.filter(pk__in=pledge_ids, status__in=COUNTS_AS_COLLECTED | {PledgeStatus.DISPUTED})
    came = dict(there.values_list("pk", "amount_cents"))
    back = (
        Refund.objects.filter(pledge__in=came, reason__in=OF_THE_PLEDGE, status__in=STANDING_REFUNDS)
        .order_by()
        .values_list("pledge")
        .annotate(cents=Sum("amount_cents"))
    )
    gone = dict(back)
    return {pk: cents - gone.get(pk, 0) for pk, cents in came.items()}
