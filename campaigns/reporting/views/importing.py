"""Expenses from a table: the template, the look at what it would add, and the adding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from campaigns.reporting.forms.team import TableForm
from campaigns.reporting.permissions import can_report_spending
from campaigns.reporting.services.imports import import_items, preview_items, template
from campaigns.reporting.views.access import report_to_see, team_crumbs
from campaigns.reporting.views.team import facts
from crowdfund.kit import clock
from crowdfund.kit.errors import Invalid, NotAllowed, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest

    from campaigns.reporting.models import SpendingReport
    from campaigns.reporting.services.imports import Preview


@require_safe
@login_required
def report_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the table to fill in."""
    report = report_to_see(request, pk)
    answer = HttpResponse(template(report.campaign_id), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{report.campaign.slug}-expenses.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at a table, row by row; a second POST, with the table as text, adds all of it."""
    report = report_to_see(request, pk)
    require(can_report_spending(request.user, report.campaign))
    if "table" in request.POST and _imported(request, report):
        return redirect("spending_report", pk)
    sent = request.method == "POST" and "table" not in request.POST
    form = TableForm(request.POST if sent else None, request.FILES if sent else None)
    preview, table = None, ""
    if form.is_valid():
        table = form.cleaned_data["file"]
        preview = _previewed(report, table, form)
    context = {
        "report": report,
        "form": form,
        "preview": preview,
        "table": table,
        "crumbs": team_crumbs(report.campaign, report),
    }
    status = 422 if form.errors or (preview and preview.bad) else 200
    return render(request, "campaigns/reporting/report_import.html", context, status=status)


def _previewed(report: SpendingReport, table: str, form: TableForm) -> Preview | None:
    try:
        return preview_items(report=report, table=table, now=clock.now())
    except Invalid as problem:
        form.add_error("file", str(problem))
        return None


def _imported(request: HttpRequest, report: SpendingReport) -> bool:
    try:
        count = import_items(report=report, table=request.POST["table"], **facts(request))
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return False
    said = ngettext(
        "%(count)d expense is added. Attach its receipt.",
        "%(count)d expenses are added. Attach their receipts.",
        count,
    )
    messages.success(request, said % {"count": count})
    return True
