"""What anyone may download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from payments.ledger.documents import export_rows

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """Say what can be downloaded and how to check it."""
    return render(request, "payments/open_data.html")


@require_safe
def ledger_csv(_request: HttpRequest) -> StreamingHttpResponse:
    """Stream every sealed transfer, for anyone to verify."""
    answer = StreamingHttpResponse(export_rows(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    return answer
