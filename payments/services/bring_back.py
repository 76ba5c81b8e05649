"""Money that was released and is needed for a refund or a lost dispute: kept, taken back, or owed.

A release that has not left is void. Card money that was paid out is taken back by reversing its transfers; when there
is nothing to reverse, and for money that left by bank transfer, the organisation owes it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crowdfund.kit import jobs
from crowdfund.kit.states import record_birth
from payments import postings
from payments.enums import UNSENT_PAYOUTS, Channel, DisbursementStatus
from payments.locks import lock_disbursement, lock_payout
from payments.models import Disbursement, Dispute, Receivable, Refund, TransferReversal
from payments.selectors.refunds import is_being_paid_out, transfers_to_reverse, under_way_cents
from payments.services.payout_letters import tell_void
from payments.services.void import make_void

if TYPE_CHECKING:
    import datetime as dt

    Need = Refund | Dispute


def channel_of(need: Need) -> str:
    """Say by which channel a need's money came."""
    return need.channel if isinstance(need, Refund) else Channel.CARD


def _for(need: Need) -> dict[str, Need]:
    return {_kind(need): need}


def bring_back(*, need: Need, missing_cents: int, now: dt.datetime) -> bool:
    """See to it that what a need lacks comes back; True once nothing is missing any more.

    Called inside a transaction that holds the campaign's channel and the need's row, again after each step. While a
    payout of the same money is on its way there is nothing to take back yet: ask again later.
    """
    under_way = under_way_cents(need)
    if missing_cents > under_way:
        missing_cents -= _keep(need, missing_cents - under_way, now)
    left = missing_cents - under_way
    if left > 0 and channel_of(need) == Channel.CARD:
        left = _plan_reversals(need, left, now)
    if left > 0 and not is_being_paid_out(need.pledge.campaign_id, channel_of(need)):
        owe(need=need, cents=left, why="nothing can be taken back", reference=_name(need), now=now)
        missing_cents -= left
    return missing_cents <= 0


def _keep(need: Need, cents: int, now: dt.datetime) -> int:
    """Make void what was released and has not left, newest first, until `cents` are held again; return how many are."""
    kept = 0
    approved = Disbursement.objects.filter(
        campaign=need.pledge.campaign_id, channel=channel_of(need), status=DisbursementStatus.APPROVED
    )
    for pk in approved.order_by("-decided_at", "-pk").values_list("pk", flat=True):
        decision = lock_disbursement(pk)
        payout = lock_payout(decision.payout.pk)
        if kept < cents and payout.status in UNSENT_PAYOUTS:
            why = f"{_kind(need)} {need.pk} needs the money"
            make_void(decision=decision, payout=payout, why=why, now=now)
            tell_void(disbursement=decision, why=why, now=now)
            kept += decision.amount_cents
    return kept


def _kind(need: Need) -> str:
    return "refund" if isinstance(need, Refund) else "dispute"


def _name(need: Need) -> str:
    """Name a need for keys and references; each receivable of it gets a name of its own."""
    return f"{_kind(need)}:{need.pk}:{need.receivables.count() + 1}"


def _plan_reversals(need: Need, cents: int, now: dt.datetime) -> int:
    """Write down reversals for `cents`, newest transfer first; return what no transfer can give."""
    for payout, available in transfers_to_reverse(need.pledge.campaign_id):
        if cents <= 0:
            break
        part = min(cents, available)
        reversal = TransferReversal.objects.create(
            payout=payout,
            transfer_id=payout.transfer_id,
            amount_cents=part,
            idempotency_key=f"{_kind(need)}:{need.pk}:reversal:{need.reversals.count() + 1}",
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
