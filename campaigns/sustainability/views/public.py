"""Everybody reads the accounts, and takes them away."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.templatetags.ui import cents
from accounts.templatetags.ui import month as month_in_words
from campaigns.sustainability.enums import CostKind, IncomeKind
from campaigns.sustainability.formula import AMOUNTS
from campaigns.sustainability.models import BOOKED_KINDS
from campaigns.sustainability.selectors.accounts import (
    accounts_document,
    closed_months,
    corrections_of,
    figures_of,
    public_projects,
)
from campaigns.sustainability.selectors.explained import FIGURE_LABELS, labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from campaigns.models import Project
    from campaigns.sustainability.models import MonthlyAccount


def _project(slug: str) -> Project:
    return get_object_or_404(public_projects(), slug=slug)


def _table(
    months: Sequence[MonthlyAccount], caption: str, names: Sequence[str], total: str
) -> dict[str, Any]:
    """Lay out kinds of income or cost by month, latest first, with their sum (what stands apart is left out of it)."""
    rows = []
    for account in reversed(months):
        amounts = [cents(getattr(account, f"{name}_cents")) for name in names]
        whole = figures_of(account)
        rows.append([month_in_words(account.month), *amounts, cents(getattr(whole, total))])
    headers = [_("Month"), *(str(FIGURE_LABELS[name]) for name in names), _("Total")]
    return {"caption": caption, "headers": headers, "rows": rows}


def _booked_table(months: Sequence[MonthlyAccount]) -> dict[str, Any] | None:
    """Show apart what the service booked by itself; the amounts above hold it. None when that is nothing."""
    rows = [
        [month_in_words(account.month), *(cents(account.booked_cents(name)) for name in BOOKED_KINDS)]
        for account in reversed(months)
        if any(account.booked_cents(name) for name in BOOKED_KINDS)
    ]
    headers = [_("Month"), *(str(FIGURE_LABELS[name]) for name in BOOKED_KINDS)]
    caption = _("Of what came in: paid and booked by the service itself")
    return {"caption": caption, "headers": headers, "rows": rows} if rows else None


def _people_table(months: Sequence[MonthlyAccount]) -> dict[str, Any]:
    rows = [
        [
            month_in_words(account.month),
            cents(account.cash_end_cents) or "–",
            account.volunteer_hours,
            number_format(Decimal(account.fte_hundredths) / 100),
            number_format(Decimal(account.disadvantaged_hundredths) / 100),
        ]
        for account in reversed(months)
    ]
    headers = [
        _("Month"),
        _("Cash at the end of the month"),
        _("Volunteer hours"),
        _("People employed"),
        _("Of whom disadvantaged"),
    ]
    return {"caption": _("Cash and people"), "headers": headers, "rows": rows}


def _tables(months: Sequence[MonthlyAccount]) -> list[dict[str, Any]]:
    tables = [
        _table(months, _("What came in"), IncomeKind.values, "income"),
        _booked_table(months),
        _table(months, _("What went out"), CostKind.values, "operating_costs"),
        _people_table(months),
    ]
    return [table for table in tables if table]


@require_GET
def project_accounts(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the closed months of a project as tables."""
    project = _project(slug)
    months = closed_months(project)
    context = {
        "project": project,
        "months": months,
        "tables": _tables(months) if months else [],
        "corrections": labelled(corrections_of(project)),
    }
    return render(request, "campaigns/sustainability/project_accounts.html", context)


@require_GET
def project_accounts_json(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the accounts away as JSON, in whole cents."""
    return JsonResponse(accounts_document(_project(slug)))


@require_GET
def project_accounts_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the accounts away as CSV, in euro with a point, one closed month a row."""
    project = _project(slug)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{project.slug}-accounts.csv"'
    names = [*AMOUNTS, "cash_end"]
    people = ["volunteer_hours", "fte_hundredths", "disadvantaged_hundredths"]
    writer = csv.writer(answer)
    writer.writerow(["month", *(f"{name}_eur" for name in names), *people])
    for account in closed_months(project):
        amounts = [euro(getattr(account, f"{name}_cents")) for name in names]
        writer.writerow([f"{account.month:%Y-%m}", *amounts, *(getattr(account, name) for name in people)])
    return answer


def euro(amount: int | None) -> str:
    """Write cents as a plain decimal number; never through a float."""
    if amount is None:
        return ""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02}"
