"""A team takes its spreadsheet into the accounts: the template, a look at what would change, and the deed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import require
from accounts.templatetags.ui import cents
from accounts.templatetags.ui import month as month_in_words
from campaigns.sustainability.documents.sheet import read_sheet, template_lines
from campaigns.sustainability.forms.imports import SheetForm
from campaigns.sustainability.models import Books
from campaigns.sustainability.permissions import can_keep_books
from campaigns.sustainability.selectors.explained import IMPORT_DEEDS
from campaigns.sustainability.services import import_months, plan_import
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest

    from campaigns.sustainability.services.imports import Plan


def _books(request: HttpRequest, slug: str) -> Books:
    books = get_object_or_404(Books.objects.select_related("project"), project__slug=slug)
    require(can_keep_books(request.user, books.project))
    return books


@login_required
@require_GET
def monthly_accounts_template(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the spreadsheet to fill in, with what is entered already."""
    books = _books(request, slug)
    answer = HttpResponse(template_lines(books.months.all()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{books.project.slug}.csv"'
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def monthly_accounts_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a spreadsheet would change, then take it in as a whole."""
    books = _books(request, slug)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    context: dict[str, Any] = {"project": books.project, "form": form}
    if request.method == "POST" and form.is_valid():
        content = form.content()
        try:
            plan = _taken(request, books, content) if content else None
        except Refused as error:
            form.refuse(error)
            return render(request, "campaigns/sustainability/import.html", context)
        if plan and "take_in" in request.POST and not plan.bad:
            return redirect("monthly_accounts", slug)
        if plan and content:
            context |= {"plan": plan, "headers": _headers(), "rows": _rows(plan)}
            context["seen"] = content.decode("utf-8-sig")
    return render(request, "campaigns/sustainability/import.html", context)


def _taken(request: HttpRequest, books: Books, content: bytes) -> Plan:
    """Look at the sheet, and take it in when that was asked and nothing stands against it."""
    sheet = read_sheet(content)
    now = clock.now()
    plan = plan_import(books=books, sheet=sheet, by=request.user, now=now)
    if "take_in" not in request.POST or plan.bad:
        return plan
    plan = import_months(books=books, sheet=sheet, by=request.user, now=now)
    text = ngettext("%(count)d month is taken in.", "%(count)d months are taken in.", plan.changes)
    messages.success(request, text % {"count": plan.changes})
    return plan


def _headers() -> list[str]:
    return [_("Month"), _("What happens"), _("Came in"), _("Operating costs")]


def _rows(plan: Plan) -> list[list[str]]:
    return [
        [
            month_in_words(one.month),
            str(IMPORT_DEEDS[one.does]),
            cents(one.income_cents),
            cents(one.cost_cents),
        ]
        for one in plan.months
    ]
