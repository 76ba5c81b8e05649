"""A team's page of what went back of its campaign's money, and of what banks are asked to take back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import require
from campaigns.models import Campaign
from payments.permissions import can_see_money
from payments.selectors.disputes import disputes
from payments.selectors.receivables import receivables
from payments.selectors.refunds import given_back, refunds
from payments.views.lists import euro, when
from payments.views.officer_disputes import dispute_headers, dispute_line
from payments.views.records import Table

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST = 200


@require_safe
@login_required
def campaign_refunds(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a campaign's refunds, disputes and what its organisation owes. No names: amounts, days and reasons."""
    campaigns = Campaign.objects.select_related("project__organisation")
    campaign = get_object_or_404(campaigns, slug=slug)
    require(can_see_money(request.user, campaign))
    figures = given_back(campaign.pk)
    context = {
        "title": _("Money that goes back"),
        "back": (reverse("campaign_money", args=[slug]), campaign.project.title),
        "figures": [
            {
                "title": _("In all"),
                "figures": [
                    {"label": _("given back to backers"), "cents": figures.refunded_cents, "url": ""},
                    {"label": _("on its way back"), "cents": figures.owed_cents, "url": ""},
                    {"label": _("held by banks for disputes"), "cents": figures.disputed_cents, "url": ""},
                    {"label": _("lost to disputes"), "cents": figures.lost_cents, "url": ""},
                ],
            }
        ],
        "tables": [_refunds(campaign), _disputes(campaign), *_debts(campaign)],
    }
    return render(request, "payments/money_list.html", context)


def _refunds(campaign: Campaign) -> Table:
    lines: list[tuple[str, list[object]]] = [
        (
            "",
            [
                when(row.created_at),
                euro(row.amount_cents),
                row.get_reason_display(),
                row.get_status_display(),
            ],
        )
        for row in refunds().filter(pledge__campaign=campaign)[:MOST]
    ]
    headers = [_("Day"), _("Amount"), _("Reason"), _("State")]
    return Table(_("Refunds"), headers, lines, _("Nothing went back."))


def _disputes(campaign: Campaign) -> Table:
    rows = disputes().filter(pledge__campaign=campaign)[:MOST]
    lines = [dispute_line(row, page="team_dispute") for row in rows]
    return Table(_("Disputes"), dispute_headers(), lines, _("No disputes."))


def _debts(campaign: Campaign) -> list[Table]:
    lines: list[tuple[str, list[object]]] = [
        ("", [when(row.created_at), euro(row.left_cents), row.get_status_display()])
        for row in receivables().filter(campaign=campaign)
    ]
    headers = [_("Day"), _("Still owed"), _("State")]
    return [Table(_("Owed by the organisation"), headers, lines)] if lines else []
