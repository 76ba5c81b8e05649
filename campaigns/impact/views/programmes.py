"""What a programme's projects made and changed: as a page, as CSV and on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.calls.models import Programme
from campaigns.impact.selectors.programmes import report_lines, report_of
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused
from crowdfund.kit.pdf import pdf_of_html

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def programme_impact(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the report."""
    today = clock.today()
    report = report_of(get_object_or_404(Programme, slug=slug), today)
    crumbs = [{"label": report.programme.code, "url": report.programme.get_absolute_url()}]
    context = {"report": report, "today": today, "crumbs": crumbs}
    return render(request, "campaigns/impact/programme.html", context)


@require_safe
def programme_impact_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the indicators away as CSV."""
    report = report_of(get_object_or_404(Programme, slug=slug), clock.today())
    answer = HttpResponse(report_lines(report), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slug}-impact.csv"'
    return answer


@require_safe
def programme_impact_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the accessible PDF; where none can be made, lead to the page and say so."""
    today = clock.today()
    report = report_of(get_object_or_404(Programme, slug=slug), today)
    html = render_to_string("campaigns/impact/programme_pdf.html", {"report": report, "today": today})
    title = _("Outputs and outcomes: %(title)s") % {"title": report.programme.title}
    try:
        made = pdf_of_html(html, title=title, language=get_language() or "it")
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("programme_impact", slug)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{slug}-impact.pdf"'
    return answer
