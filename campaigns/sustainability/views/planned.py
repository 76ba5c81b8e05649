"""A team looks at its plan beside its accounts, and asks what would be if."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.templatetags.ui import cents
from accounts.templatetags.ui import month as in_words
from campaigns.sustainability.forms.planned import WhatIfForm
from campaigns.sustainability.formula import first_day
from campaigns.sustainability.formula.planning import results
from campaigns.sustainability.models import Books
from campaigns.sustainability.permissions import can_open_books
from campaigns.sustainability.selectors.explained import FIGURE_LABELS
from campaigns.sustainability.selectors.planned import compared

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from campaigns.sustainability.selectors.planned import Comparison


def _month(number: int) -> str:
    return in_words(first_day(number))


@login_required
@require_GET
def plan_and_accounts(request: HttpRequest, slug: str) -> HttpResponse:
    """Show plan and accounts by kind and by month, and the plan as it would be; nothing is stored."""
    books = get_object_or_404(Books.objects.select_related("project"), project__slug=slug)
    require(can_open_books(request.user, books.project))
    form = WhatIfForm(request.GET or None)
    found = compared(books, form.asked())
    context = {
        "project": books.project,
        "form": form,
        "asked": form.is_bound and form.is_valid(),
        "planned": bool(found.plan),
        "tables": [_by_kind(found), _by_month(found)],
        "break_even": _named(found.break_even),
        "break_even_otherwise": _named(found.break_even_otherwise),
    }
    return render(request, "campaigns/sustainability/plan.html", context | _charts(found))


def _named(number: int | None) -> str:
    return _month(number) if number is not None else _("never within the plan")


def _by_kind(found: Comparison) -> dict[str, Any]:
    rows = [
        [
            FIGURE_LABELS[row.kind],
            cents(row.planned_cents),
            cents(row.actual_cents),
            cents(row.difference_cents),
        ]
        for row in found.by_kind
    ]
    headers = [_("Kind"), _("Planned"), _("Came"), _("Difference")]
    return {"caption": _("By kind, over the closed months"), "headers": headers, "rows": rows}


def _by_month(found: Comparison) -> dict[str, Any]:
    plan, came, differences = results(found.plan), results(found.actual), found.differences
    rows = [
        [
            _month(month),
            cents(plan.get(month, 0)),
            cents(came[month]) if month in came else "–",
            cents(differences[month]) if month in differences else "–",
        ]
        for month in sorted({*plan, *came})
    ]
    headers = [_("Month"), _("Planned result"), _("Result"), _("Difference so far")]
    return {"caption": _("Income less operating costs, by month"), "headers": headers, "rows": rows}


def _charts(found: Comparison) -> dict[str, Any]:
    months = sorted({*found.plan, *found.otherwise, *found.actual})
    sources = {_("Planned"): found.plan, _("Came"): found.actual}
    if found.otherwise != found.plan:
        sources[_("If it changes")] = found.otherwise
    charts = [
        {
            "title": FIGURE_LABELS[kind],
            "lines": [
                {
                    "label": label,
                    "values": [getattr(source[at], kind) if at in source else None for at in months],
                }
                for label, source in sources.items()
            ],
        }
        for kind in found.kinds
    ]
    return {"labels": [_month(at) for at in months], "charts": charts}
