"""Officers examine reports, and two people decide whether a project stops."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import can_see_officer_desk, require
from campaigns.forms.serving import served
from campaigns.reporting.enums import OPEN_REPORTS, ReportStatus, StopStatus
from campaigns.reporting.forms.officer import MoreTimeForm, SendBackForm, VerdictForm, WhyNotForm
from campaigns.reporting.forms.team import ReasonForm
from campaigns.reporting.permissions import can_decide_stop, can_declare_stop, can_review_report
from campaigns.reporting.selectors import reads
from campaigns.reporting.selectors.totals import line_totals, lines_over, totals
from campaigns.reporting.services.planning import move_due
from campaigns.reporting.services.reviews import accept_report, review_item, send_back_report
from campaigns.reporting.services.stops import confirm_stop, declare_stop, reject_stop
from campaigns.reporting.views.access import (
    campaign_of_team,
    report_name,
    report_to_see,
    stop_to_see,
    team_crumbs,
)
from campaigns.reporting.views.team import facts
from campaigns.views.access import crumb
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from campaigns.reporting.models import ProjectStop, SpendingReport

PAGE = 50


def _sent(request: HttpRequest, name: str, kind: type[forms.Form]) -> forms.Form:
    mine = request.method == "POST" and name in request.POST
    return kind(request.POST if mine else None, auto_id=f"{name}_%s")


def _told(request: HttpRequest, deed: Callable[[], object]) -> bool:
    """Do a deed without a form; a refusal is shown as a message."""
    try:
        deed()
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return False
    return True


@require_safe
@login_required
def report_list(request: HttpRequest) -> HttpResponse:
    """List the reports by state: those to examine first unless told otherwise."""
    require(can_see_officer_desk(request.user))
    asked, today = request.GET.get("status", ReportStatus.SUBMITTED), clock.today()
    rows = reads.reports()
    if asked == "late":
        rows = rows.filter(status__in=OPEN_REPORTS, due_on__lt=today)
    elif asked in ReportStatus.values:
        rows = rows.filter(status=asked)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, report_name(row), reads.is_late(row, today)) for row in page],
        "states": [*ReportStatus.choices, ("late", _("Late"))],
        "asked": asked,
        "previous_url": f"?status={asked}&page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?status={asked}&page={page.next_page_number()}" if page.has_next() else "",
        "crumbs": [crumb(_("Officer's desk"), "officer_desk")],
    }
    return render(request, "campaigns/reporting/report_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Examine a report: a POST judges one item, accepts the report, sends it back or gives more time."""
    report = report_to_see(request, pk)
    require(can_see_officer_desk(request.user))
    back, more = _sent(request, "send_back", SendBackForm), _sent(request, "more_time", MoreTimeForm)
    verdict = VerdictForm(request.POST if "item" in request.POST else None)
    if request.method == "POST" and (said := _reviewed(request, report, back, more, verdict)):
        messages.success(request, said)
        return redirect("report_review", pk)
    return _review_page(request, pk, back=back, more=more, verdict=verdict)


def _reviewed(
    request: HttpRequest, report: SpendingReport, back: forms.Form, more: forms.Form, verdict: VerdictForm
) -> str:
    """Do what was asked and say that it is done; empty when a form has to be shown again."""
    who = facts(request)
    if verdict.is_bound:
        return _judged(request, report, verdict)
    if "accept" in request.POST:
        good = _told(request, functools.partial(accept_report, report=report, **who))
        return _("The report is accepted.") if good else ""
    if back.is_valid():
        deed = functools.partial(send_back_report, report=report, **who, **back.cleaned_data)
        return _("The report is sent back, and the team told.") if served(back, deed) else ""
    if more.is_valid():
        deed = functools.partial(move_due, report=report, **who, **more.cleaned_data)
        return _("The new date stands, and the team is told.") if served(more, deed) else ""
    return ""


def _judged(request: HttpRequest, report: SpendingReport, verdict: VerdictForm) -> str:
    item = get_object_or_404(
        report.items.select_related("report__campaign__project"), pk=request.POST["item"]
    )
    deed = functools.partial(review_item, item=item, eligible="eligible" in request.POST, **facts(request))
    good = verdict.is_valid() and served(verdict, lambda: deed(**verdict.cleaned_data))
    return _("The item is examined.") if good else ""


def _review_page(request: HttpRequest, pk: int, *, verdict: VerdictForm, **more: forms.Form) -> HttpResponse:
    report = reads.reports_with_items().get(pk=pk)
    lines = line_totals(report.campaign_id)
    may = can_review_report(request.user, report.campaign)
    context: dict[str, Any] = {
        "report": report,
        "campaign": report.campaign,
        "name": report_name(report),
        "late": reads.is_late(report, clock.today()),
        "may_review": may and report.status == ReportStatus.SUBMITTED,
        "may_move": may and report.status in OPEN_REPORTS,
        "lines": lines,
        "total": totals(lines),
        "over": lines_over(report),
        "overspends": report.overspends.all(),
        "events": report.events.select_related("by"),
        "wrong": verdict if verdict.errors else None,
        "wrong_item": int(request.POST.get("item", 0)) if verdict.errors else 0,
        "crumbs": [crumb(_("Officer's desk"), "officer_desk"), crumb(_("Spending reports"), "report_list")],
        **more,
    }
    wrong = verdict.errors or any(form.errors for form in more.values())
    return render(request, "campaigns/reporting/report_review.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def stop_declare(request: HttpRequest, slug: str) -> HttpResponse:
    """Declare that a project stops midway."""
    campaign = campaign_of_team(request, slug)
    require(can_declare_stop(request.user, campaign))
    form = ReasonForm(request.POST or None)
    deed = functools.partial(declare_stop, campaign=campaign, **facts(request))
    if request.method == "POST" and form.is_valid() and served(form, lambda: deed(**form.cleaned_data)):
        messages.success(request, _("It is declared. No money leaves until another person has decided."))
        return redirect("spending_reports", slug)
    context = {"campaign": campaign, "form": form, "crumbs": team_crumbs(campaign)}
    status = 422 if form.errors else 200
    return render(request, "campaigns/reporting/stop_declare.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def project_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a declaration; an approver confirms it or decides that the project goes on."""
    stop = stop_to_see(request, pk)
    form = _sent(request, "reject", WhyNotForm)
    if request.method == "POST" and (said := _decided(request, stop, form)):
        messages.success(request, said)
        return redirect("project_stop", pk)
    context = {
        "stop": stop,
        "campaign": stop.campaign,
        "form": form,
        "events": stop.events.select_related("by"),
        "may_decide": stop.status == StopStatus.DECLARED and can_decide_stop(request.user, stop),
        "crumbs": team_crumbs(stop.campaign),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/reporting/project_stop.html", context, status=status)


def _decided(request: HttpRequest, stop: ProjectStop, form: forms.Form) -> str:
    if "confirm" in request.POST:
        done = _told(request, functools.partial(confirm_stop, stop=stop, **facts(request)))
        return _("The project stops. Its backers are told.") if done else ""
    if form.is_valid():
        deed = functools.partial(reject_stop, stop=stop, **facts(request), **form.cleaned_data)
        return _("The project goes on.") if served(form, deed) else ""
    return ""
