"""All projects that keep accounts: how they stand, how that changed, who answers, where the money went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from campaigns.sustainability.enums import Stage
from campaigns.sustainability.forms.portfolio import PortfolioFilter
from campaigns.sustainability.formula import AMOUNTS
from campaigns.sustainability.selectors.portfolio import all_standings, portfolio
from campaigns.sustainability.selectors.spread import Quarter, answering, money_by_place, stages_over_time
from campaigns.sustainability.views.public import euro
from crowdfund.kit import clock
from crowdfund.kit.tables import write_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http import HttpRequest, HttpResponse

    from campaigns.sustainability.selectors.glances import Row
    from campaigns.sustainability.selectors.portfolio import Filters

PER_PAGE = 50
COLUMNS = ("project", "title", "neighbourhood", "as_of", "window_months", "stage", "self_sufficiency_ratio")


def _page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return min(int(asked), 10_000) if asked.isascii() and asked.isdigit() and int(asked) else 1


@require_GET
def portfolio_page(request: HttpRequest) -> HttpResponse:
    """Show every project that keeps books, with its stage and ratio, and the whole of them in pictures."""
    form = PortfolioFilter(request.GET)
    filters = form.kept()
    number = _page_number(request)
    part = portfolio(filters, first=(number - 1) * PER_PAGE, most=PER_PAGE)
    if not part.rows and number > 1:
        number, part = 1, portfolio(filters, most=PER_PAGE)
    today = clock.today()
    context = {
        "form": form,
        "part": part,
        "previous_url": _at(request, number - 1) if number > 1 else "",
        "next_url": _at(request, number + 1) if number * PER_PAGE < part.total else "",
        "places": [place for place in money_by_place() if place.cents],
        "answering": answering(today=today),
        **_columns(stages_over_time(filters, today=today)),
        "export": request.GET.urlencode(),
    }
    return render(request, "campaigns/sustainability/portfolio.html", context)


def _at(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _columns(quarters: Sequence[Quarter]) -> dict[str, Any]:
    """Lay the quarters out as the chart takes them: each stage a part of every column."""
    return {
        "quarters": [date_format(quarter.month, "M Y") for quarter in quarters],
        "stacks": [
            {"label": Stage(stage).label, "values": [quarter.stages[stage] for quarter in quarters]}
            for stage in Stage.values
        ],
    }


@require_GET
def portfolio_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Give the portfolio away as CSV: each project's latest twelve closed months summed, in euro with a point."""
    filters = PortfolioFilter(request.GET).kept()
    answer = StreamingHttpResponse(_csv_lines(filters), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="portfolio.csv"'
    return answer


def _csv_lines(filters: Filters) -> Iterator[str]:
    yield write_row([*COLUMNS, *(f"{name}_eur" for name in AMOUNTS)])
    for row in all_standings(filters):
        known = _row_data(row)
        amounts = [euro(getattr(row.glance.year, name)) if row.glance else "" for name in AMOUNTS]
        yield write_row([*(known[name] for name in COLUMNS), *amounts])


@require_GET
def portfolio_json(request: HttpRequest) -> JsonResponse:
    """Give the portfolio away as JSON: the same, in whole cents."""
    projects = [
        _row_data(row)
        | {f"{name}_cents": getattr(row.glance.year, name) if row.glance else None for name in AMOUNTS}
        for row in all_standings(PortfolioFilter(request.GET).kept())
    ]
    return JsonResponse({"currency": "EUR", "unit": "cents", "projects": projects})


def _row_data(row: Row) -> dict[str, Any]:
    glance = row.glance
    return {
        "project": row.project.slug,
        "title": row.project.title,
        "neighbourhood": row.project.neighbourhood.slug,
        "as_of": f"{glance.as_of:%Y-%m}" if glance else None,
        "window_months": glance.window_months if glance else None,
        "stage": glance.stage if glance else None,
        "self_sufficiency_ratio": None if glance is None or glance.ratio is None else str(glance.ratio),
    }
