"""What a project received, what of it was eligible, and what it has to give back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import Sum

from campaigns.models import Campaign
from campaigns.reporting.enums import ReportStatus
from campaigns.reporting.models import SpendingReport
from campaigns.reporting.selectors.totals import eligible_cents
from payments.enums import (
    CROWD_CHANNELS,
    ClosingKind,
    DisbursementStatus,
    ProposalStatus,
    ReversalStatus,
)
from payments.formula import Unspent, split_unspent
from payments.models import (
    Disbursement,
    MatchReturn,
    ReceivableClosing,
    TransferReversal,
    UnspentDecision,
)

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet


SETTLED = (ReportStatus.ACCEPTED, ReportStatus.DROPPED)


@dataclasses.dataclass(frozen=True)
class Received:
    """What was paid out to a project and stayed there, and what of it was found eligible; whole cents."""

    match_cents: int
    crowd_cents: int
    eligible_cents: int

    @property
    def unspent(self) -> Unspent:
        """What is left, split by the rule."""
        return split_unspent(**dataclasses.asdict(self))


def received(campaign: Campaign) -> Received:
    """Read what a project received: the match paid, the residents' money paid out less what was taken back since."""
    match = Campaign.objects.filter(pk=campaign.pk)
    paid = Disbursement.objects.filter(
        campaign=campaign, channel__in=CROWD_CHANNELS, status=DisbursementStatus.PAID
    )
    taken_back = TransferReversal.objects.filter(
        payout__disbursement__campaign=campaign, status=ReversalStatus.DONE
    )
    paid_back = ReceivableClosing.objects.filter(
        receivable__campaign=campaign, kind=ClosingKind.PAID, status=ProposalStatus.APPROVED
    )
    crowd = _sum(paid) - _sum(taken_back) - _sum(paid_back)
    return Received(_sum(match, "reservations__disbursed_cents"), max(0, crowd), eligible_cents(campaign.pk))


def _sum(rows: QuerySet[Any], field: str = "amount_cents") -> int:
    return int(rows.aggregate(cents=Sum(field, default=0))["cents"])


def reports_settled(campaign: Campaign) -> bool:
    """Say whether the final report was accepted, and no other one is still open."""
    rows = SpendingReport.objects.filter(campaign=campaign)
    final = rows.filter(milestone__isnull=True, status=ReportStatus.ACCEPTED)
    return final.exists() and not rows.exclude(status__in=SETTLED).exists()


def unspent_decisions() -> QuerySet[UnspentDecision]:
    """Return the decisions on unspent money, newest first."""
    return UnspentDecision.objects.select_related(
        "campaign__project__organisation", "proposed_by", "proposed_person", "decided_by"
    )


def unspent_decided(campaign: Campaign) -> UnspentDecision | None:
    """Return what was decided on a campaign's unspent money, None while nothing is: what everybody may know."""
    return UnspentDecision.objects.filter(campaign=campaign, status=ProposalStatus.APPROVED).first()


def match_returns() -> QuerySet[MatchReturn]:
    """Return the match that came back, or is said to have, newest first."""
    return MatchReturn.objects.select_related(
        "unspent__campaign__project__organisation", "proposed_by", "proposed_person", "decided_by"
    )
