"""Which report, item, step or stop an address means, and whether this person may know that it exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import require
from campaigns.models import Campaign
from campaigns.permissions import can_see_team_pages
from campaigns.reporting.permissions import can_see_reports
from campaigns.reporting.selectors import reads

if TYPE_CHECKING:
    from django.http import HttpRequest

    from campaigns.models import Milestone
    from campaigns.reporting.models import ProjectStop, ReportItem, SpendingReport


def campaign_of_team(request: HttpRequest, slug: str) -> Campaign:
    """Return a campaign to its team or the city's staff, or 404."""
    campaign = get_object_or_404(Campaign.objects.with_project(), slug=slug)
    if not can_see_team_pages(request.user, campaign.project):
        raise Http404
    return campaign


def report_to_see(request: HttpRequest, pk: int) -> SpendingReport:
    """Return a report to its team or the city's staff, else 403."""
    report = get_object_or_404(reads.reports(), pk=pk)
    require(can_see_reports(request.user, report.campaign))
    return report


def item_to_see(request: HttpRequest, pk: int) -> ReportItem:
    """Return an item to its team or the city's staff, else 403."""
    item = get_object_or_404(reads.items(), pk=pk)
    require(can_see_reports(request.user, item.report.campaign))
    return item


def step_to_see(request: HttpRequest, pk: int) -> Milestone:
    """Return a step to its team or the city's staff, else 403."""
    step = get_object_or_404(reads.milestones(), pk=pk)
    require(can_see_reports(request.user, step.campaign))
    return step


def stop_to_see(request: HttpRequest, pk: int) -> ProjectStop:
    """Return a stop to its team or the city's staff, else 403."""
    stop = get_object_or_404(reads.stops(), pk=pk)
    require(can_see_reports(request.user, stop.campaign))
    return stop


def report_name(report: SpendingReport) -> str:
    """Name a report by what it is about."""
    if report.milestone is None:
        return _("Final spending report")
    return _("Spending report on “%(milestone)s”") % {"milestone": report.milestone.title}


def team_crumbs(campaign: Campaign, report: SpendingReport | None = None) -> list[dict[str, Any]]:
    """Lead back to the campaign's reports, and to one of them."""
    crumbs = [
        {"label": campaign.project.title, "url": reverse("campaign", args=[campaign.slug])},
        {"label": _("Spending reports"), "url": reverse("spending_reports", args=[campaign.slug])},
    ]
    if report is not None:
        crumbs.append({"label": report_name(report), "url": reverse("spending_report", args=[report.pk])})
    return crumbs
