"""What a pledge's documents stand on: the sum that is final, the ledger's transfer of it, what is issued already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from campaigns.enums import CampaignStatus
from payments.enums import AttemptStatus, Channel, PledgeStatus, RefundReason, RefundStatus
from payments.ledger.models import LedgerTransfer
from payments.models import Pledge, Refund
from payments.postings import held
from payments.receipts.enums import CorrectionReason, ReceiptKind
from payments.receipts.models import Receipt

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
NEVER_COUNTED: Final = (RefundReason.LATE, RefundReason.DUPLICATE, RefundReason.EXCESS)
"""Refunds of money that was never part of what the pledge counted for."""
RECEIVED_AS: Final = {
    Channel.BANK: ("bank_received", "bank_matched"),
    Channel.CASH: ("cash_received",),
}


def refunds_of_pledges() -> QuerySet[Refund]:
    """Return the refunds that gave back what a pledge counted for."""
    return Refund.objects.filter(status=RefundStatus.DONE).exclude(reason__in=NEVER_COUNTED)


def back_cents(pledge: Pledge) -> int:
    """Say what of a pledge really went back to its backer, in whole cents: by refund, or lost to the bank."""
    if pledge.status == PledgeStatus.LOST:
        whole: int = pledge.amount_cents
        return whole
    back = refunds_of_pledges().filter(pledge=pledge).aggregate(cents=Sum("amount_cents", default=0))
    return int(back["cents"])


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
    return max(0, collected - back_cents(pledge))


def _names_of_money(pledge: Pledge) -> Q:
    """Select the transfers that may have booked a pledge's money: by card the charge that succeeded.

    By transfer and in cash their reference begins with `pledge:{id}:`.
    """
    if pledge.channel == Channel.CARD:
        keys = pledge.attempts.filter(status=AttemptStatus.SUCCEEDED).values("idempotency_key")
        return Q(code="charge_collected", reference__in=keys)
    return Q(code__in=RECEIVED_AS[Channel(pledge.channel)], reference__startswith=f"pledge:{pledge.pk}:")


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


def _sum_of(rows: QuerySet[Receipt] | QuerySet[Refund]) -> Coalesce:
    total = rows.order_by().values("pledge").annotate(cents=Sum("amount_cents")).values("cents")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), 0)


def pledges_to_correct() -> list[tuple[int, CorrectionReason]]:
    """Return the pledges whose documents say another sum than what is final, and why: given back, or lost."""
    live = Receipt.objects.filter(pledge=OuterRef("pk"), correction__isnull=True).exclude(
        kind=ReceiptKind.CORRECTION
    )
    back = refunds_of_pledges().filter(pledge=OuterRef("pk"))
    issued = Pledge.objects.filter(Exists(Receipt.objects.filter(pledge=OuterRef("pk"))))
    lost = issued.filter(Exists(live), status=PledgeStatus.LOST)
    given_back = (
        issued.filter(
            pk__in=Refund.objects.exclude(reason__in=NEVER_COUNTED).values("pledge"),
            status__in=FINAL - {PledgeStatus.LOST},
        )
        .annotate(live=_sum_of(live), back=_sum_of(back))
        .filter(~Q(live=F("amount_cents") - F("back")))
    )
    return [
        *((pk, CorrectionReason.DISPUTE) for pk in lost.order_by("pk").values_list("pk", flat=True)),
        *((pk, CorrectionReason.REFUND) for pk in given_back.order_by("pk").values_list("pk", flat=True)),
    ]
