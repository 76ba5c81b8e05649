"""Money that was paid out and is needed for a refund or a lost dispute: taken back from the organisation, or owed.

Card money is taken back by reversing its transfers; when there is nothing to reverse, and for money that left by bank
transfer, the organisation owes it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crowdfund.kit import jobs
from crowdfund.kit.states import record_birth
from payments import postings
from payments.enums import Channel
from payments.models import Dispute, Receivable, Refund, TransferReversal
from payments.selectors.refunds import is_being_paid_out, transfers_to_reverse, under_way_cents

if TYPE_CHECKING:
    import datetime as dt

    Need = Refund | Dispute


def channel_of(need: Need) -> str:
    """Say by which channel a need's money came."""
    return need.channel if isinstance(need, Refund) else Channel.CARD


def _for(need: Need) -> dict[str, Need]:
    return {"refund" if isinstance(need, Refund) else "dispute": need}


def bring_back(*, need: Need, missing_cents: int, now: dt.datetime) -> bool:
    """See to it that what a need lacks comes back; True once nothing is missing any more.

    Called inside a transaction that holds the campaign's channel and the need's row, again after each step. While a
    payout of the same money is on its way there is nothing to take back yet: ask again later.
    """
    if missing_cents <= 0:
        return True
    campaign_id = need.pledge.campaign_id
    left = missing_cents - under_way_cents(need)
    if left > 0 and channel_of(need) == Channel.CARD:
        left = _plan_reversals(need, left, now)
    if left <= 0 or is_being_paid_out(campaign_id, channel_of(need)):
        return False
    owe(need=need, cents=left, why="nothing can be taken back", reference=_name(need), now=now)
    return left == missing_cents


def _name(need: Need) -> str:
    """Name a need for keys and references; each receivable of it gets a name of its own."""
    kind = "refund" if isinstance(need, Refund) else "dispute"
    return f"{kind}:{need.pk}:{need.receivables.count() + 1}"


def _plan_reversals(need: Need, cents: int, now: dt.datetime) -> int:
    """Write down reversals for `cents`, newest transfer first; return what no transfer can give."""
    for payout, available in transfers_to_reverse(need.pledge.campaign_id):
        if cents <= 0:
            break
        part = min(cents, available)
        kind = "refund" if isinstance(need, Refund) else "dispute"
        reversal = TransferReversal.objects.create(
            payout=payout,
            transfer_id=payout.transfer_id,
            amount_cents=part,
            idempotency_key=f"{kind}:{need.pk}:reversal:{need.reversals.count() + 1}",
            created_at=now,
            due_at=now,
            **_for(need),
        )
        record_birth(reversal, now=now)
        cents -= part
    jobs.wake("reversals.execute")
    return cents


def owe(*, need: Need, cents: int, why: str, reference: str, now: dt.datetime) -> Receivable:
    """Book that the organisation owes `cents` it was paid; the campaign holds them again. Locks: as `bring_back`."""
    campaign = need.pledge.campaign
    organisation_id = campaign.project.organisation_id
    receivable = Receivable.objects.create(
        organisation_id=organisation_id,
        campaign=campaign,
        channel=channel_of(need),
        amount_cents=cents,
        reason=why[:200],
        created_at=now,
        **_for(need),
    )
    record_birth(receivable, now=now)
    postings.reversal_impossible(
        organisation_id=organisation_id,
        campaign_id=campaign.pk,
        channel=channel_of(need),
        cents=cents,
        reference=reference,
        now=now,
    )
    return receivable
