"""A team reports: the list of its reports, one report, its expenses one by one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from campaigns.forms.serving import served
from campaigns.reporting.enums import OPEN_REPORTS
from campaigns.reporting.forms.team import ItemForm, NoteForm, ReasonForm
from campaigns.reporting.permissions import can_declare_stop, can_report_spending
from campaigns.reporting.selectors import reads
from campaigns.reporting.selectors.totals import lines_over, report_totals, totals
from campaigns.reporting.services.items import add_item, attach_receipt, edit_item, remove_item
from campaigns.reporting.services.reports import explain_overspend, submit_report, write_note
from campaigns.reporting.views.access import (
    campaign_of_team,
    item_to_see,
    report_name,
    report_to_see,
    team_crumbs,
)
from campaigns.views.access import person
from crowdfund.kit import clock
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from campaigns.reporting.models import ReportItem, SpendingReport


def facts(request: HttpRequest) -> dict[str, Any]:
    """Say who does it, and when."""
    return {"by": person(request), "now": clock.now()}


@require_safe
@login_required
def spending_reports(request: HttpRequest, slug: str) -> HttpResponse:
    """List the reports a campaign owes, and lead to its milestones."""
    campaign = campaign_of_team(request, slug)
    today = clock.today()
    rows = list(reads.reports().filter(campaign=campaign))
    stop = reads.standing_stop(campaign)
    context = {
        "campaign": campaign,
        "project": campaign.project,
        "reports": [(row, report_name(row), reads.is_late(row, today)) for row in rows],
        "steps": [(step, reads.is_overdue(step, today)) for step in campaign.milestones.all()],
        "stop": stop,
        "may_stop": stop is None and campaign.status == "funded" and can_declare_stop(request.user, campaign),
        "crumbs": team_crumbs(campaign)[:1],
    }
    return render(request, "campaigns/reporting/spending_reports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def spending_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report to its team; a POST keeps the note, explains a line, or hands the report in."""
    report = report_to_see(request, pk)
    note = NoteForm(request.POST if "note" in request.POST else None, initial={"note": report.note})
    reason = ReasonForm(request.POST if "line" in request.POST else None)
    if request.method == "POST" and (said := _deed(request, report, note, reason)):
        messages.success(request, said)
        return redirect("spending_report", pk)
    return _report_page(request, pk, note, reason)


def _deed(request: HttpRequest, report: SpendingReport, note: NoteForm, reason: ReasonForm) -> str:
    """Do what was asked and say that it is done; empty when a form has to be shown again."""
    if note.is_bound:
        deed = functools.partial(write_note, report=report, **facts(request))
        good = note.is_valid() and served(note, lambda: deed(note=note.cleaned_data["note"]))
        return _("The note is saved.") if good else ""
    if reason.is_bound:
        line = get_object_or_404(report.campaign.budget_lines, pk=request.POST["line"])
        explain = functools.partial(explain_overspend, report=report, line=line, **facts(request))
        good = reason.is_valid() and served(reason, lambda: explain(reason=reason.cleaned_data["reason"]))
        return _("The reason is saved.") if good else ""
    try:
        submit_report(report=report, **facts(request))
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return ""
    return _("The report is handed in. An officer examines it, and you get an email.")


def _report_page(request: HttpRequest, pk: int, note: NoteForm, reason: ReasonForm) -> HttpResponse:
    report = reads.reports_with_items().get(pk=pk)
    lines = report_totals(report)
    context = {
        "report": report,
        "campaign": report.campaign,
        "name": report_name(report),
        "late": reads.is_late(report, clock.today()),
        "may_write": report.status in OPEN_REPORTS and can_report_spending(request.user, report.campaign),
        "lines": lines,
        "total": totals(lines),
        "over": lines_over(report),
        "overspends": report.overspends.all(),
        "note": note,
        "reason": reason,
        "last_event": report.events.last(),
        "crumbs": team_crumbs(report.campaign),
    }
    status = 422 if note.errors or reason.errors else 200
    return render(request, "campaigns/reporting/spending_report.html", context, status=status)


def _item_page(request: HttpRequest, report: SpendingReport, form: ItemForm, **more: Any) -> HttpResponse:
    context = {
        "report": report,
        "form": form,
        "crumbs": team_crumbs(report.campaign, report),
        **more,
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/reporting/report_item.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report_item_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an expense, with its receipt."""
    report = report_to_see(request, pk)
    require(can_report_spending(request.user, report.campaign))
    form = ItemForm(request.POST or None, request.FILES or None, campaign_id=report.campaign_id)

    def deed() -> None:
        with transaction.atomic():
            _attach(request, form, add_item(report=report, expense=form.expense(), **facts(request)))

    if request.method == "POST" and form.is_valid() and served(form, deed):
        messages.success(request, _("The expense is added."))
        return redirect("spending_report", pk)
    return _item_page(request, report, form)


def _attach(request: HttpRequest, form: ItemForm, item: ReportItem) -> None:
    if form.cleaned_data["receipt"]:
        attach_receipt(item=item, file=form.cleaned_data["receipt"], **facts(request))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an expense anew, or attach its receipt."""
    item = item_to_see(request, pk)
    require(can_report_spending(request.user, item.report.campaign))
    form = ItemForm(
        request.POST or None,
        request.FILES or None,
        campaign_id=item.report.campaign_id,
        initial=ItemForm.of(item),
    )

    def deed() -> None:
        with transaction.atomic():
            edit_item(item=item, expense=form.expense(), **facts(request))
            _attach(request, form, item)

    if request.method == "POST" and form.is_valid() and served(form, deed):
        messages.success(request, _("The expense is saved."))
        return redirect("spending_report", item.report_id)
    return _item_page(request, item.report, form, item=item)


@require_POST
@login_required
def report_item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an expense out of a report."""
    item = item_to_see(request, pk)
    remove_item(item=item, **facts(request))
    messages.success(request, _("The expense is removed."))
    return redirect("spending_report", item.report_id)
