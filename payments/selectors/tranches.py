"""What a milestone's tranche may still be, whether the report before it is there, and whether the project stopped."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.db.models import Sum

from campaigns.models import Campaign
from campaigns.reporting.enums import PUBLIC_REPORTS, STANDING_STOPS
from campaigns.reporting.models import ProjectStop, SpendingReport
from crowdfund.kit.clock import CIVIL
from payments.enums import MATCH_CHANNELS, DisbursementStatus
from payments.formula import milestone_left
from payments.models import Disbursement

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from campaigns.models import Milestone

STANDING = (DisbursementStatus.PROPOSED, DisbursementStatus.APPROVED, DisbursementStatus.PAID)


def is_stopped(campaign_id: int) -> bool:
    """Say whether it was declared that the project stops: then nothing leaves until somebody decides."""
    return ProjectStop.objects.filter(campaign=campaign_id, status__in=STANDING_STOPS).exists()


def _standing(campaign_id: int) -> QuerySet[Disbursement]:
    return Disbursement.objects.filter(
        campaign=campaign_id, channel__in=MATCH_CHANNELS, milestone__isnull=False, status__in=STANDING
    )


def whole_match_cents(campaign_id: int) -> int:
    """Return the match that an act binds, paid or not yet, over all funds."""
    found = Campaign.objects.filter(pk=campaign_id).aggregate(
        bound=Sum("reservations__bound_cents", default=0),
        paid=Sum("reservations__disbursed_cents", default=0),
    )
    return int(found["bound"] + found["paid"])


@dataclasses.dataclass(frozen=True)
class Share:
    """A milestone with what may still be proposed on it."""

    milestone: Milestone
    left_cents: int


def shares_of(campaign: Campaign) -> list[Share]:
    """Return what may still be proposed on each milestone; three queries. Who decides holds the match's channel."""
    milestones = list(campaign.milestones.all())
    standing = dict(
        _standing(campaign.pk).order_by().values_list("milestone").annotate(cents=Sum("amount_cents"))
    )
    match_cents = whole_match_cents(campaign.pk)
    percents = {milestone.pk: milestone.share_percent for milestone in milestones}
    given = {key: int(cents) for key, cents in standing.items() if key is not None}
    return [
        Share(
            milestone,
            milestone_left(milestone.pk, match_cents=match_cents, percents=percents, standing=given),
        )
        for milestone in milestones
    ]


def report_lacking(campaign: Campaign, milestone: Milestone, now: dt.datetime) -> str:
    """Say what is wrong with the report of the tranche before this one: `missing`, `late`, or nothing."""
    before = _standing(campaign.pk).exclude(milestone=milestone).order_by("-proposed_at", "-pk").first()
    if before is None:
        return ""
    report = SpendingReport.objects.filter(milestone=before.milestone_id).first()
    if report is None:
        return "missing"
    if report.status in PUBLIC_REPORTS:
        return ""
    return "late" if report.due_on < now.astimezone(CIVIL).date() else "missing"
