"""The locks of this app, in this order: campaign, then its reports; a milestone has the lock of its own room."""

from __future__ import annotations

from campaigns.models import Campaign
from campaigns.reporting.models import SpendingReport


def hold_campaign(campaign_id: int) -> Campaign:
    """Lock a campaign against every change, not against rows that point at it; payments takes the same one first.

    So nobody proposes or approves a tranche between the question whether a project has stopped and the answer.
    """
    locked = Campaign.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("project__organisation").get(pk=campaign_id)


def lock_report(report: SpendingReport) -> SpendingReport:
    """Lock every report of the campaign, oldest first, and return this one fresh.

    All of them, because a line of the budget is overspent by the sum of them.
    """
    found = SpendingReport.objects.select_for_update(of=("self",)).filter(campaign=report.campaign_id)
    rows = {row.pk: row for row in found.select_related("campaign__project__organisation").order_by("pk")}
    return rows[report.pk]
