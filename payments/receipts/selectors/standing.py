"""What a pledge's documents stand on: the sum that is final, the ledger's transfer of it, what is issued already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from campaigns.enums import CampaignStatus
from payments.bank.models import BankLine
from payments.bank.services.lines import name_of
from payments.cash.models import DeskReceipt
from payments.enums import OF_THE_PLEDGE, AttemptStatus, Channel, PledgeStatus, RefundStatus
from payments.ledger.models import LedgerTransfer
from payments.models import Dispute, Pledge, Refund
from payments.postings import held
from payments.receipts.enums import CorrectionReason, ReceiptKind
from payments.receipts.models import Receipt
from payments.selectors.refunds import back_of_pledge_cents

if TYPE_CHECKING:
    import datetime as dt

FINAL: Final = frozenset(
    {PledgeStatus.COLLECTED, PledgeStatus.PARTLY_REFUNDED, PledgeStatus.REFUNDED, PledgeStatus.LOST}
)
"""Where it is known what the backer gave. While a dispute is open nobody knows."""
WAITS_FOR_RECEIPT: Final = frozenset(PledgeStatus.values) - {
    PledgeStatus.CANCELLED, PledgeStatus.EXPIRED, PledgeStatus.RELEASED, PledgeStatus.FAILED, PledgeStatus.RETURNING,
    PledgeStatus.REFUNDED, PledgeStatus.LOST,
}  # fmt: skip
"""Where a document may still come: not of a pledge that ended without money."""


def final_cents(pledge: Pledge) -> int | None:
    """Say what a pledge gave in the end, in whole cents: collected less what went back. None while it may change.

    Final is what was collected once its campaign is funded and the collection over.
    """
    settlement = getattr(pledge.campaign, "settlement", None)
    if pledge.campaign.status != CampaignStatus.FUNDED or not settlement or not settlement.finished_at:
        return None
    if pledge.status not in FINAL:
        return None
    collected: int = pledge.amount_cents
    return max(0, collected - back_of_pledge_cents(pledge, done=True))


def _names_of_money(pledge: Pledge) -> Q:
    """Select the transfers that may have booked a pledge's money: by its charge, bank line or desk receipt."""
    if pledge.channel == Channel.CARD:
        keys = pledge.attempts.filter(status=AttemptStatus.SUCCEEDED).values("idempotency_key")
        return Q(code="charge_collected", reference__in=keys)
    if pledge.channel == Channel.BANK:
        lines = [name_of(line) for line in BankLine.objects.filter(pledge=pledge, counted_cents__gt=0)]
        return Q(code__in=("bank_received", "bank_matched"), reference__in=lines)
    desk_receipts = DeskReceipt.objects.filter(pledge=pledge).values_list("pk", flat=True)
    return Q(code="cash_received", reference__in=[f"desk_receipt:{pk}" for pk in desk_receipts])


def transfer_of(pledge: Pledge) -> LedgerTransfer | None:
    """Find the ledger's transfer of the money a pledge brought, or None when none is booked."""
    booked = LedgerTransfer.objects.filter(
        credit=held(pledge.campaign_id, pledge.channel), reverses__isnull=True, reversal__isnull=True
    )
    return booked.filter(_names_of_money(pledge)).order_by("-id").first()


def documents() -> QuerySet[Receipt]:
    """Return documents with all that is shown of them, in one query."""
    return Receipt.objects.select_related(
        "series__organisation", "donor", "pledge__campaign", "correction__series", "corrects__series"
    )


def live_documents(pledge: Pledge) -> dict[str, Receipt]:
    """Return a pledge's documents that no correction voids, by kind: at most one of each."""
    found = Receipt.objects.filter(pledge=pledge, correction__isnull=True)
    return {receipt.kind: receipt for receipt in found.exclude(kind=ReceiptKind.CORRECTION)}


def pledges_due(*, since: dt.datetime | None = None) -> QuerySet[Pledge]:
    """Return pledges whose money is final and that have no document yet, in the order of collection.

    `since` looks only at collections that ended after it: what the quick sweep does.
    """
    found = Pledge.objects.filter(
        ~Exists(Receipt.objects.filter(pledge=OuterRef("pk"))),
        status__in=[PledgeStatus.COLLECTED, PledgeStatus.PARTLY_REFUNDED],
        campaign__status=CampaignStatus.FUNDED,
        campaign__settlement__finished_at__isnull=False,
    )
    if since:
        found = found.filter(campaign__settlement__finished_at__gte=since)
    return found.select_related(
        "campaign__project__organisation", "campaign__settlement", "reward", "backer"
    ).order_by("collected_at", "pk")


def _sum_of(rows: QuerySet[Any], field: str) -> Coalesce:
    total = rows.order_by().values("pledge").annotate(cents=Sum(field)).values("cents")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), 0)


def pledges_to_correct() -> list[tuple[int, CorrectionReason]]:
    """Return the pledges whose documents say another sum than what is final, and why: given back, or lost."""
    live = Receipt.objects.filter(correction__isnull=True).exclude(kind=ReceiptKind.CORRECTION)
    back = Refund.objects.filter(status=RefundStatus.DONE, reason__in=OF_THE_PLEDGE)
    lost = Dispute.objects.filter(lost_cents__gt=0, attempt__status=AttemptStatus.SUCCEEDED)
    touched = Refund.objects.filter(reason__in=OF_THE_PLEDGE).values("pledge").union(lost.values("pledge"))
    of_it = {"pledge": OuterRef("pk")}
    found = (
        Pledge.objects.filter(Exists(Receipt.objects.filter(**of_it)), pk__in=touched, status__in=FINAL)
        .annotate(
            live=_sum_of(live.filter(**of_it), "amount_cents"),
            back=_sum_of(back.filter(**of_it), "amount_cents"),
            lost=_sum_of(lost.filter(**of_it), "lost_cents"),
            given_back_at=Subquery(back.filter(**of_it).order_by("-done_at").values("done_at")[:1]),
            lost_at=Subquery(lost.filter(**of_it).order_by("-settled_at").values("settled_at")[:1]),
        )
        .filter(~Q(live=F("amount_cents") - F("back") - F("lost")))
        .order_by("pk")
    )
    return [
        (
            pk,
            CorrectionReason.DISPUTE
            if lost_at and lost_at >= (back_at or lost_at)
            else CorrectionReason.REFUND,
        )
        for pk, back_at, lost_at in found.values_list("pk", "given_back_at", "lost_at")
    ]
