"""The ladder and the list of grants as open data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from crowdfund.kit import clock
from crowdfund.kit.tables import write_row
from payments.spending.selectors import exports, grants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import HttpRequest, HttpResponse

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # by it spreadsheets know UTF-8


@require_safe
def spending_data(request: HttpRequest) -> HttpResponse:
    """Say what the data of the ladder holds, column by column, and give it to download."""
    context = {"columns": exports.COLUMNS.items(), "years": grants.grant_years()}
    return render(request, "payments/spending/data.html", context)


def _csv(name: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        yield BOM + write_row(header, delimiter=";")
        for row in rows:
            yield write_row(row, delimiter=";")

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
def ladder_csv(_request: HttpRequest) -> StreamingHttpResponse:
    """Give the ladder of programmes, projects and contracts, with the names OpenCoesione uses."""
    rows = (exports.as_csv(row) for row in exports.ladder_rows(clock.now()))
    return _csv("ladder.csv", exports.COLUMNS, rows)


@require_safe
def ladder_json(_request: HttpRequest) -> JsonResponse:
    """Give the same rows as JSON."""
    return JsonResponse([exports.as_json(row) for row in exports.ladder_rows(clock.now())], safe=False)


@require_safe
def grants_page(request: HttpRequest, year: int) -> HttpResponse:
    """Show the grants of a year. The newest year is always there, even when it is empty."""
    years = grants.grant_years()
    if year not in {*years, clock.now().year}:
        raise Http404
    context = {"year": year, "years": years, "grants": grants.grants_of(year)}
    return render(request, "payments/spending/grants.html", context)


@require_safe
def grants_csv(_request: HttpRequest, year: int) -> StreamingHttpResponse:
    """Give the grants of a year to download, in the language of the law."""
    if year not in {*grants.grant_years(), clock.now().year}:
        raise Http404
    with translation.override("it"):
        rows = [grants.as_csv(grant) for grant in grants.grants_of(year)]
    return _csv(f"grants-{year}.csv", grants.COLUMNS, rows)
