"""Follow the euro: what the money was planned for and spent on; and the files that may be seen."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.reporting.models import MilestoneFile
from campaigns.reporting.permissions import can_see_file
from campaigns.reporting.selectors.reads import spending
from campaigns.reporting.views.access import item_to_see, report_name
from campaigns.views.access import campaign_to_see, crumb
from crowdfund.kit import clock
from crowdfund.kit.files import send_private
from crowdfund.kit.tables import write_row

if TYPE_CHECKING:
    from django.http import FileResponse, HttpRequest

    from campaigns.reporting.selectors.reads import Spending


@require_safe
def campaign_spending(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what was planned and what was spent, line by line, with the reports and where they stand."""
    campaign = campaign_to_see(request, slug)
    found = spending(campaign, clock.now())
    context = {
        "campaign": campaign,
        "project": campaign.project,
        "spending": found,
        "bars": _bars(found),
        "reports": [(report_name(line.report), line) for line in found.reports],
        "crumbs": [
            crumb(_("Campaigns"), "campaigns"),
            {"label": campaign.project.title, "url": reverse("campaign", args=[slug])},
        ],
    }
    return render(request, "campaigns/reporting/campaign_spending.html", context)


def _bars(found: Spending) -> list[dict[str, Any]]:
    return [
        {
            "label": row.line.label,
            "value": row.spent.eligible_cents + row.spent.waiting_cents,
            "compare": row.spent.planned_cents,
        }
        for row in found.lines
    ]


@require_safe
def campaign_spending_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the items away as CSV, in whole cents: day, line, what, amount, whether it was found eligible."""
    campaign = campaign_to_see(request, slug)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{campaign.slug}-spending.csv"'
    csv.writer(answer).writerow(["date", "line", "what", "amount_cents", "verdict"])
    for item in spending(campaign, clock.now()).items:
        answer.write(write_row([item.dated_on, item.line.label, item.what, item.amount_cents, item.verdict]))
    return answer


@require_safe
def milestone_file(request: HttpRequest, pk: int) -> FileResponse:
    """Send a file that shows that a step was done: accepted photos to everybody, the rest to team and staff."""
    found = MilestoneFile.objects.select_related("milestone__campaign__project")
    file = get_object_or_404(found, pk=pk)
    if not can_see_file(request.user, file, file.milestone.campaign):
        raise Http404
    return send_private(file.file, name=f"milestone-{file.pk}.{file.file_kind}", kind=file.file_kind)


@require_safe
def item_receipt(request: HttpRequest, pk: int) -> FileResponse:
    """Send the receipt of an expense to the team and the city's staff."""
    item = item_to_see(request, pk)
    if not item.receipt:
        raise Http404
    return send_private(item.receipt, name=f"receipt-{item.pk}.{item.receipt_kind}", kind=item.receipt_kind)
