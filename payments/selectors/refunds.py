"""What goes back to backers: how much of a pledge still can, and what pages, desks and the API read of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import F, Q, Sum

from payments.enums import (
    OF_THE_PLEDGE,
    REVERSALS_UNDER_WAY,
    STANDING_REFUNDS,
    AttemptStatus,
    Channel,
    DisbursementStatus,
    PayoutKind,
    PayoutStatus,
    RefundStatus,
    ReversalStatus,
)
from payments.ledger.selectors import credit_balance, debit_balance
from payments.models import Disbursement, Dispute, Payout, Refund

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from payments.models import ChargeAttempt, Pledge


def charge_of(pledge: Pledge) -> ChargeAttempt | None:
    """Return the charge by which a pledge was collected; None for what came without Stripe, or was never collected."""
    if pledge.channel != Channel.CARD or pledge.collected_at is None:
        return None
    return pledge.attempts.filter(status=AttemptStatus.SUCCEEDED).first()


def _cents(rows: QuerySet[Refund] | QuerySet[Dispute], field: str) -> int:
    return int(rows.aggregate(cents=Sum(field, default=0))["cents"])


def back_of_charge_cents(attempt: ChargeAttempt) -> int:
    """What of a charge went back or is on its way: by refund, or lost to the bank."""
    refunds = _cents(attempt.refunds.filter(status__in=STANDING_REFUNDS), "amount_cents")
    return refunds + _cents(attempt.disputes.all(), "lost_cents")


def out_of_charge_cents(attempt: ChargeAttempt) -> int:
    """What the bank holds of a charge while it is disputed."""
    return sum(dispute.out_cents for dispute in attempt.disputes.all())


def back_of_pledge_cents(pledge: Pledge, *, done: bool = False) -> int:
    """What of a pledge went back to its backer, or (unless `done`) is on its way: by refund, or lost to the bank."""
    refunds = pledge.refunds.filter(reason__in=OF_THE_PLEDGE)
    statuses = {RefundStatus.DONE} if done else STANDING_REFUNDS
    charge = charge_of(pledge)
    lost = _cents(charge.disputes.all(), "lost_cents") if charge else 0
    return _cents(refunds.filter(status__in=statuses), "amount_cents") + lost


def refundable_cents(pledge: Pledge) -> int:
    """What could still be given back of a pledge: collected, less what went back or is disputed. Never negative."""
    if pledge.collected_at is None:
        return 0
    charge = charge_of(pledge)
    out = out_of_charge_cents(charge) if charge else 0
    left: int = pledge.amount_cents - back_of_pledge_cents(pledge) - out
    return max(0, left)


def missing_for(refund: Refund) -> int:
    """What a refund lacks of what its campaign holds in its channel: it was paid out, and has to come back first.

    What banks hold for disputes is not there; refunds that wait longer come first. The channel is locked by the caller.
    """
    campaign_id = refund.pledge.campaign_id
    free = credit_balance(f"held:{campaign_id}:{refund.channel}")
    if refund.channel == Channel.CARD:
        free -= debit_balance(f"disputed:{campaign_id}")
    earlier = Refund.objects.filter(
        pledge__campaign=campaign_id, channel=refund.channel, status=RefundStatus.WAITING, pk__lt=refund.pk
    )
    missing: int = refund.amount_cents - max(0, free - _cents(earlier, "amount_cents"))
    return missing


def under_way_cents(need: Refund | Dispute) -> int:
    """What is being taken back for a refund or a lost dispute."""
    rows = need.reversals.filter(status__in=REVERSALS_UNDER_WAY)
    return int(rows.aggregate(cents=Sum("amount_cents", default=0))["cents"])


def transfers_to_reverse(campaign_id: int) -> list[tuple[Payout, int]]:
    """Return the campaign's transfers, newest first, with what nobody has asked back of each yet."""
    done = Payout.objects.filter(
        disbursement__campaign=campaign_id, kind=PayoutKind.CONNECT_TRANSFER, status=PayoutStatus.DONE
    ).order_by("-done_at", "-pk")
    found = []
    for payout in done:
        asked = payout.reversals.exclude(status=ReversalStatus.CANCELLED).aggregate(
            cents=Sum("amount_cents", default=0)
        )
        found.append((payout, payout.amount_cents - asked["cents"]))
    return [(payout, left) for payout, left in found if left > 0]


def is_being_paid_out(campaign_id: int, channel: str) -> bool:
    """Whether an approved disbursement of this money has not left yet."""
    return Disbursement.objects.filter(
        campaign=campaign_id, channel=channel, status=DisbursementStatus.APPROVED
    ).exists()


def refunds() -> QuerySet[Refund]:
    """Return every refund with what a page shows of it, newest first."""
    return Refund.objects.select_related(
        "pledge__campaign__project__organisation", "attempt", "decision"
    ).order_by(F("created_at").desc(), "-pk")


@dataclasses.dataclass(frozen=True)
class GivenBack:
    """What went back of a campaign's money, in whole cents: done, still owed, held by banks, lost to them."""

    refunded_cents: int
    owed_cents: int
    disputed_cents: int
    lost_cents: int


def given_back(campaign_id: int) -> GivenBack:
    """Read what went back of a campaign's money (two queries)."""
    done = Q(status=RefundStatus.DONE)
    refunds_sum = Refund.objects.filter(pledge__campaign=campaign_id, status__in=STANDING_REFUNDS).aggregate(
        done=Sum("amount_cents", filter=done, default=0), owed=Sum("amount_cents", filter=~done, default=0)
    )
    open_ones = Q(settled_at__isnull=True)
    disputes_sum = Dispute.objects.filter(pledge__campaign=campaign_id).aggregate(
        out=Sum(F("withdrawn_cents") - F("reinstated_cents"), filter=open_ones, default=0),
        lost=Sum("lost_cents", default=0),
    )
    return GivenBack(
        refunded_cents=refunds_sum["done"],
        owed_cents=refunds_sum["owed"],
        disputed_cents=disputes_sum["out"],
        lost_cents=disputes_sum["lost"],
    )
